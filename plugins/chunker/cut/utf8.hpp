// Code points of a page and the few things cutting asks about them: white space, punctuation, CJK,
// and whether two neighbours form one grapheme. Bytes that are not UTF-8 count as one opaque code
// point each, so that any input has a meaning.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace chunker::utf8 {

constexpr char32_t kOpaque = 0xFFFD;  // stands for a byte that is not part of valid UTF-8

struct CodePoint {
  char32_t value;
  std::uint32_t size;  // in bytes, 1 to 4
};

CodePoint decode_beyond_ascii(std::string_view text, std::size_t at);

// The code point at `at`, which lies within `text`.
inline CodePoint decode(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  return lead < 0x80 ? CodePoint{lead, 1} : decode_beyond_ascii(text, at);
}
// The code point that ends at `end`, which is not 0.
CodePoint decode_before(std::string_view text, std::size_t end);
void append(char32_t value, std::string& to);

constexpr bool is_ascii_space(unsigned char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool is_space_beyond_ascii(char32_t c);
// Unicode White_Space.
inline bool is_space(char32_t c) {
  return c < 0x80 ? is_ascii_space(static_cast<unsigned char>(c)) : is_space_beyond_ascii(c);
}
// What BERT splits words at: ASCII punctuation and symbols, and Unicode's categories P*.
bool is_punctuation(char32_t c);
bool is_opening(char32_t c);  // brackets and quotes that belong to what follows
// The ideographs that BERT treats as words of their own.
bool is_cjk(char32_t c);

// No grapheme boundary lies between `left` and `right`. Errs towards yes after a zero width joiner,
// where the answer depends on what came before.
bool joins(char32_t left, char32_t right);

constexpr bool is_ascii_punctuation(unsigned char c) {
  return (c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96) ||
         (c >= 123 && c <= 126);
}
constexpr bool is_ascii_letter(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_ascii_digit(unsigned char c) { return c >= '0' && c <= '9'; }

}  // namespace chunker::utf8
