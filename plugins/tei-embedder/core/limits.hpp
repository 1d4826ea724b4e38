// How much goes into one request.
#pragma once

#include <cstddef>
#include <string_view>

namespace tei {

struct Limits {
  std::size_t texts = 32;
  std::size_t tokens = 16384;
  std::size_t bytes = 1'500'000;  // of text; the server's default for a body is 2,000,000

  friend bool operator==(const Limits&, const Limits&) = default;
};

struct Cost {
  std::size_t texts = 0;
  std::size_t tokens = 0;
  std::size_t bytes = 0;

  void add(const Cost& other) {
    texts += other.texts;
    tokens += other.tokens;
    bytes += other.bytes;
  }
};

// Tokens that a text has at most but for rare scripts: real tokenizers make one of three to four
// bytes of English and one of two to three bytes of code or Chinese. Never 0.
constexpr std::size_t most_tokens(std::string_view text) {
  constexpr std::size_t kSpecial = 2;  // the frame that most models put around an input
  return text.size() / 2 + 1 + kSpecial;
}

// May `next` join what is in the request already? The first one always may.
constexpr bool has_room(const Limits& limits, const Cost& so_far, const Cost& next) {
  if (so_far.texts == 0) return true;
  return so_far.texts + next.texts <= limits.texts &&
         so_far.tokens + next.tokens <= limits.tokens && so_far.bytes + next.bytes <= limits.bytes;
}

}  // namespace tei
