#include "common/json/json_writer.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace plugin_common {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::size_t kMostDigits = 32;  // of a shortest float or double, with sign and exponent

template <class Number>
void append_shortest(std::string& out, Number number) {
  std::array<char, kMostDigits> digits{};
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), static_cast<std::size_t>(written.ptr - digits.data()));
}

std::uint8_t byte_at(std::string_view text, std::size_t i) {
  return i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0;
}

bool is_continuation(std::uint8_t byte) { return (byte & 0xC0U) == 0x80U; }

// How many bytes the code point at the front has; 0 when there is none. Overlong forms, surrogates
// and numbers past U+10FFFF are none.
std::size_t code_point_size(std::string_view text) {
  const std::uint8_t first = byte_at(text, 0);
  const std::uint8_t second = byte_at(text, 1);
  if (first >= 0xC2 && first <= 0xDF) return is_continuation(second) ? 2 : 0;
  if (!is_continuation(second) || !is_continuation(byte_at(text, 2))) return 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool is_overlong = first == 0xE0 && second < 0xA0;
    const bool is_surrogate = first == 0xED && second > 0x9F;
    return is_overlong || is_surrogate ? 0 : 3;
  }
  if (first < 0xF0 || first > 0xF4 || !is_continuation(byte_at(text, 3))) return 0;
  const bool is_overlong = first == 0xF0 && second < 0x90;
  const bool is_past_end = first == 0xF4 && second > 0x8F;
  return is_overlong || is_past_end ? 0 : 4;
}

bool is_plain(char letter) {
  const auto byte = static_cast<std::uint8_t>(letter);
  return byte >= 0x20 && byte < 0x80 && letter != '"' && letter != '\\';
}

void append_escaped(std::string& out, char letter) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const auto byte = static_cast<std::uint8_t>(letter);
  switch (letter) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
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
      out += "\\u00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 0xFU];
  }
}

}  // namespace

void append_text(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && is_plain(text[plain])) ++plain;
    out.append(text.data(), plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    std::size_t used = 1;
    if (static_cast<std::uint8_t>(text.front()) < 0x80) {
      append_escaped(out, text.front());
    } else if (const std::size_t size = code_point_size(text); size > 0) {
      out.append(text.data(), size);
      used = size;
    } else {
      out += kReplacement;
    }
    text.remove_prefix(used);
  }
  out += '"';
}

void append_integer(std::string& out, std::int64_t number) { append_shortest(out, number); }

void append_number(std::string& out, double number) {
  if (std::isfinite(number)) {
    append_shortest(out, number);
  } else {
    out += "null";
  }
}

void append_floats(std::string& out, std::span<const float> values) {
  out += '[';
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ',';
    append_shortest(out, values[i]);
  }
  out += ']';
}

}  // namespace plugin_common
