#include "filter.hpp"

#include "common/json/json_writer.hpp"
#include "payload.hpp"

#include <simdjson.h>

#include <algorithm>
#include <utility>

namespace qdrant_sink {
namespace {

using plugin_common::append_text;

namespace dom = simdjson::dom;

bool can_be_filtered(std::string_view key) {
  return !is_ours(key) && std::any_of(kIndexedFields.begin(), kIndexedFields.end(),
                                      [&](const IndexedField& field) { return field.name == key; });
}

bool is_value(dom::element value) { return value.is_string() || value.is_bool(); }

bool is_value_list(dom::element value) {
  dom::array list;
  return value.get(list) == simdjson::SUCCESS && list.size() > 0 &&
         std::all_of(list.begin(), list.end(), is_value);
}

void append_match(std::string& out, std::string_view key, std::string_view how,
                  dom::element value) {
  out += R"({"key":)";
  append_text(out, key);
  out += R"(,"match":{)";
  append_text(out, how);
  out += ':';
  out += simdjson::minify(value);
  out += "}}";
}

void append_condition(std::string& out, std::string_view key, dom::element value) {
  dom::array list;
  if (value.get(list) != simdjson::SUCCESS) return append_match(out, key, "value", value);
  if (std::all_of(list.begin(), list.end(), [](dom::element one) { return one.is_string(); }))
    return append_match(out, key, "any", value);
  // Qdrant's `any` takes texts and integers, but not true and false.
  out += R"({"should":[)";
  bool is_first = true;
  for (const dom::element one : list) {
    if (!std::exchange(is_first, false)) out += ',';
    append_match(out, key, "value", one);
  }
  out += "]}";
}

}  // namespace

std::variant<std::string, BadFilter> conditions_of(std::string_view filter) {
  std::string out;
  if (filter.empty()) return out;
  dom::parser parser;
  dom::object fields;
  if (parser.parse(filter.data(), filter.size()).get(fields) != simdjson::SUCCESS)
    return BadFilter{"The filter is not a JSON object."};
  for (const auto& [key, value] : fields) {
    if (!can_be_filtered(key)) {
      return BadFilter{"There is no filter '" + std::string(key) +
                       "'; use domain, language, country, is_mobile or crawl_id."};
    }
    if (value.is_null()) continue;
    if (!is_value(value) && !is_value_list(value)) {
      return BadFilter{"The filter '" + std::string(key) +
                       "' takes a text, true or false, or a list of them."};
    }
    if (!out.empty()) out += ',';
    append_condition(out, key, value);
  }
  return out;
}

}  // namespace qdrant_sink
