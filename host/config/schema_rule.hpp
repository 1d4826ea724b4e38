// Rule: one schema, compiled. Inside host/config only.
#pragma once

#include "config/node.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace sluice::config {

enum class Type { kNull, kBoolean, kInteger, kNumber, kString, kList, kMap };
enum class Format { kNone, kUri, kDuration, kBytes, kRate, kPath };

struct Pattern {
  std::string text;
  std::regex regex;
};

struct Rule {
  struct Property {
    std::string key;
    std::unique_ptr<Rule> rule;
  };

  std::vector<Type> types;              // empty: any
  std::vector<nlohmann::json> choices;  // enum
  std::optional<nlohmann::json> constant;
  std::vector<std::string> required;
  std::vector<Property> properties;
  bool is_open = true;  // takes keys that `properties` does not name
  std::unique_ptr<Rule> additional;
  std::unique_ptr<Rule> items;
  std::optional<double> minimum;
  std::optional<double> maximum;
  std::optional<double> exclusive_minimum;
  std::optional<double> exclusive_maximum;
  std::size_t min_length = 0;
  std::optional<std::size_t> max_length;
  std::size_t min_items = 0;
  std::optional<std::size_t> max_items;
  std::optional<Pattern> pattern;
  Format format = Format::kNone;
  std::string unit;                        // of a plain duration
  std::optional<nlohmann::json> fallback;  // default, canonical
  std::string description;
  bool is_deprecated = false;
  bool is_secret = false;
  std::vector<std::unique_ptr<Rule>> one_of;

  bool allows(Type type) const;
  const Rule* property(std::string_view key) const;
};

// Strings longer than this do not go through a pattern: matching costs their square.
constexpr std::size_t kLongestMatched = 1024;

// Schema::validate on a rule; nullopt when the value is unusable.
std::optional<nlohmann::json> apply_rule(const Rule& rule, const Node& node,
                                         const std::string& path, Findings& findings);

}  // namespace sluice::config
