// sluice.http-client/1
#include "services/instance.hpp"
#include "services/tables.hpp"
#include "services/text.hpp"

#include <chrono>
#include <utility>

namespace sluice::services {
namespace {

using Done = void (*)(void* ctx, const sluice_http_response* response);

sluice_status status_of(net::Transport transport) {
  switch (transport) {
    case net::Transport::kOk:
      return SLUICE_OK;
    case net::Transport::kTimeout:
      return SLUICE_E_TIMEOUT;
    case net::Transport::kCancelled:
      return SLUICE_E_STOPPING;
    case net::Transport::kBadUrl:
      return SLUICE_E_INVALID;
    case net::Transport::kTooLarge:
      return SLUICE_E_REJECT;
    default:
      return SLUICE_E_RETRY;
  }
}

net::ClientRequest request_of(const sluice_http_request& in) {
  net::ClientRequest out;
  out.method = to_view(in.method);
  out.url = to_view(in.url);
  for (uint32_t i = 0; i < in.header_count; ++i) {
    out.headers.push_back(
        {std::string(to_view(in.headers[i].name)), std::string(to_view(in.headers[i].value))});
  }
  out.body = to_view(in.body);
  if (in.timeout_ms > 0) out.timeout = std::chrono::milliseconds(in.timeout_ms);
  return out;
}

void answer(Instance& instance, const net::ClientResponse& in, Done done, void* ctx) {
  std::vector<sluice_http_header> headers;
  headers.reserve(in.headers.size());
  for (const auto& header : in.headers) headers.push_back({to_c(header.name), to_c(header.value)});
  sluice_http_response out{};
  out.struct_size = sizeof out;
  out.status = in.transport == net::Transport::kOk ? in.status : 0;
  out.transport = status_of(in.transport);
  out.headers = headers.data();
  out.header_count = static_cast<uint32_t>(headers.size());
  // Without an answer the body says what went wrong.
  out.body = to_c(in.transport == net::Transport::kOk ? in.body : in.detail);
  instance.call_back("http response", plugin::ThreadTag::kIo, [&] { done(ctx, &out); });
}

sluice_status send(const sluice_host* h, const sluice_http_request* request, Done done, void* ctx,
                   uint64_t* out_id) {
  Instance& instance = instance_of(h);
  instance.began();
  const uint64_t number = instance.next_request();
  *out_id = number;
  const auto id = instance.shared().client.send(
      request_of(*request), [&instance, number, done, ctx](const net::ClientResponse& response) {
        instance.drop_request(number);
        answer(instance, response, done, ctx);
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
