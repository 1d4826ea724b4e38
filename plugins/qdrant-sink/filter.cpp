#include "filter.hpp"

#include "common/filter/matching.hpp"
#include "common/json/json_writer.hpp"
#include "payload.hpp"

#include <simdjson.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace qdrant_sink {
namespace {

using plugin_common::append_text;

namespace dom = simdjson::dom;

bool can_be_filtered(std::string_view key) {
  return !is_ours(key) && std::any_of(kIndexedFields.begin(), kIndexedFields.end(),
                                      [&](const IndexedField& field) { return field.name == key; });
}

constexpr std::string_view kDomain = "domain";
constexpr std::string_view kLanguage = "language";
constexpr std::string_view kIsMobile = "is_mobile";

// The value, or those of a list, as long as all of them are of one type; empty: they are not.
template <class T>
std::vector<T> values_in(dom::element value) {
  std::vector<T> out;
  T one{};
  dom::array list;
  if (value.get(one) == simdjson::SUCCESS) return {one};
  if (value.get(list) != simdjson::SUCCESS) return {};
  for (const dom::element item : list) {
    if (item.get(one) != simdjson::SUCCESS) return {};
    out.push_back(one);
  }
  return out;
}

std::string match(std::string_view key, std::string_view how, std::string_view value) {
  std::string out = R"({"key":)";
  append_text(out, key);
  out += R"(,"match":{)";
  append_text(out, how);
  out += ':';
  out += value;
  return out + "}}";
}

std::string match_any(std::string_view key, const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) {
    list += list.empty() ? '[' : ',';
    append_text(list, text);
  }
  return match(key, "any", list + ']');
}

// Points that an earlier version wrote have the language alone.
std::string in_language(const std::vector<std::string_view>& wanted) {
  std::vector<std::string> ranges(wanted.size());
  std::transform(wanted.begin(), wanted.end(), ranges.begin(), plugin_common::language_range);
  std::vector<std::string> languages(wanted.begin(), wanted.end());
  languages.insert(languages.end(), ranges.begin(), ranges.end());
  std::sort(languages.begin(), languages.end());
  languages.erase(std::unique(languages.begin(), languages.end()), languages.end());
  return R"({"should":[)" + match_any(kLanguageRanges, ranges) + ',' +
         match_any(kLanguage, languages) + "]}";
}

std::string is_any(std::string_view key, const std::vector<std::string_view>& wanted) {
  if (key == kLanguage) return in_language(wanted);
  std::vector<std::string> texts(wanted.begin(), wanted.end());
  if (key == kDomain) {
    std::transform(texts.begin(), texts.end(), texts.begin(), plugin_common::domain_in_lower_case);
  }
  return match_any(key, texts);
}

// What is not said to be mobile is not. Nothing when either will do.
std::string is_mobile(const std::vector<bool>& wanted) {
  const std::string mobile = match(kIsMobile, "value", "true");
  const bool takes_mobile = std::find(wanted.begin(), wanted.end(), true) != wanted.end();
  const bool takes_others = std::find(wanted.begin(), wanted.end(), false) != wanted.end();
  if (takes_mobile && takes_others) return {};
  return takes_mobile ? mobile : R"({"must_not":[)" + mobile + "]}";
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
    const auto truths = values_in<bool>(value);
    const auto texts = values_in<std::string_view>(value);
    if (key == kIsMobile ? truths.empty() : texts.empty()) {
      return BadFilter{"The filter '" + std::string(key) + "' takes " +
                       (key == kIsMobile ? "true or false." : "a text or a list of texts.")};
    }
    const std::string condition = key == kIsMobile ? is_mobile(truths) : is_any(key, texts);
    if (!out.empty() && !condition.empty()) out += ',';
    out += condition;
  }
  return out;
}

}  // namespace qdrant_sink
