// Addresses and networks of addresses, as `api.trusted_proxies` lists them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice::config {

// "192.0.2.7", "10.0.0.0/8", "::1", "fd00::/8". An IPv4 address and the IPv6 address that maps it
// are the same.
struct Network {
  std::array<std::uint8_t, 16> address{};  // as IPv6
  unsigned prefix = 128;                   // bits that count

  // False for what is no address.
  bool contains(std::string_view other) const;

  friend bool operator==(const Network&, const Network&) = default;
};

std::optional<Network> parse_network(std::string_view text);

}  // namespace sluice::config
