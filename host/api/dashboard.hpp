// The dashboard: one page that needs nothing from elsewhere and may do nothing else.
#pragma once

#include "net/message.hpp"

namespace sluice::api {

// Whether the client is a browser that wants to show something.
bool wants_page(const net::Request& request);

// The page, under a policy that lets it run this script, use this style and ask this host, by their
// digests; nothing that got into it otherwise could run or send anything anywhere.
const net::Response& dashboard();

}  // namespace sluice::api
