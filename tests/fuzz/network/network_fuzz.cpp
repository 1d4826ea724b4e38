// Any text as a network and as the address of a client: whoever is let through as a trusted proxy
// names his clients himself, so nothing odd may be taken for an address.
#include "config/network.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void read_network(std::string_view text) {
  const auto network = sluice::config::parse_network(text);
  if (!network) return;
  require(text.find_first_not_of("0123456789abcdefABCDEF:./") == text.npos);
  require(network->prefix <= 128);
  const std::string_view name = text.substr(0, text.find('/'));
  require(network->contains(name));
  const auto alone = sluice::config::parse_network(name);
  require(alone && alone->prefix == 128 && alone->address == network->address);
  require(!network->contains("") && !network->contains(text.substr(name.size())));
}

}  // namespace

// A network, and after the first space an address.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view first = input.substr(0, input.find(' '));
  const std::string_view second =
      first.size() == input.size() ? std::string_view() : input.substr(first.size() + 1);
  read_network(first);
  read_network(second);
  const auto network = sluice::config::parse_network(first);
  if (network && network->contains(second))
    require(sluice::config::parse_network(second).has_value());
  return 0;
}
