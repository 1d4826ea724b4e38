// UTF-8 by hand for speed, categories and grapheme breaks by utf8proc.
#include "cut/utf8.hpp"

#include <utf8proc.h>

namespace chunker::utf8 {
namespace {

constexpr char32_t kZeroWidthJoiner = 0x200D;

unsigned char byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

utf8proc_category_t category(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

}  // namespace

CodePoint decode_beyond_ascii(std::string_view text, std::size_t at) {
  constexpr CodePoint kBad{kOpaque, 1};
  const unsigned char lead = byte_at(text, at);
  std::uint32_t size = 0;
  char32_t value = 0;
  char32_t least = 0;  // shorter encodings exist for anything below: overlong
  if (lead >= 0xC2 && lead <= 0xDF) {
    size = 2, value = lead & 0x1FU, least = 0x80;
  } else if ((lead & 0xF0U) == 0xE0) {
    size = 3, value = lead & 0x0FU, least = 0x800;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    size = 4, value = lead & 0x07U, least = 0x10000;
  } else {
    return kBad;
  }
  if (text.size() - at < size) {
    return kBad;
  }
  for (std::uint32_t i = 1; i < size; ++i) {
    const unsigned char next = byte_at(text, at + i);
    if ((next & 0xC0U) != 0x80) {
      return kBad;
    }
    value = (value << 6) | (next & 0x3FU);
  }
  const bool is_surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < least || value > 0x10FFFF || is_surrogate) {
    return kBad;
  }
  return {value, size};
}

CodePoint decode_before(std::string_view text, std::size_t end) {
  for (std::uint32_t size = 1; size <= 4 && size <= end; ++size) {
    if ((byte_at(text, end - size) & 0xC0U) == 0x80) {
      continue;
    }
    const CodePoint point = decode(text.substr(0, end), end - size);
    if (point.size == size) {
      return point;
    }
    break;
  }
  return {kOpaque, 1};
}

void append(char32_t value, std::string& to) {
  const auto byte = [](char32_t bits) {
    return static_cast<char>(static_cast<unsigned char>(bits));
  };
  if (value < 0x80) {
    to += byte(value);
  } else if (value < 0x800) {
    to += byte(0xC0 | (value >> 6));
    to += byte(0x80 | (value & 0x3F));
  } else if (value < 0x10000) {
    to += byte(0xE0 | (value >> 12));
    to += byte(0x80 | ((value >> 6) & 0x3F));
    to += byte(0x80 | (value & 0x3F));
  } else {
    to += byte(0xF0 | (value >> 18));
    to += byte(0x80 | ((value >> 12) & 0x3F));
    to += byte(0x80 | ((value >> 6) & 0x3F));
    to += byte(0x80 | (value & 0x3F));
  }
}

bool is_space_beyond_ascii(char32_t c) {
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool is_punctuation(char32_t c) {
  if (c < 0x80) {
    return is_ascii_punctuation(static_cast<unsigned char>(c));
  }
  const utf8proc_category_t of = category(c);
  return of >= UTF8PROC_CATEGORY_PC && of <= UTF8PROC_CATEGORY_PO;
}

bool is_opening(char32_t c) {
  if (c < 0x80) {
    return c == '(' || c == '[' || c == '{';
  }
  const utf8proc_category_t of = category(c);
  return of == UTF8PROC_CATEGORY_PS || of == UTF8PROC_CATEGORY_PI;
}

bool is_cjk(char32_t c) {
  if (c < 0x3400) {
    return false;
  }
  return (c >= 0x4E00 && c <= 0x9FFF) || c <= 0x4DBF || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0x20000 && c <= 0x2A6DF) || (c >= 0x2A700 && c <= 0x2CEAF) ||
         (c >= 0x2F800 && c <= 0x2FA1F);
}

bool joins(char32_t left, char32_t right) {
  constexpr char32_t kFirstExtender = 0x300;  // below it only line breaks and soft hyphens matter
  if (left < kFirstExtender && right < kFirstExtender) {
    return false;
  }
  return left == kZeroWidthJoiner || !utf8proc_grapheme_break(static_cast<utf8proc_int32_t>(left),
                                                              static_cast<utf8proc_int32_t>(right));
}

}  // namespace chunker::utf8
