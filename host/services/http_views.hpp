// HTTP messages between net and the ABI.
#pragma once

#include "net/client.hpp"
#include "net/message.hpp"

#include <sluice/abi/services.h>

#include <cstdint>
#include <vector>

namespace sluice::services {

net::ClientRequest to_request(const sluice_http_request& in);

// The head of an answer, out of headers that may have the content type among them.
net::Response to_response(uint32_t status, const sluice_http_header* headers, uint32_t count);

// Views of `headers`.
std::vector<sluice_http_header> to_views(const std::vector<net::Header>& headers);

// What became of a request, for a plugin. A view of `in`, which outlives it.
class ResponseView {
 public:
  explicit ResponseView(const net::ClientResponse& in);
  ResponseView(const ResponseView&) = delete;
  ResponseView& operator=(const ResponseView&) = delete;

  const sluice_http_response* get() const { return &out_; }

 private:
  const std::vector<sluice_http_header> headers_;
  sluice_http_response out_{};
};

}  // namespace sluice::services
