// The costs are upper ends of what trained vocabularies gave per word length (README).
#include "tokens/approximate.hpp"

#include "cut/utf8.hpp"

#include <utf8proc.h>

#include <array>

namespace chunker {
namespace {

enum class Class : std::uint8_t { kLatin, kOtherLetter, kDigit, kSpace, kSingle };

constexpr std::array<Class, 128> kAscii = [] {
  std::array<Class, 128> table{};
  for (unsigned i = 0; i < table.size(); ++i) {
    const auto c = static_cast<unsigned char>(i);
    table[i] = utf8::is_ascii_letter(c)  ? Class::kLatin
               : utf8::is_ascii_digit(c) ? Class::kDigit
               : utf8::is_ascii_space(c) ? Class::kSpace
                                         : Class::kSingle;
  }
  return table;
}();

// Scripts written without blanks between words, and syllabaries: a word's length says nothing.
bool is_counted_singly(char32_t c) {
  return (c >= 0x0E00 && c <= 0x0EFF) ||                                  // Thai, Lao
         (c >= 0x1000 && c <= 0x109F) || (c >= 0x1780 && c <= 0x17FF) ||  // Myanmar, Khmer
         (c >= 0x3040 && c <= 0x30FF) || (c >= 0xAC00 && c <= 0xD7A3) ||  // Kana, Hangul
         c >= 0x10000 || utf8::is_cjk(c);
}

Class class_beyond_ascii(char32_t c) {
  if (utf8::is_space(c)) {
    return Class::kSpace;
  }
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  const bool is_letter = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ME;
  if (category == UTF8PROC_CATEGORY_ND) {
    return Class::kDigit;
  }
  if (!is_letter || is_counted_singly(c)) {
    return Class::kSingle;
  }
  constexpr char32_t kLatinEnd = 0x250;
  return c < kLatinEnd || (c >= 0x300 && c < 0x370) || (c >= 0x1E00 && c < 0x1F00)
             ? Class::kLatin
             : Class::kOtherLetter;
}

inline Class class_of(char32_t c) { return c < 0x80 ? kAscii[c] : class_beyond_ascii(c); }

// Tokens of a run of `length` code points in `bytes` bytes of one class.
std::uint32_t cost(Class of, std::size_t length, std::size_t bytes) {
  const auto n = static_cast<std::uint32_t>(length);
  switch (of) {
    case Class::kLatin:
      // One for each four letters begun; one more where letters are accented, which fewer pieces
      // know.
      return (n + 3) / 4 + (bytes > length ? 1 : 0);
    case Class::kOtherLetter:
    case Class::kDigit:
      return (n + 1) / 2;
    case Class::kSpace:
      return 0;
    case Class::kSingle:
      return n;
  }
  return n;
}

}  // namespace

std::uint32_t ApproximateCounter::count(std::string_view text) {
  std::uint32_t tokens = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    utf8::CodePoint point = utf8::decode(text, at);
    const Class running = class_of(point.value);
    const std::size_t begin = at;
    std::size_t length = 0;
    do {
      at += point.size;
      ++length;
      if (at == text.size()) {
        break;
      }
      point = utf8::decode(text, at);
    } while (class_of(point.value) == running);
    tokens += cost(running, length, at - begin);
  }
  return tokens;
}

}  // namespace chunker
