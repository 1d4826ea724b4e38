// Any text as the URL of a Redis: an address that can be connected to, or a sentence about what is
// wrong that does not repeat the password. And any text as an error of Redis: a sentence.
#include "address.hpp"
#include "failure.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <variant>

namespace {

void read_url(const std::string& text) {
  const auto parsed = redis_dedupe::parse_url(text);
  if (const auto* wrong = std::get_if<std::string>(&parsed)) {
    if (wrong->empty()) std::abort();
    return;
  }
  const auto& address = std::get<redis_dedupe::Address>(parsed);
  const bool has_place = address.socket.empty() ? !address.host.empty() && address.port != 0
                                                : address.socket[0] == '/';
  if (!has_place || address.database < 0 || address.label().empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  read_url(text);
  read_url("redis://" + text);
  read_url("unix://" + text);
  const auto failure = redis_dedupe::failure_of_answer(redis_dedupe::Address{}, text);
  if (failure.sentence.empty()) std::abort();
  return 0;
}
