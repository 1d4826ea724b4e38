// nlohmann/json behind a depth check: its parser keeps one bit a level, and its destructor
// recurses.
#include "api/json_body.hpp"

#include <algorithm>
#include <utility>

namespace sluice::api {
namespace {

// Brackets outside of strings; says nothing about whether it is JSON.
bool is_too_deep(std::string_view body) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kMostDepth) return true;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

}  // namespace

Result<nlohmann::json> parse_object(std::string_view body) {
  if (is_too_deep(body)) return Error{Fault::kInvalid, "the body is nested deeper than 64 levels"};
  auto value = nlohmann::json::parse(body, nullptr, false);
  if (value.is_discarded()) return Error{Fault::kInvalid, "the body is not JSON"};
  if (!value.is_object()) return Error{Fault::kInvalid, "the body is not a JSON object"};
  return value;
}

const nlohmann::json* Fields::find(const char* name) const {
  const auto it = object_.find(name);
  return it == object_.end() || it->is_null() ? nullptr : &*it;
}

std::optional<std::string> Fields::text(const char* name) {
  const auto* value = find(name);
  if (!value) return std::nullopt;
  if (!value->is_string()) {
    fail(std::string(name) + " has to be a string");
    return std::nullopt;
  }
  return value->get<std::string>();
}

std::optional<bool> Fields::truth(const char* name) {
  const auto* value = find(name);
  if (!value) return std::nullopt;
  if (!value->is_boolean()) {
    fail(std::string(name) + " has to be true or false");
    return std::nullopt;
  }
  return value->get<bool>();
}

std::optional<int64_t> Fields::integer(const char* name) {
  const auto* value = find(name);
  if (!value) return std::nullopt;
  // Past the range of int64 the library gives an unsigned number or a float.
  const bool fits = value->is_number_integer() &&
                    (!value->is_number_unsigned() || value->get<uint64_t>() <= uint64_t{INT64_MAX});
  if (!fits) {
    fail(std::string(name) + " has to be a whole number");
    return std::nullopt;
  }
  return value->get<int64_t>();
}

int64_t Fields::integer_in(const char* name, Range range) {
  const auto value = integer(name);
  if (!value) return range.otherwise;
  if (*value < range.least || *value > range.most) {
    fail(std::string(name) + " has to be from " + std::to_string(range.least) + " to " +
         std::to_string(range.most));
  }
  return std::clamp(*value, range.least, range.most);
}

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::string dump(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace sluice::api
