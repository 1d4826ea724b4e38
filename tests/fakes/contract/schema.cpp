// The part of JSON Schema that the documents use.
#include "fakes/contract/schema.hpp"

#include <algorithm>
#include <iterator>
#include <regex>
#include <set>

namespace sluice::fakes {
namespace {

using nlohmann::json;
using Complaints = std::vector<std::string>;

class Judge {
 public:
  Judge(const json& document, Author author) : document_(document), author_(author) {}

  Complaints judge(const json& value, const json& given, const std::string& at) const {
    const json& schema = resolved(given);
    if (value.is_null() && is_nullable(schema)) return {};
    Complaints all = author_ == Author::kOurs ? keywords(schema, at) : Complaints{};
    for (const char* one_of : {"anyOf", "oneOf"}) {
      if (!schema.contains(one_of)) continue;
      add(all, alternatives(value, schema[one_of], at));
      return all;
    }
    if (schema.contains("allOf")) {
      for (const json& part : schema["allOf"]) add(all, judge(value, part, at));
    }
    if (schema.contains("const") && value != schema["const"])
      return {at + ": is " + value.dump() + ", not " + schema["const"].dump()};
    if (schema.contains("enum")) {
      const json& choices = schema["enum"];
      if (std::find(choices.begin(), choices.end(), value) == choices.end())
        return {at + ": is " + value.dump() + ", none of " + choices.dump()};
    }
    if (schema.contains("type") && !is_of_type(value, schema["type"]))
      return {at + ": is " + value.dump().substr(0, kMostShown) + ", not of type " +
              schema["type"].dump()};
    if (value.is_object()) add(all, properties(value, schema, at));
    if (value.is_array()) add(all, items(value, schema, at));
    if (value.is_string()) add(all, text(value.get<std::string>(), schema, at));
    if (value.is_number() && schema.contains("minimum") && value < schema["minimum"])
      all.push_back(at + ": is below " + schema["minimum"].dump());
    if (value.is_number() && schema.contains("maximum") && value > schema["maximum"])
      all.push_back(at + ": is above " + schema["maximum"].dump());
    return all;
  }

 private:
  static constexpr std::size_t kMostShown = 60;

  static Complaints keywords(const json& schema, const std::string& at) {
    static const std::set<std::string> kChecked = {"$ref",       "type",
                                                   "enum",       "const",
                                                   "properties", "required",
                                                   "items",      "minimum",
                                                   "maximum",    "minLength",
                                                   "pattern",    "oneOf",
                                                   "format",     "additionalProperties",
                                                   "minItems"};
    static const std::set<std::string> kSayNothing = {"default", "description", "examples",
                                                      "maxItems", "maxLength"};
    Complaints all;
    for (const auto& [key, unused] : schema.items())
      if (!kChecked.contains(key) && !kSayNothing.contains(key))
        all.push_back(at + ": the schema uses \"" + key + "\", which nobody checks");
    return all;
  }

  static void add(Complaints& all, Complaints more) {
    std::move(more.begin(), more.end(), std::back_inserter(all));
  }

  const json& resolved(const json& schema) const {
    const json* at = &schema;
    while (at->contains("$ref")) {
      at = &document_.at(json::json_pointer((*at)["$ref"].get<std::string>().substr(1)));
    }
    return *at;
  }

  static bool is_nullable(const json& schema) { return schema.value("nullable", false); }

  static bool is_of_type(const json& value, const json& type) {
    if (type.is_array()) {
      return std::any_of(type.begin(), type.end(),
                         [&](const json& one) { return is_of_type(value, one); });
    }
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_boolean();
    if (type == "array") return value.is_array();
    if (type == "object") return value.is_object();
    return type == "null" && value.is_null();
  }

  // Documents of 3.0 say "or null" by an alternative that says nothing else.
  static bool is_null_only(const json& schema) { return schema.size() == 1 && is_nullable(schema); }

  static Complaints text(const std::string& value, const json& schema, const std::string& at) {
    static const std::regex kTime(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z)");
    static const std::regex kUuid("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
    Complaints all;
    const std::string format = schema.value("format", "");
    if (format == "date-time" && !std::regex_match(value, kTime))
      all.push_back(at + ": is no time: " + value);
    if (format == "uuid" && !std::regex_match(value, kUuid))
      all.push_back(at + ": is no UUID: " + value);
    if (value.size() < schema.value("minLength", std::size_t{0}))
      all.push_back(at + ": is too short");
    if (schema.contains("pattern") &&
        !std::regex_search(value, std::regex(schema["pattern"].get<std::string>())))
      all.push_back(at + ": does not match " + schema["pattern"].dump());
    return all;
  }

  // The complaints of the alternative that comes nearest.
  Complaints alternatives(const json& value, const json& schemas, const std::string& at) const {
    if (author_ == Author::kOurs) {
      const auto fitting = std::count_if(schemas.begin(), schemas.end(), [&](const json& schema) {
        return judge(value, schema, at).empty();
      });
      if (fitting > 1) return {at + ": fits " + std::to_string(fitting) + " alternatives, not one"};
    }
    Complaints nearest = {at + ": fits no alternative"};
    bool is_first = true;
    for (const json& schema : schemas) {
      if (is_null_only(schema)) continue;
      Complaints complaints = judge(value, schema, at);
      if (complaints.empty()) return {};
      if (is_first || complaints.size() < nearest.size()) nearest = std::move(complaints);
      is_first = false;
    }
    return nearest;
  }

  Complaints properties(const json& value, const json& schema, const std::string& at) const {
    Complaints all;
    for (const json& name : schema.value("required", json::array())) {
      if (!value.contains(name)) all.push_back(at + ": lacks " + name.get<std::string>());
    }
    const json known = schema.value("properties", json::object());
    const bool is_open = known.empty() || schema.contains("additionalProperties");
    const json others = schema.value("additionalProperties", json(true));
    for (const auto& [name, member] : value.items()) {
      const std::string place = at + "/" + name;
      if (known.contains(name)) {
        add(all, judge(member, known[name], place));
      } else if (!is_open || others == false) {
        all.push_back(place + ": is not known");
      } else if (others.is_object()) {
        add(all, judge(member, others, place));
      }
    }
    return all;
  }

  Complaints items(const json& value, const json& schema, const std::string& at) const {
    Complaints all;
    if (value.size() < schema.value("minItems", std::size_t{0}))
      all.push_back(at + ": has too few items");
    if (!schema.contains("items")) return all;
    for (std::size_t i = 0; i < value.size(); ++i)
      add(all, judge(value[i], schema["items"], at + "/" + std::to_string(i)));
    return all;
  }

  const json& document_;
  const Author author_;
};

}  // namespace

Complaints misfits(const json& value, const json& schema, const json& document, Author author) {
  return Judge(document, author).judge(value, schema, "");
}

}  // namespace sluice::fakes
