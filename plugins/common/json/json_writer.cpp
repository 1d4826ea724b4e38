#include "common/json/json_writer.hpp"

#include "common/json/utf8.hpp"

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

void append_control(std::string& out, char letter) {
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

// Runs that need no change are appended whole.
void append_escaped(std::string& out, std::string_view text) {
  std::size_t run = 0;  // where the run begins
  std::size_t at = 0;
  while (at < text.size()) {
    const auto byte = static_cast<std::uint8_t>(text[at]);
    const std::size_t length = byte < 0x80 ? 1 : code_point_length(text.substr(at));
    if (length > 0 && byte >= 0x20 && byte != '"' && byte != '\\') {
      at += length;
      continue;
    }
    out.append(text.substr(run, at - run));
    length == 0 ? void(out += kReplacement) : append_control(out, text[at]);
    run = ++at;
  }
  out.append(text.substr(run));
}

void append_text(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text);
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
