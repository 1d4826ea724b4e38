// sluice.http-client/1
#include "services/http_views.hpp"
#include "services/instance.hpp"
#include "services/tables.hpp"

namespace sluice::services {
namespace {

using Done = void (*)(void* ctx, const sluice_http_response* response);

sluice_status send(const sluice_host* h, const sluice_http_request* request, Done done, void* ctx,
                   uint64_t* out_id) {
  Instance& instance = instance_of(h);
  instance.began();
  const uint64_t number = instance.next_request();
  *out_id = number;
  const auto id = instance.shared().client.send(
      to_request(*request), [&instance, number, done, ctx](const net::ClientResponse& response) {
        instance.drop_request(number);
        const ResponseView view(response);
        instance.call_back("http response", plugin::ThreadTag::kIo, [&] { done(ctx, view.get()); });
        instance.ended();
      });
  instance.keep_request(number, id);
  return SLUICE_OK;
}

void cancel_request(const sluice_host* h, uint64_t id) {
  Instance& instance = instance_of(h);
  if (const auto request = instance.drop_request(id); request != 0)
    instance.shared().client.cancel(request);
}

}  // namespace

const sluice_http_client& http_client_table() {
  static constexpr sluice_http_client kTable = {sizeof(sluice_http_client), 0, send,
                                                cancel_request};
  return kTable;
}

}  // namespace sluice::services
