// Any bytes as a stored page: what the disk gives back is unpacked, or damaged, and never larger
// than asked for. And any page is what it was once it is packed.
#include "content/compressor.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

constexpr std::size_t kMost = 1 << 20;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static sluice::content::Compressor compressor;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto page = sluice::content::Compressor::unpack(input, kMost)) {
    require(page->size() <= kMost);
  } else {
    require(!page.error().message.empty());
  }
  std::string packed = compressor.pack(input);
  const auto again = sluice::content::Compressor::unpack(packed, input.size());
  require(again && *again == input);
  if (!input.empty()) require(!sluice::content::Compressor::unpack(packed, input.size() - 1));
  // A stored page with a byte that the disk has turned.
  packed[size % packed.size()] ^= 0x40;
  (void)sluice::content::Compressor::unpack(packed, kMost);
  return 0;
}
