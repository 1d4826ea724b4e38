// parse_elf on any bytes: answers, and gives back no more text than the file has.
#include "plugin/elf_note.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto facts = sluice::plugin::parse_elf(bytes, "fuzz.so");
  if (!facts) {
    if (facts.error().message.empty()) std::abort();
    return 0;
  }
  std::size_t exported = 0;
  for (const auto& name : facts->exports) exported += name.size();
  std::size_t needed = 0;
  for (const auto& name : facts->needed) needed += name.size();
  if (exported > size || needed > size) std::abort();
  const auto note = sluice::plugin::usable_note(*facts, "fuzz.so");
  if (note && (note->id.empty() || note->id.size() >= 56)) std::abort();
  return 0;
}
