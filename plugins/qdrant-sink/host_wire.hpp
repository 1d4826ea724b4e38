// HostWire: the wire over the host's HTTP client.
#pragma once

#include "wire.hpp"

#include <sluice/http.hpp>

#include <span>
#include <string>
#include <vector>

namespace qdrant_sink {

// Any thread but the event loop's. Idle connections that Qdrant has closed (it does after five
// seconds) are the client's business; what breaks all the same goes out once more, since every
// request of ours may run twice.
class HostWire {
 public:
  // `url` without a slash at the end; an empty key is not sent.
  HostWire(const sluice::Host& host, std::string url, std::string api_key)
      : client_(host), url_(std::move(url)), api_key_(std::move(api_key)) {}

  std::vector<Reply> operator()(std::span<const Call> calls) const;

 private:
  std::vector<sluice::HttpResponse> send(std::span<const Call> calls) const;

  sluice::HttpClient client_;
  std::string url_;
  std::string api_key_;
};

}  // namespace qdrant_sink
