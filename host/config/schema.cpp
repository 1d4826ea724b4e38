// See schema.hpp: the value itself, and what it hides.
#include "config/schema.hpp"

#include "config/schema_rule.hpp"
#include "config/units.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

namespace sluice::config {
namespace {

constexpr std::string_view kHidden = "********";

// redis://user:password@host to redis://********:********@host: of the same form, so that whoever
// reads URLs still takes it.
std::string without_credentials(const std::string& url) {
  const std::size_t slashes = url.find("://");
  if (slashes == std::string::npos) return url;
  const std::size_t start = slashes + 3;
  const std::size_t authority_end = std::min(url.find_first_of("/?#", start), url.size());
  const std::size_t at = url.substr(0, authority_end).rfind('@');
  if (at == std::string::npos || at < start) return url;
  std::string hidden(kHidden);
  if (url.find(':', start) < at) hidden += ":" + hidden;
  return url.substr(0, start) + hidden + url.substr(at);
}

bool is_unset(const nlohmann::json& value) {
  return value.is_null() || (value.is_string() && value.get_ref<const std::string&>().empty());
}

// Everything below a value that a rule is about.
template <class F>
void for_parts(const Rule& rule, nlohmann::json& value, const F& f) {
  for (const auto& branch : rule.one_of) f(*branch, value);
  if (value.is_array() && rule.items) {
    for (auto& item : value) f(*rule.items, item);
  }
  if (!value.is_object()) return;
  for (auto& [key, member] : value.items()) {
    if (const Rule* property = rule.property(key)) {
      f(*property, member);
    } else if (rule.additional) {
      f(*rule.additional, member);
    }
  }
}

void hide(const Rule& rule, nlohmann::json& value) {
  if (rule.is_secret) {
    if (!is_unset(value)) value = kHidden;
    return;
  }
  if (value.is_string()) {  // whatever its format: many a plugin takes a URL as text
    value = without_credentials(value.get_ref<const std::string&>());
  }
  for_parts(rule, value, hide);
}

void give_units(const Rule& rule, nlohmann::json& value) {
  if (rule.format == Format::kDuration && value.is_number_integer()) {
    value = format_duration(std::chrono::milliseconds(value.get<std::int64_t>()));
  } else if (rule.format == Format::kBytes && value.is_number_integer()) {
    value = format_bytes(value.get<std::uint64_t>());
  }
  for_parts(rule, value, give_units);
}

// Every one: what follows a dollar is nobody's business here.
void double_dollars(nlohmann::json& value) {
  if (value.is_structured()) {
    for (auto& part : value) double_dollars(part);
  } else if (value.is_string()) {
    std::string text;
    for (const char c : value.get_ref<const std::string&>()) text.append(c == '$' ? 2 : 1, c);
    value = std::move(text);
  }
}

}  // namespace

bool Rule::allows(Type type) const {
  return types.empty() || std::find(types.begin(), types.end(), type) != types.end();
}

const Rule* Rule::property(std::string_view key) const {
  const auto found = std::find_if(properties.begin(), properties.end(),
                                  [&](const Property& property) { return property.key == key; });
  return found == properties.end() ? nullptr : found->rule.get();
}

Schema::Schema(std::unique_ptr<const Rule> root) : root_(std::move(root)) {}
Schema::Schema(Schema&&) noexcept = default;
Schema& Schema::operator=(Schema&&) noexcept = default;
Schema::~Schema() = default;

nlohmann::json Schema::validate(const Node& node, const std::string& path,
                                Findings& findings) const {
  auto value = apply_rule(*root_, node, path, findings);
  if (value) return *std::move(value);
  return root_->fallback.value_or(nlohmann::json::object());
}

nlohmann::json Schema::redact(nlohmann::json value) const {
  hide(*root_, value);
  return value;
}

nlohmann::json Schema::written(nlohmann::json value) const {
  give_units(*root_, value);
  double_dollars(value);
  return value;
}

}  // namespace sluice::config
