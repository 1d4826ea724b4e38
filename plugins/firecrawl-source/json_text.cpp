// Copies run by run between backslashes; the runs are long, since the text is prose.
#include "json_text.hpp"

#include <cstdint>
#include <cstring>

namespace firecrawl {
namespace {

constexpr std::uint32_t kReplacement = 0xFFFD;

bool is_high_surrogate(std::uint32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low_surrogate(std::uint32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

std::uint32_t hex4(const char* p) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = p[i];
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    value = value << 4U | static_cast<std::uint32_t>(digit);
  }
  return value;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6U);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12U);
    put(0x80 | (code >> 6U & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18U);
    put(0x80 | (code >> 12U & 0x3F));
    put(0x80 | (code >> 6U & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

// Reads the code point of a \u escape whose first digit is at `p`, with the low half of a pair when
// there is one, and moves `p` behind it.
std::uint32_t unicode_escape(const char*& p, const char* end) {
  const std::uint32_t unit = hex4(p);
  p += 4;
  if (!is_high_surrogate(unit)) return is_low_surrogate(unit) ? kReplacement : unit;
  if (end - p < 6 || p[0] != '\\' || p[1] != 'u') return kReplacement;
  const std::uint32_t low = hex4(p + 2);
  if (!is_low_surrogate(low)) return kReplacement;
  p += 6;
  return 0x10000 + ((unit - 0xD800) << 10U) + (low - 0xDC00);
}

char simple_escape(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;  // a quote, a slash or a backslash stands for itself
  }
}

}  // namespace

std::string unescaped(std::string_view inside, Nul nul) {
  std::string out;
  out.reserve(inside.size());  // no escape is shorter than what it stands for
  const char* p = inside.data();
  const char* const end = p + inside.size();
  while (p != end) {
    const auto left = static_cast<std::size_t>(end - p);
    const auto* slash = static_cast<const char*>(std::memchr(p, '\\', left));
    out.append(p, slash == nullptr ? end : slash);
    if (slash == nullptr) break;
    p = slash + 2;
    if (slash[1] == 'u') {
      const std::uint32_t code = unicode_escape(p, end);
      append_utf8(out, code == 0 && nul == Nul::kReplace ? kReplacement : code);
    } else {
      out += simple_escape(slash[1]);
    }
  }
  // Text that was mostly \u escapes is up to six times shorter than its source: give the rest back.
  if (out.size() < out.capacity() - out.capacity() / 8) out.shrink_to_fit();
  return out;
}

void append_json_string(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 0xFU];
    } else {
      out += c;
    }
  }
  out += '"';
}

std::string_view clipped(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80U) --limit;
  return text.substr(0, limit);
}

}  // namespace firecrawl
