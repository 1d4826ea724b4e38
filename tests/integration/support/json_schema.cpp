// One function per family of keywords.
#include "support/json_schema.hpp"

#include <algorithm>
#include <regex>
#include <set>

namespace sluice::testing {
namespace {

using nlohmann::json;

class SchemaCheck {
 public:
  explicit SchemaCheck(const json& document) : document_(document) {}

  void check(const json& schema, const json& value, const std::string& at) {
    if (const auto ref = schema.find("$ref"); ref != schema.end()) {
      const std::string pointer = ref->get<std::string>().substr(1);  // without '#'
      check(document_.at(json::json_pointer(pointer)), value, at);
    }
    check_keywords(schema, at);
    check_type(schema, value, at);
    check_values(schema, value, at);
    if (value.is_number()) check_number(schema, value, at);
    if (value.is_string()) check_text(schema, value.get<std::string>(), at);
    if (value.is_object()) check_object(schema, value, at);
    if (value.is_array()) check_list(schema, value, at);
    if (const auto any = schema.find("oneOf"); any != schema.end()) check_one_of(*any, value, at);
  }

  std::vector<std::string> take() { return std::move(faults_); }

 private:
  void fail(const std::string& at, const std::string& what) {
    faults_.push_back((at.empty() ? "the answer" : at) + ": " + what);
  }

  void check_keywords(const json& schema, const std::string& at) {
    static const std::set<std::string> kKnown = {
        "$ref",     "type",    "enum",    "const",   "properties",  "required",
        "items",    "minimum", "maximum", "format",  "minLength",   "maxLength",
        "minItems", "pattern", "oneOf",   "default", "description", "additionalProperties",
        "examples", "maxItems"};
    for (const auto& [key, unused] : schema.items()) {
      if (!kKnown.contains(key)) fail(at, "the schema uses \"" + key + "\", which nobody checks");
    }
  }

  static bool is_of(const std::string& type, const json& value) {
    if (type == "null") return value.is_null();
    if (type == "boolean") return value.is_boolean();
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    if (type == "array") return value.is_array();
    return type == "object" && value.is_object();
  }

  void check_type(const json& schema, const json& value, const std::string& at) {
    const auto type = schema.find("type");
    if (type == schema.end()) return;
    const json types = type->is_array() ? *type : json::array({*type});
    const bool fits = std::any_of(types.begin(), types.end(), [&](const json& one) {
      return is_of(one.get<std::string>(), value);
    });
    if (!fits) fail(at, "is " + std::string(value.type_name()) + ", not " + type->dump());
  }

  void check_values(const json& schema, const json& value, const std::string& at) {
    if (const auto only = schema.find("const"); only != schema.end() && value != *only) {
      fail(at, "is " + value.dump() + ", not " + only->dump());
    }
    const auto list = schema.find("enum");
    if (list != schema.end() && std::find(list->begin(), list->end(), value) == list->end()) {
      fail(at, "is " + value.dump() + ", none of " + list->dump());
    }
  }

  void check_number(const json& schema, const json& value, const std::string& at) {
    if (schema.contains("minimum") && value < schema["minimum"]) fail(at, "is too small");
    if (schema.contains("maximum") && value > schema["maximum"]) fail(at, "is too big");
  }

  void check_text(const json& schema, const std::string& text, const std::string& at) {
    static const std::regex kTime(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z)");
    static const std::regex kUuid("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
    const std::string format = schema.value("format", "");
    if (format == "date-time" && !std::regex_match(text, kTime)) fail(at, "is no time: " + text);
    if (format == "uuid" && !std::regex_match(text, kUuid)) fail(at, "is no UUID: " + text);
    if (text.size() < schema.value("minLength", std::size_t{0})) fail(at, "is too short");
    if (const auto pattern = schema.find("pattern"); pattern != schema.end()) {
      if (!std::regex_search(text, std::regex(pattern->get<std::string>()))) {
        fail(at, "does not match " + pattern->dump());
      }
    }
  }

  void check_object(const json& schema, const json& value, const std::string& at) {
    for (const auto& name : schema.value("required", json::array())) {
      if (!value.contains(name)) fail(at, "has no " + name.dump());
    }
    const auto named = schema.find("properties");
    const auto others = schema.find("additionalProperties");
    if (named == schema.end() && others == schema.end()) return;
    for (const auto& [key, member] : value.items()) {
      const std::string where = at + "/" + key;
      if (named != schema.end() && named->contains(key)) {
        check((*named)[key], member, where);
      } else if (others == schema.end() || *others == false) {
        fail(where, "is not in the schema");
      } else if (others->is_object()) {
        check(*others, member, where);
      }
    }
  }

  void check_list(const json& schema, const json& value, const std::string& at) {
    if (value.size() < schema.value("minItems", std::size_t{0})) fail(at, "has too few items");
    const auto items = schema.find("items");
    if (items == schema.end()) return;
    for (std::size_t i = 0; i < value.size(); ++i) {
      check(*items, value[i], at + "/" + std::to_string(i));
    }
  }

  void check_one_of(const json& choices, const json& value, const std::string& at) {
    const auto fitting = std::count_if(choices.begin(), choices.end(), [&](const json& choice) {
      return schema_faults(document_, choice, value).empty();
    });
    if (fitting != 1) fail(at, "fits " + std::to_string(fitting) + " of the choices, not one");
  }

  const json& document_;
  std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> schema_faults(const json& document, const json& schema,
                                       const json& value) {
  SchemaCheck check(document);
  check.check(schema, value, "");
  return check.take();
}

}  // namespace sluice::testing
