// See listen.hpp.
#include "config/listen.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <charconv>

namespace sluice::config {

bool Listen::is_loopback() const {
  if (host == "localhost") return true;
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24U) == 127;
  in6_addr v6{};
  return inet_pton(AF_INET6, host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

std::string Listen::text() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::optional<Listen> parse_listen(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  Listen listen;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), listen.port);
  if (error != std::errc{} || end != port.data() + port.size()) return std::nullopt;
  const bool is_bracketed = host.starts_with('[') && host.ends_with(']');
  if (is_bracketed) host = host.substr(1, host.size() - 2);
  listen.host = std::string(host);
  in6_addr v6{};
  if (is_bracketed) {
    if (inet_pton(AF_INET6, listen.host.c_str(), &v6) != 1) return std::nullopt;
    return listen;
  }
  in_addr v4{};
  if (host != "localhost" && inet_pton(AF_INET, listen.host.c_str(), &v4) != 1) return std::nullopt;
  return listen;
}

}  // namespace sluice::config
