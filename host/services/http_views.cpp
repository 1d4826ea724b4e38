#include "services/http_views.hpp"

#include "services/text.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace sluice::services {
namespace {

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

}  // namespace

net::ClientRequest to_request(const sluice_http_request& in) {
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

net::Response to_response(uint32_t status, const sluice_http_header* headers, uint32_t count) {
  net::Response response{.status = status};
  for (uint32_t i = 0; i < count; ++i) {
    std::string name(to_view(headers[i].name));
    std::string value(to_view(headers[i].value));
    if (net::equal_without_case(name, "content-type")) {
      response.content_type = std::move(value);
    } else {
      response.headers.push_back({std::move(name), std::move(value)});
    }
  }
  return response;
}

std::vector<sluice_http_header> to_views(const std::vector<net::Header>& headers) {
  std::vector<sluice_http_header> views;
  views.reserve(headers.size());
  for (const auto& header : headers) views.push_back({to_c(header.name), to_c(header.value)});
  return views;
}

ResponseView::ResponseView(const net::ClientResponse& in) : headers_(to_views(in.headers)) {
  const bool has_answer = in.transport == net::Transport::kOk;
  out_.struct_size = sizeof out_;
  out_.status = has_answer ? in.status : 0;
  out_.transport = status_of(in.transport);
  out_.headers = headers_.data();
  out_.header_count = static_cast<uint32_t>(headers_.size());
  out_.body = to_c(has_answer ? in.body : in.detail);  // without an answer: what went wrong
}

}  // namespace sluice::services
