// Everything is kept as IPv6, where IPv4 has a corner of its own.
#include "config/network.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace sluice::config {
namespace {

using Address = std::array<std::uint8_t, 16>;

constexpr unsigned kBits = 128;
constexpr unsigned kMappedBits = 96;  // in front of an IPv4 address that is written as IPv6

std::optional<Address> parse_address(std::string_view text) {
  const std::string name(text);
  if (name.find('\0') != name.npos) return std::nullopt;  // inet_pton would not look behind it
  Address address{};
  if (inet_pton(AF_INET6, name.c_str(), address.data()) == 1) return address;
  in_addr v4{};
  if (inet_pton(AF_INET, name.c_str(), &v4) != 1) return std::nullopt;
  address[10] = address[11] = 0xFF;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&v4.s_addr);
  std::copy_n(bytes, sizeof v4.s_addr, address.begin() + kMappedBits / 8);
  return address;
}

}  // namespace

bool Network::contains(std::string_view other) const {
  const auto given = parse_address(other);
  if (!given) return false;
  const unsigned whole = prefix / 8;
  if (!std::equal(address.begin(), address.begin() + whole, given->begin())) return false;
  const unsigned rest = prefix % 8;
  if (rest == 0) return true;
  const unsigned mask = 0xFFU << (8 - rest);
  return ((address[whole] ^ (*given)[whole]) & mask & 0xFFU) == 0;
}

std::optional<Network> parse_network(std::string_view text) {
  const auto slash = text.find('/');
  const std::string_view name = text.substr(0, slash);
  const auto address = parse_address(name);
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return Network{*address, kBits};
  const bool is_v4 = name.find(':') == std::string_view::npos;
  const std::string_view digits = text.substr(slash + 1);
  unsigned prefix = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
  if (problem != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (prefix > (is_v4 ? kBits - kMappedBits : kBits)) return std::nullopt;
  return Network{*address, is_v4 ? prefix + kMappedBits : prefix};
}

}  // namespace sluice::config
