// Taking a URL apart for a request.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>

namespace sluice::net {

struct Url {
  bool is_https = false;
  std::string host;  // without the brackets of an IPv6 address
  std::uint16_t port = 0;
  std::string
      authority;  // host[:port] for the Host header; the port only where it is not the default
  std::string
      target;  // path and query, percent-encoded as given; bytes that may not be sent are encoded
};

// http and https with a host; Fault::kInvalid otherwise, in words that do not repeat the URL, since
// it may hold secrets.
Result<Url> parse_url(const std::string& text);

}  // namespace sluice::net
