// Code points: decoding that survives any bytes, the classes the tokenizer cuts by, and the folding
// that makes spellings of one word equal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bm25 {

struct CodePoint {
  char32_t value;
  std::uint32_t size;  // bytes it takes; 1 for a byte that is not UTF-8
};

inline constexpr char32_t kReplacement = 0xFFFD;

// The code point that starts at `at`, which must lie inside `text`. Bytes that are not UTF-8
// (overlong, surrogate, cut off) come back one by one as U+FFFD.
CodePoint decode(std::string_view text, std::size_t at);

void append_utf8(std::string& out, char32_t value);

enum class CharClass : std::uint8_t {
  kSeparator,
  kWord,       // letters and digits of scripts that put spaces between words
  kDense,      // letters of scripts that do not: Han, kana, Hangul, Thai, Lao, Khmer, Myanmar
  kMark,       // belongs to the letter before it: accents, vowel signs, tone marks
  kIgnorable,  // invisible inside a word: joiners, soft hyphen, direction marks
};

// By Unicode general category and block. U+200B, the written word boundary of Khmer and Thai, is a
// separator; so are vulgar fractions, which would otherwise fold to wrong numbers.
CharClass classify(char32_t value);

// One spelling for what readers take as the same word: compatibility forms, case and default
// ignorables go, and so do the accents of Latin, Greek, Cyrillic, Arabic and Hebrew letters. Marks
// of other scripts stay, because there they are vowels: Indic matras, Thai tone marks, kana
// voicing. й and ї stay, as letters of their own. `word` must be valid UTF-8.
std::string fold(std::string_view word);

// The longest prefix of at most `limit` bytes that does not split a code point.
std::string_view utf8_prefix(std::string_view text, std::size_t limit);

}  // namespace bm25
