#include "json_fields.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <utility>

namespace firecrawl {
namespace {

bool is_json_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// The bytes of a scalar as they stand in the body, without the white space behind it.
std::string_view raw_scalar(ondemand::value& value) {
  std::string_view raw = value.raw_json_token();
  while (!raw.empty() && is_json_space(raw.back())) raw.remove_suffix(1);
  return raw;
}

// 200, 200.0 and "200" all are 200.
std::optional<std::int64_t> whole_number(std::string_view text) {
  const char* const end = text.data() + text.size();
  std::int64_t whole = 0;
  if (const auto r = std::from_chars(text.data(), end, whole);
      r.ec == std::errc{} && r.ptr == end) {
    return whole;
  }
  double number = 0;
  const auto r = std::from_chars(text.data(), end, number);
  constexpr double kExact = 9007199254740992.0;  // 2^53: whole numbers are exact up to here
  if (r.ec != std::errc{} || r.ptr != end || !(std::abs(number) <= kExact) ||
      number != std::floor(number)) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(number);
}

}  // namespace

std::string_view raw_string(ondemand::value& value) {
  const std::string_view raw = raw_scalar(value);
  return raw.substr(1, raw.size() - 2);
}

bool is_string(ondemand::value& value) { return value.type() == ondemand::json_type::string; }

std::string text_of(ondemand::value& value, Nul nul) {
  if (is_string(value)) return unescaped(raw_string(value), nul);
  if (value.type() != ondemand::json_type::array) return {};
  for (ondemand::value item : value.get_array()) {
    if (!is_string(item)) continue;
    std::string text = unescaped(raw_string(item), nul);
    if (!text.empty()) return text;
  }
  return {};
}

std::string clipped_text_of(ondemand::value& value, std::size_t limit) {
  const std::string text = text_of(value);
  return std::string(clipped(text, limit));
}

std::optional<std::int64_t> number_of(ondemand::value& value) {
  if (value.type() == ondemand::json_type::number) return whole_number(raw_scalar(value));
  return whole_number(text_of(value));
}

std::optional<bool> flag_of(ondemand::value& value) {
  const ondemand::json_type type = value.type();
  if (type != ondemand::json_type::boolean && type != ondemand::json_type::string) {
    return std::nullopt;
  }
  const std::string_view raw =
      type == ondemand::json_type::string ? raw_string(value) : raw_scalar(value);
  if (raw == "true") return true;
  if (raw == "false") return false;
  return std::nullopt;
}

std::string id_of(ondemand::value& value) {
  if (value.type() == ondemand::json_type::number) return std::string(raw_scalar(value));
  return is_string(value) ? unescaped(raw_string(value)) : std::string{};
}

std::string error_of(ondemand::value& value) {
  if (value.type() != ondemand::json_type::object) return clipped_text_of(value, kMaxErrorBytes);
  std::string message;
  each_member(value.get_object(), [&message](std::string_view key, ondemand::value& member) {
    if (key == "message") message = clipped_text_of(member, kMaxErrorBytes);
  });
  return message;
}

PaddedBody::PaddedBody(std::string_view body, std::size_t readable)
    : body_(body), readable_(readable) {
  if (readable >= body.size() + simdjson::SIMDJSON_PADDING) return;
  copy_ = std::make_unique_for_overwrite<char[]>(body.size() + simdjson::SIMDJSON_PADDING);
  std::memcpy(copy_.get(), body.data(), body.size());
  std::memset(copy_.get() + body.size(), 0, simdjson::SIMDJSON_PADDING);
  body_ = {copy_.get(), body.size()};
  readable_ = body.size() + simdjson::SIMDJSON_PADDING;
}

}  // namespace firecrawl
