// Any bytes with any settings: the cutter keeps its promises. The first three bytes are the
// settings.
#include "tests/invariants.hpp"
#include "tokens/approximate.hpp"
#include "tokens/wordpiece.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

const chunker::Vocabulary& vocabulary() {
  static const auto made = std::get<chunker::Vocabulary>(
      chunker::Vocabulary::parse("[UNK]\na\n##a\n##b\nhello\n##lo\nword\n1\n##2\n我\nthe\n##s\n"));
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) {
    return 0;
  }
  chunker::CutSettings settings;
  settings.strategy = (data[0] & 1) != 0 ? chunker::Strategy::kText : chunker::Strategy::kMarkdown;
  settings.max_tokens = 16 + data[1];
  settings.overlap_tokens = data[2] % (settings.max_tokens / 2);
  const std::string_view page(reinterpret_cast<const char*>(data) + 3, size - 3);

  static chunker::ApproximateCounter approximate;
  static chunker::WordpieceCounter wordpiece(vocabulary());
  const bool is_exact = (data[0] & 2) != 0;
  chunker::TokenCounter& counter =
      is_exact ? static_cast<chunker::TokenCounter&>(wordpiece) : approximate;
  const auto cuts = chunker::test::cut(page, settings, counter);
  const std::string broken = chunker::test::broken_promise(page, settings, counter, cuts);
  if (!broken.empty()) {
    std::fprintf(stderr, "%s\n", broken.c_str());
    std::abort();
  }
  return 0;
}
