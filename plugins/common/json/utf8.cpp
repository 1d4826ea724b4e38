#include "common/json/utf8.hpp"

namespace plugin_common {
namespace {

// The first byte decides the length and what the second may be (Unicode, table 3-7).
struct Form {
  std::size_t length = 0;
  unsigned char least = 0x80;
  unsigned char most = 0xBF;
};

Form form_of(unsigned char first) {
  if (first < 0x80) return {.length = 1};
  if (first < 0xC2) return {};
  if (first < 0xE0) return {.length = 2};
  if (first == 0xE0) return {.length = 3, .least = 0xA0};
  if (first == 0xED) return {.length = 3, .most = 0x9F};
  if (first < 0xF0) return {.length = 3};
  if (first == 0xF0) return {.length = 4, .least = 0x90};
  if (first < 0xF4) return {.length = 4};
  if (first == 0xF4) return {.length = 4, .most = 0x8F};
  return {};
}

}  // namespace

std::size_t code_point_length(std::string_view text) {
  if (text.empty()) return 0;
  Form form = form_of(static_cast<unsigned char>(text[0]));
  if (text.size() < form.length) return 0;
  for (std::size_t i = 1; i < form.length; ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < form.least || c > form.most) return 0;
    form.least = 0x80;
    form.most = 0xBF;
  }
  return form.length;
}

}  // namespace plugin_common
