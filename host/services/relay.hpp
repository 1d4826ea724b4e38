// The `relay` of sluice.http-server/1.
#pragma once

#include <sluice/abi/services.h>

#include <cstdint>

namespace sluice::services {

sluice_status relay(const sluice_host* h, sluice_exchange* x, const sluice_http_request* request,
                    const sluice_relay* how, void* ctx, uint64_t* out_id);

}  // namespace sluice::services
