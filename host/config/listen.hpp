// host:port, as `http.listen` names it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::config {

struct Listen {
  std::string host = "127.0.0.1";  // without the brackets of an IPv6 address
  std::uint16_t port = 8080;       // 0: any free one

  // Only this machine can reach it: 127.0.0.0/8, ::1 or localhost.
  bool is_loopback() const;
  std::string text() const;

  friend bool operator==(const Listen&, const Listen&) = default;
};

// "127.0.0.1:8080", "[::1]:8080", "localhost:0". Names other than localhost are refused: what they
// would listen on depends on the day's DNS.
std::optional<Listen> parse_listen(std::string_view text);

}  // namespace sluice::config
