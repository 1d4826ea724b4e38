#include "index/attributes.hpp"

#include "common/filter/matching.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace bm25 {
namespace {

using Json = nlohmann::json;

// Lengths in front keep ("ab", "c") and ("a", "bc") apart.
std::string key_of(const Attributes& attributes) {
  std::string key;
  for (const std::string* part :
       {&attributes.domain, &attributes.language, &attributes.country, &attributes.crawl_id}) {
    key += std::to_string(part->size());
    key += ':';
    key += *part;
  }
  key += !attributes.is_mobile ? '?' : *attributes.is_mobile ? '1' : '0';
  return key;
}

// The value or values of one key, as a list.
std::vector<Json> any_of(const Json& value) {
  return value.is_array() ? value.get<std::vector<Json>>() : std::vector<Json>{value};
}

std::vector<std::string> texts(const std::string& key, const Json& value) {
  std::vector<std::string> out;
  for (const Json& item : any_of(value)) {
    if (!item.is_string()) {
      throw std::invalid_argument("The filter on \"" + key +
                                  "\" must be a text or a list of texts.");
    }
    out.push_back(item.get<std::string>());
  }
  return out;
}

std::vector<bool> booleans(const std::string& key, const Json& value) {
  std::vector<bool> out;
  for (const Json& item : any_of(value)) {
    if (!item.is_boolean()) {
      throw std::invalid_argument("The filter on \"" + key + "\" must be true or false.");
    }
    out.push_back(item.get<bool>());
  }
  return out;
}

template <class Values, class T>
bool allows(const Values& values, const T& value) {
  return !values || std::ranges::find(*values, value) != values->end();
}

template <class Values, class Matches>
bool allows_any(const Values& values, const Matches& matches) {
  return !values || std::ranges::any_of(*values, matches);
}

}  // namespace

AttributeId AttributeTable::acquire(const Attributes& attributes) {
  const auto [at, is_new] = ids_.try_emplace(key_of(attributes), AttributeId{0});
  if (is_new) {
    if (free_.empty()) {
      free_.push_back(size());
      entries_.emplace_back();
    }
    at->second = free_.back();
    free_.pop_back();
    entries_[at->second].attributes = attributes;
  }
  ++entries_[at->second].chunks;
  return at->second;
}

void AttributeTable::release(AttributeId id) {
  if (--entries_[id].chunks == 0) {
    ids_.erase(key_of(entries_[id].attributes));
    free_.push_back(id);
  }
}

Filter Filter::parse(std::string_view json) {
  Filter filter;
  if (json.empty()) {
    return filter;
  }
  const Json object = Json::parse(json, nullptr, false);
  if (!object.is_object()) {
    throw std::invalid_argument("The search filter must be a JSON object.");
  }
  for (const auto& [key, value] : object.items()) {
    if (value.is_null()) continue;
    if (key == "domain") {
      filter.domain_ = texts(key, value);
    } else if (key == "language") {
      filter.language_ = texts(key, value);
    } else if (key == "country") {
      filter.country_ = texts(key, value);
    } else if (key == "crawl_id") {
      filter.crawl_id_ = texts(key, value);
    } else if (key == "is_mobile") {
      filter.is_mobile_ = booleans(key, value);
    } else {
      throw std::invalid_argument(
          "The search filter has an unknown key; it may have domain, language, country, is_mobile "
          "and crawl_id.");
    }
  }
  return filter;
}

bool Filter::is_empty() const {
  return !domain_ && !language_ && !country_ && !crawl_id_ && !is_mobile_;
}

bool Filter::passes(const Attributes& attributes) const {
  return allows(is_mobile_, attributes.is_mobile.value_or(false)) &&
         allows_any(domain_,
                    [&](const std::string& domain) {
                      return plugin_common::is_same_domain(attributes.domain, domain);
                    }) &&
         allows_any(language_,
                    [&](const std::string& range) {
                      return plugin_common::is_in_language(attributes.language, range);
                    }) &&
         allows(country_, attributes.country) && allows(crawl_id_, attributes.crawl_id);
}

}  // namespace bm25
