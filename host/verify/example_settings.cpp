#include "verify/example_settings.hpp"

#include "config/document.hpp"
#include "config/findings.hpp"
#include "config/schema.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace sluice::verify {
namespace {

using Json = nlohmann::json;

bool may_be(const Json& rule, const char* type) {
  const Json types = rule.value("type", Json());
  if (types.is_string()) return types == type;
  return std::find(types.begin(), types.end(), type) != types.end();
}

Json example_of(const Json& rule) {
  if (rule.contains("default")) return rule["default"];
  if (rule.contains("examples") && !rule["examples"].empty()) return rule["examples"][0];
  if (rule.contains("enum") && !rule["enum"].empty()) return rule["enum"][0];
  const std::string format = rule.value("format", "");
  if (format == "uri") return "http://127.0.0.1:1";  // nobody listens on port 1
  if (format == "duration") return "1s";
  if (format == "bytes") return "1MiB";
  if (may_be(rule, "string")) return "example";
  if (may_be(rule, "integer") || may_be(rule, "number")) return rule.value("minimum", Json(1));
  if (may_be(rule, "boolean")) return false;
  if (may_be(rule, "array")) return Json::array();
  return example_settings(rule);
}

}  // namespace

Json example_settings(const Json& schema) {
  Json out = Json::object();
  if (!schema.is_object()) return out;
  const Json properties = schema.value("properties", Json::object());
  const Json required = schema.value("required", Json::array());
  for (const Json& name : required) {
    if (!properties.contains(name.get<std::string>())) continue;
    out[name.get<std::string>()] = example_of(properties[name.get<std::string>()]);
  }
  return out;
}

Result<void> apply_overrides(Json& settings, const std::vector<std::string>& overrides) {
  for (const std::string& one : overrides) {
    const auto equals = one.find('=');
    if (equals == std::string::npos || equals == 0)
      return Error{Fault::kInvalid, "--set " + one + ": write key=value"};
    const std::string text = one.substr(equals + 1);
    Json value = Json::parse(text, nullptr, false);
    settings[one.substr(0, equals)] = value.is_discarded() ? Json(text) : std::move(value);
  }
  return {};
}

std::string refusal_of(std::string_view schema, const Json& settings) {
  const auto rules = config::Schema::parse(schema);
  if (!rules) return rules.error().message;
  config::Findings findings;
  const std::string text = settings.dump();
  const auto document = config::Document::parse(text, "settings", findings);
  if (document.root()) rules->validate(*document.root(), "config", findings);
  if (!findings.has_errors()) return "";
  const auto& first = findings.items().front();
  return first.path + ": " + first.message;
}

}  // namespace sluice::verify
