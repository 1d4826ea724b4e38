#include "targets.hpp"

#include <sluice/url.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string>

namespace firecrawl {
namespace {

struct Network {
  std::uint32_t address;
  unsigned bits;
};

// Everything in the registry of special IPv4 addresses that is not the public internet.
constexpr std::array<Network, 15> kSpecial = {{
    {0x00000000, 8},   // this network
    {0x0A000000, 8},   // private
    {0x64400000, 10},  // shared by customers of a provider
    {0x7F000000, 8},   // loopback
    {0xA9FE0000, 16},  // link-local, where clouds keep their metadata
    {0xAC100000, 12},  // private
    {0xC0000000, 24},  // protocol assignments
    {0xC0000200, 24},  // documentation
    {0xC0586300, 24},  // retired relays
    {0xC0A80000, 16},  // private
    {0xC6120000, 15},  // benchmarks
    {0xC6336400, 24},  // documentation
    {0xCB007100, 24},  // documentation
    {0xE0000000, 4},   // multicast
    {0xF0000000, 4},   // reserved, broadcast
}};

bool is_special(std::uint32_t address) {
  for (const Network& network : kSpecial) {
    const std::uint32_t mask = ~std::uint32_t{0} << (32U - network.bits);
    if ((address & mask) == network.address) return true;
  }
  return false;
}

std::uint32_t v4_at(const in6_addr& address, std::size_t at) {
  std::uint32_t bytes = 0;
  std::memcpy(&bytes, &address.s6_addr[at], sizeof bytes);
  return ntohl(bytes);
}

bool is_special(const in6_addr& address) {
  const std::uint8_t first = address.s6_addr[0];
  const std::uint8_t second = address.s6_addr[1];
  if (IN6_IS_ADDR_UNSPECIFIED(&address) || IN6_IS_ADDR_LOOPBACK(&address)) return true;
  if ((first & 0xFEU) == 0xFC) return true;                 // unique local
  if (first == 0xFE && (second & 0x80U) != 0) return true;  // link-local, site-local
  if (first == 0xFF) return true;                           // multicast
  if (IN6_IS_ADDR_V4MAPPED(&address) || IN6_IS_ADDR_V4COMPAT(&address)) {
    return is_special(v4_at(address, 12));
  }
  const bool is_nat64 = v4_at(address, 0) == 0x0064FF9B;
  if (is_nat64) return is_special(v4_at(address, 12));
  const bool is_6to4 = first == 0x20 && second == 0x02;
  return is_6to4 && is_special(v4_at(address, 2));
}

// "docs.example" of a canonical address; an IPv6 address keeps its brackets.
std::string host_of(std::string_view canonical) {
  std::string_view rest = canonical.substr(canonical.find("://") + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
    rest.remove_prefix(at + 1);
  }
  if (rest.starts_with('[')) return std::string(rest.substr(0, rest.find(']') + 1));
  std::string host(rest.substr(0, rest.find(':')));
  while (host.ends_with('.')) host.pop_back();
  return host;
}

bool is_local_name(std::string_view host) {
  if (host.find('.') == std::string_view::npos) return true;  // "redis", "localhost"
  for (const std::string_view tail :
       {".localhost", ".local", ".internal", ".intranet", ".lan", ".home", ".corp", ".home.arpa"}) {
    if (host.ends_with(tail)) return true;
  }
  return false;
}

}  // namespace

Target judge_target(std::string_view url) {
  const sluice::PageUrl page = sluice::canonical_url(url);
  const bool is_web =
      page.canonical.starts_with("http://") || page.canonical.starts_with("https://");
  if (!page.ok() || !is_web) return Target::kNoWebAddress;
  // Browsers read a percent sign in a host as what it stands for; nobody writes one in earnest.
  const std::string host = host_of(page.canonical);
  if (host.empty() || host.find('%') != std::string::npos) return Target::kNoWebAddress;
  if (host.starts_with('[')) {
    in6_addr address{};
    const std::string inside = host.substr(1, host.size() - 2);
    if (inet_pton(AF_INET6, inside.c_str(), &address) != 1) return Target::kNoWebAddress;
    return is_special(address) ? Target::kPrivate : Target::kPublic;
  }
  in_addr address{};
  // As browsers do: also 2130706433, 0x7f.1 and 0177.0.0.1.
  if (inet_aton(host.c_str(), &address) != 0) {
    return is_special(ntohl(address.s_addr)) ? Target::kPrivate : Target::kPublic;
  }
  return is_local_name(host) ? Target::kPrivate : Target::kPublic;
}

}  // namespace firecrawl
