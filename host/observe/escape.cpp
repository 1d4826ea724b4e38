// One walk over the code points of a text, with three ways to write each down.
#include "observe/escape.hpp"

#include <array>
#include <cstdint>
#include <cstdio>

namespace sluice::observe {
namespace {

struct CodePoint {
  char32_t value = 0;
  std::size_t size = 1;   // bytes it takes
  bool is_valid = false;  // false: one byte that is no part of UTF-8
};

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// The code point that `text`, which is not empty, begins with.
CodePoint first_of(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80U) return {lead, 1, true};
  std::size_t size = 0;
  char32_t value = 0;
  char32_t least = 0;  // smaller values are overlong
  if ((lead & 0xE0U) == 0xC0U) {
    size = 2, value = lead & 0x1FU, least = 0x80;
  } else if ((lead & 0xF0U) == 0xE0U) {
    size = 3, value = lead & 0x0FU, least = 0x800;
  } else if ((lead & 0xF8U) == 0xF0U) {
    size = 4, value = lead & 0x07U, least = 0x10000;
  } else {
    return {lead, 1, false};
  }
  if (text.size() < size) return {lead, 1, false};
  for (std::size_t i = 1; i < size; ++i) {
    if (!is_continuation(text[i])) return {lead, 1, false};
    value = (value << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  const bool is_surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < least || value > 0x10FFFF || is_surrogate) return {lead, 1, false};
  return {value, size, true};
}

// C0 and C1 controls, line and paragraph separators, and what turns the direction of writing.
bool is_unprintable(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F || c == 0xFEFF;
}

void append_hex(std::string& out, const char* format, char32_t value) {
  std::array<char, 12> text{};
  const int size = std::snprintf(text.data(), text.size(), format, static_cast<unsigned>(value));
  out.append(text.data(), static_cast<std::size_t>(size));
}

void append_escape(std::string& out, char32_t c) {
  switch (c) {
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      append_hex(out, "\\u%04x", c);
  }
}

// `text` up to `limit` bytes, not cut inside a character.
std::string_view cut(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  // A character takes four bytes at most, so three steps back find the first byte of any.
  for (int i = 0; i < 3 && limit > 0 && is_continuation(text[limit]); ++i) --limit;
  return text.substr(0, limit);
}

template <class Write>
void each(std::string_view text, Write&& write) {
  while (!text.empty()) {
    const CodePoint c = first_of(text);
    write(c, text.substr(0, c.size));
    text.remove_prefix(c.size);
  }
}

void append_line(std::string& out, std::string_view text, bool is_quoted) {
  each(text, [&](const CodePoint& c, std::string_view bytes) {
    if (!c.is_valid) {
      append_hex(out, "\\x%02x", c.value);
    } else if (is_unprintable(c.value)) {
      append_escape(out, c.value);
    } else {
      if (is_quoted && (c.value == '"' || c.value == '\\')) out += '\\';
      out += bytes;
    }
  });
}

bool needs_quotes(std::string_view text) {
  bool needs = text.empty();
  each(text, [&](const CodePoint& c, std::string_view) {
    needs = needs || !c.is_valid || is_unprintable(c.value) || c.value == ' ' || c.value == '"' ||
            c.value == '\\' || c.value == '=';
  });
  return needs;
}

}  // namespace

void append_plain(std::string& out, std::string_view text, std::size_t limit) {
  const auto part = cut(text, limit);
  append_line(out, part, false);
  if (part.size() < text.size()) out += "…";
}

void append_value(std::string& out, std::string_view text, std::size_t limit) {
  const auto part = cut(text, limit);
  const bool is_quoted = needs_quotes(part);
  if (is_quoted) out += '"';
  append_line(out, part, is_quoted);
  if (part.size() < text.size()) out += "…";
  if (is_quoted) out += '"';
}

void append_json(std::string& out, std::string_view text, std::size_t limit) {
  const auto part = cut(text, limit);
  out += '"';
  each(part, [&](const CodePoint& c, std::string_view bytes) {
    if (!c.is_valid) {
      out += "\xEF\xBF\xBD";  // U+FFFD
    } else if (is_unprintable(c.value)) {
      append_escape(out, c.value);
    } else {
      if (c.value == '"' || c.value == '\\') out += '\\';
      out += bytes;
    }
  });
  if (part.size() < text.size()) out += "…";
  out += '"';
}

}  // namespace sluice::observe
