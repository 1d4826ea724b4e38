// sluice/testing/settings.hpp - settings as a plugin gets them: checked by its schema, defaults
// filled in, durations as milliseconds and sizes as bytes.
#pragma once

#include <sluice/testing/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

namespace sluice {
inline namespace sdk_v1 {
namespace testing {
namespace detail {

struct Unit {
  std::string_view name;
  double factor;
};
inline constexpr std::array<Unit, 5> kDurations = {
    {{"ms", 1}, {"s", 1e3}, {"m", 6e4}, {"h", 3.6e6}, {"d", 8.64e7}}};
inline constexpr std::array<Unit, 8> kSizes = {{{"B", 1},
                                                {"KB", 1e3},
                                                {"MB", 1e6},
                                                {"GB", 1e9},
                                                {"KiB", 1024},
                                                {"MiB", 1048576},
                                                {"GiB", 1073741824},
                                                {"", 1}}};

// 1h30m by the units of `table`, or -1.
template <class Table>
double in_units(std::string_view text, const Table& table) {
  double sum = text.empty() ? -1 : 0;
  while (!text.empty()) {
    double number = 0;
    const auto got = std::from_chars(text.data(), text.data() + text.size(), number);
    if (got.ec != std::errc{} || number < 0) return -1;
    text.remove_prefix(static_cast<std::size_t>(got.ptr - text.data()));
    const std::string_view name = text.substr(0, text.find_first_of("0123456789."));
    const auto* unit = std::find_if(table.begin(), table.end(),
                                    [&](const Unit& each) { return each.name == name; });
    if (unit == table.end()) return -1;
    sum += number * unit->factor;
    text.remove_prefix(name.size());
  }
  return sum;
}

inline std::string_view text_of(const Json& schema, std::string_view keyword) {
  const Json* found = schema.find(keyword);
  return found && found->is(Json::Kind::kText) ? std::string_view(found->text) : "";
}

inline bool is_of_type(const Json& value, std::string_view type) {
  using Kind = Json::Kind;
  switch (value.kind) {
    case Kind::kNull:
      return type == "null";
    case Kind::kBool:
      return type == "boolean";
    case Kind::kInteger:
      return type == "integer" || type == "number";
    case Kind::kNumber:
      return type == "number";
    case Kind::kText:
      return type == "string";
    case Kind::kList:
      return type == "array";
    case Kind::kObject:
      return type == "object";
  }
  return false;
}

// What is wrong with the value by its schema's own keywords; empty: nothing.
inline std::string misfit(const Json& value, const Json& schema) {
  if (const Json* type = schema.find("type"); type) {
    const bool fits = type->is(Json::Kind::kText)
                          ? is_of_type(value, type->text)
                          : std::any_of(type->items.begin(), type->items.end(),
                                        [&](const Json& t) { return is_of_type(value, t.text); });
    if (!fits) return "expected " + type->dump() + ", got " + value.dump();
  }
  if (const Json* words = schema.find("enum"); words) {
    const bool is_known =
        std::any_of(words->items.begin(), words->items.end(),
                    [&](const Json& word) { return word.dump() == value.dump(); });
    if (!is_known) return "expected one of " + words->dump() + ", got " + value.dump();
  }
  const bool is_number = value.is(Json::Kind::kInteger) || value.is(Json::Kind::kNumber);
  const Json* least = schema.find("minimum");
  const Json* most = schema.find("maximum");
  if (is_number && least && value.as_number() < least->as_number())
    return "must be at least " + least->dump();
  if (is_number && most && value.as_number() > most->as_number())
    return "must be at most " + most->dump();
  return "";
}

// A duration as milliseconds, a size as bytes; anything else as it is.
inline Json canonical(const Json& value, const Json& schema) {
  const std::string_view format = text_of(schema, "format");
  const bool is_number = value.is(Json::Kind::kInteger) || value.is(Json::Kind::kNumber);
  double amount = -1;
  if (format == "duration") {
    const std::string_view unit = text_of(schema, "x-unit");
    amount = is_number ? value.as_number() * in_units("1" + std::string(unit), kDurations)
                       : in_units(value.text, kDurations);
  } else if (format == "bytes") {
    amount = is_number ? value.as_number() : in_units(value.text, kSizes);
  } else {
    return value;
  }
  if (amount < 0) throw std::invalid_argument("is not a " + std::string(format));
  return Json::of(static_cast<int64_t>(amount));
}

inline Json checked(const Json& value, const Json& schema, const std::string& path) {
  const auto refuse = [&](const std::string& why) {
    throw std::invalid_argument((path.empty() ? "the settings" : path) + ": " + why);
  };
  if (const std::string why = misfit(value, schema); !why.empty()) refuse(why);
  if (!value.is(Json::Kind::kObject)) {
    try {
      return canonical(value, schema);
    } catch (const std::invalid_argument& e) {
      refuse(e.what());
    }
  }
  const Json none = Json::object();
  const Json* properties = schema.find("properties");
  if (!properties) properties = &none;
  Json out = Json::object();
  const Json* more = schema.find("additionalProperties");
  const bool is_open = more && more->is(Json::Kind::kBool) && more->integer != 0;
  const auto place = [&](const std::string& key) { return path + "/" + key; };
  for (const auto& [key, member] : value.members) {
    const Json* rule = properties->find(key);
    if (!rule && !is_open) refuse("there is no setting \"" + key + "\"");
    out[key] = rule ? checked(member, *rule, place(key)) : member;
  }
  for (const auto& [key, rule] : properties->members) {
    const Json* otherwise = rule.find("default");
    if (!value.find(key) && otherwise) out[key] = checked(*otherwise, rule, place(key));
  }
  if (const Json* required = schema.find("required"); required) {
    for (const Json& key : required->items)
      if (!out.find(key.text)) refuse("\"" + key.text + "\" is missing");
  }
  return out;
}

}  // namespace detail

// `settings` (JSON; an empty text is {}) as the component with this `schema` is configured with.
// Throws std::invalid_argument: "/size: must be at least 64".
inline Json settings_for(std::string_view settings, std::string_view schema) {
  return detail::checked(settings.empty() ? Json::object() : Json::parse(settings),
                         Json::parse(schema), "");
}

}  // namespace testing
}  // namespace sdk_v1
}  // namespace sluice
