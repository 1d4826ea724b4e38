#include "app/editor_schema.hpp"

#include "config/pipeline_schema.hpp"

#include <algorithm>
#include <utility>

namespace sluice::app {
namespace {

using Json = nlohmann::json;

bool may_be_text(const Json& rule) {
  const Json types = rule.value("type", Json());
  return types == "string" || std::find(types.begin(), types.end(), "string") != types.end();
}

// What the host means beyond the standard, said in its terms: keys that are not named are refused,
// a number or a choice may come from the environment, limits may be durations.
Json for_editors(Json rule) {
  if (!rule.is_object()) return rule;
  if (rule.contains("properties")) {
    for (auto& [name, property] : rule["properties"].items()) property = for_editors(property);
    if (!rule.contains("additionalProperties")) rule["additionalProperties"] = false;
    return rule;
  }
  if (rule.contains("additionalProperties"))
    rule["additionalProperties"] = for_editors(rule["additionalProperties"]);
  if (rule.value("minimum", Json()).is_string()) rule.erase("minimum");
  const bool is_scalar = rule.contains("type") && rule["type"] != "object" &&
                         rule["type"] != "array" && !rule["type"].is_array();
  if (!is_scalar || (may_be_text(rule) && !rule.contains("enum") && !rule.contains("pattern")))
    return rule;
  Json out = Json::object();
  for (const char* shown : {"description", "default"}) {
    if (!rule.contains(shown)) continue;
    out[shown] = rule[shown];
    rule.erase(shown);
  }
  out["anyOf"] = {std::move(rule), {{"type", "string"}, {"pattern", R"(\$\{)"}}};
  return out;
}

// Durations and sizes are texts with units; everything else as JSON has it.
std::string shown(const Json& value) {
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  return text.empty() ? "empty" : "`" + text + "`";
}

std::string default_of(const std::string& name, const Json& rule, const Json& required) {
  if (rule.contains("default")) return shown(rule["default"]);
  return std::find(required.begin(), required.end(), name) != required.end() ? "required" : "none";
}

// What the description leaves to the schema: choices, bounds, secrecy.
std::string meaning_of(const Json& rule) {
  std::string text = rule.value("description", "");
  const auto add = [&](const std::string& more) { text += (text.empty() ? "" : " ") + more; };
  if (rule.contains("enum")) {
    std::string choices;
    for (const Json& choice : rule["enum"])
      choices += (choices.empty() ? "" : ", ") + shown(choice);
    add("One of " + choices + ".");
  }
  if (rule.contains("minimum") && rule.contains("maximum"))
    add(rule["minimum"].dump() + " to " + rule["maximum"].dump() + ".");
  if (rule.value("x-secret", false)) add("A secret: never shown.");
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

}  // namespace

Json editor_schema(const std::vector<PluginSettings>& plugins) {
  Json schema = for_editors(Json::parse(config::pipeline_schema_text()));
  Json& stage = schema["properties"]["stages"]["additionalProperties"];
  stage = for_editors(stage);
  Json names = Json::array();
  Json cases = Json::array();
  for (const PluginSettings& plugin : plugins) {
    names.push_back(plugin.name);
    Json settings = for_editors(plugin.schema);
    settings["description"] = plugin.summary;
    settings["type"] = {"object", "null"};
    cases.push_back({{"if", {{"properties", {{"plugin", {{"const", plugin.name}}}}}}},
                     {"then", {{"properties", {{"config", std::move(settings)}}}}}});
  }
  stage["properties"]["plugin"] = {{"type", "string"},
                                   {"description", "A plugin on the plugin path, without .so."},
                                   {"anyOf", {{{"enum", std::move(names)}}, {{"type", "string"}}}}};
  stage["allOf"] = std::move(cases);
  return schema;
}

std::string settings_markdown(const std::vector<PluginSettings>& plugins) {
  std::string out;
  for (const PluginSettings& plugin : plugins) {
    if (!out.empty()) out += "\n";
    out += "### " + plugin.name + "\n\n" + plugin.summary +
           ".\n\n| setting | default | |\n|---|---|---|\n";
    const Json properties = plugin.schema.value("properties", Json::object());
    const Json required = plugin.schema.value("required", Json::array());
    for (const auto& [name, rule] : properties.items()) {
      out += "| `" + name + "` | " + default_of(name, rule, required) + " | " + meaning_of(rule) +
             " |\n";
    }
  }
  return out;
}

}  // namespace sluice::app
