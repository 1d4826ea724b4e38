// BERT's steps in their order: drop control characters, set ideographs apart, strip accents and
// lower where the model is uncased, split at white space and punctuation, then longest piece first.
#include "tokens/wordpiece.hpp"

#include "cut/utf8.hpp"

#include <utf8proc.h>

namespace chunker {
namespace {

constexpr unsigned kRememberedBits = 15;  // 1 MiB of keys
constexpr std::size_t kRemembered = 1U << kRememberedBits;
constexpr std::size_t kMaxWordLength = 100;  // code points; BERT calls longer words unknown

// Splits words in a way that needs no look at the neighbours.
constexpr std::array<bool, 256> kIsBorder = [] {
  std::array<bool, 256> table{};
  for (unsigned i = 0; i < table.size(); ++i) {
    const auto c = static_cast<unsigned char>(i);
    table[i] = utf8::is_ascii_space(c) || utf8::is_ascii_punctuation(c);
  }
  return table;
}();

bool is_control(char32_t c) {
  if (c == utf8::kOpaque) {
    return true;  // BERT drops the replacement character
  }
  return utf8proc_category(static_cast<utf8proc_int32_t>(c)) >= UTF8PROC_CATEGORY_CC;
}

bool is_plain(std::string_view run) {
  for (const char c : run) {
    const auto byte = static_cast<unsigned char>(c);
    if (!utf8::is_ascii_letter(byte) && !utf8::is_ascii_digit(byte)) {
      return false;
    }
  }
  return true;
}

// Independent products, so that the processor forms them at the same time.
std::size_t place_of(const std::array<std::uint64_t, 4>& key) {
  const std::uint64_t mixed = key[0] * 0x9E3779B97F4A7C15U ^ key[1] * 0xC2B2AE3D27D4EB4FU ^
                              key[2] * 0x165667B19E3779F9U ^ key[3] * 0xD6E8FEB86659FD93U;
  return (mixed ^ (mixed >> 32)) * 0x9E3779B97F4A7C15U >> (64U - kRememberedBits);
}

}  // namespace

WordpieceCounter::WordpieceCounter(const Vocabulary& vocabulary)
    : vocabulary_(vocabulary), remembered_(kRemembered), remembered_tokens_(kRemembered) {}

std::uint32_t WordpieceCounter::count(std::string_view text) {
  std::uint32_t tokens = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (kIsBorder[byte]) {
      tokens += utf8::is_ascii_punctuation(byte) ? 1 : 0;
      ++at;
      continue;
    }
    std::size_t end = at + 1;
    while (end < text.size() && !kIsBorder[static_cast<unsigned char>(text[end])]) {
      ++end;
    }
    tokens += count_run(text.substr(at, end - at));
    at = end;
  }
  return tokens;
}

WordpieceCounter::Key WordpieceCounter::key_of(std::string_view run) {
  Key key{};
  for (std::size_t i = 0; i < run.size(); ++i) {
    key[i / 8] |= std::uint64_t{static_cast<unsigned char>(run[i])} << (i % 8 * 8);
  }
  key.back() |= std::uint64_t{run.size()} << 56U;
  return key;
}

std::uint32_t WordpieceCounter::count_run(std::string_view run) {
  if (run.size() >= sizeof(Key)) {
    return count_words(run);
  }
  const Key key = key_of(run);
  const std::size_t place = place_of(key);
  Key& known = remembered_[place];
  // Not operator!=, which calls memcmp: most of the cost of a hit.
  if (((known[0] ^ key[0]) | (known[1] ^ key[1]) | (known[2] ^ key[2]) | (known[3] ^ key[3])) !=
      0) {
    known = key;
    remembered_tokens_[place] = static_cast<std::uint8_t>(count_words(run));
  }
  return remembered_tokens_[place];
}

std::uint32_t WordpieceCounter::count_words(std::string_view run) {
  std::uint32_t tokens = 0;
  if (is_plain(run)) {
    for (const char c : run) {
      const bool lowers = vocabulary_.is_uncased() && c >= 'A' && c <= 'Z';
      add_to_word(static_cast<unsigned char>(lowers ? c - 'A' + 'a' : c), tokens);
    }
    return tokens + finish_word();
  }
  for (std::size_t at = 0; at < run.size();) {
    const utf8::CodePoint point = utf8::decode(run, at);
    at += point.size;
    if (is_control(point.value)) {
      continue;
    }
    if (utf8::is_space(point.value)) {
      tokens += finish_word();
    } else if (utf8::is_cjk(point.value)) {
      tokens += finish_word() + 1;
    } else {
      add_normalized(point.value, tokens);
    }
  }
  return tokens + finish_word();
}

void WordpieceCounter::add_normalized(char32_t point, std::uint32_t& tokens) {
  if (!vocabulary_.is_uncased()) {
    add_to_word(point, tokens);
    return;
  }
  constexpr std::size_t kLongestDecomposition = 4;  // of Unicode's canonical ones
  std::array<utf8proc_int32_t, kLongestDecomposition> parts{};
  int bound = 0;
  const auto count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(point), parts.data(),
                                             parts.size(), UTF8PROC_DECOMPOSE, &bound);
  for (utf8proc_ssize_t i = 0; i < count && i < static_cast<utf8proc_ssize_t>(parts.size()); ++i) {
    const utf8proc_int32_t part = parts[static_cast<std::size_t>(i)];
    if (utf8proc_category(part) != UTF8PROC_CATEGORY_MN) {
      add_to_word(static_cast<char32_t>(utf8proc_tolower(part)), tokens);
    }
  }
}

// Punctuation ends the word and is a token of its own.
void WordpieceCounter::add_to_word(char32_t point, std::uint32_t& tokens) {
  if (utf8::is_punctuation(point)) {
    tokens += finish_word() + 1;
    return;
  }
  ++word_length_;
  if (word_length_ <= kMaxWordLength) {
    utf8::append(point, word_);
  }
}

std::uint32_t WordpieceCounter::finish_word() {
  std::uint32_t pieces = 0;
  const bool is_known = word_length_ <= kMaxWordLength;
  for (std::size_t at = 0; is_known && at < word_.size();) {
    const auto place = at == 0 ? Vocabulary::Place::kWordBegin : Vocabulary::Place::kWithinWord;
    const std::size_t length = vocabulary_.longest(place, std::string_view(word_).substr(at));
    if (length == 0) {
      pieces = 1;  // one part unknown makes the whole word [UNK]
      break;
    }
    ++pieces;
    at += length;
  }
  const std::uint32_t tokens = is_known ? pieces : 1;
  word_.clear();
  word_length_ = 0;
  return tokens;
}

}  // namespace chunker
