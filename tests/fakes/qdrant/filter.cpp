#include "fakes/qdrant/filter.hpp"

#include "fakes/qdrant/refusal.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace sluice::fakes {
namespace {

using nlohmann::json;
using Keys = std::set<std::string>;

[[noreturn]] void misformed(const std::string& what) {
  throw Refusal(400, "Format error in JSON body: " + what);
}

Filter::Test read_filter(const json& filter, Keys& keys);

// Whether the value at the key, or one of them when it is a list, passes.
template <class F>
bool any_value(const json& payload, const std::string& key, F&& passes) {
  const auto found = payload.find(key);
  if (found == payload.end()) return false;
  if (!found->is_array()) return passes(*found);
  return std::any_of(found->begin(), found->end(), passes);
}

Filter::Test read_match(const std::string& key, const json& match) {
  if (match.size() != 1) misformed("data did not match any variant of untagged enum Match");
  const std::string kind = match.begin().key();
  const json wanted = *match.begin();
  if (kind == "value") {
    if (!wanted.is_string() && !wanted.is_number_integer() && !wanted.is_boolean())
      misformed("data did not match any variant of untagged enum ValueVariants");
    return [=](const PointId&, const json& payload) {
      return any_value(payload, key, [&](const json& value) { return value == wanted; });
    };
  }
  if (kind == "any" || kind == "except") {
    if (!wanted.is_array()) misformed("expected a sequence in match." + kind);
    const bool is_any = kind == "any";
    return [=](const PointId&, const json& payload) {
      return any_value(payload, key, [&](const json& value) {
        return (std::find(wanted.begin(), wanted.end(), value) != wanted.end()) == is_any;
      });
    };
  }
  if (kind == "text" && wanted.is_string()) {
    return [=](const PointId&, const json& payload) {
      return any_value(payload, key, [&](const json& value) {
        return value.is_string() && value.get_ref<const std::string&>().find(
                                        wanted.get_ref<const std::string&>()) != std::string::npos;
      });
    };
  }
  misformed("unknown variant `" + kind + "` of match");
}

bool is_in_range(const json& value, const json& range) {
  if (!value.is_number() && !value.is_string()) return false;
  for (const auto& [bound, limit] : range.items()) {
    if (limit.is_null()) continue;
    if (limit.is_string() != value.is_string()) return false;
    const bool holds = bound == "lt"    ? value < limit
                       : bound == "gt"  ? value > limit
                       : bound == "lte" ? value <= limit
                                        : value >= limit;
    if (!holds) return false;
  }
  return true;
}

Filter::Test read_range(const std::string& key, const json& range) {
  for (const auto& [bound, limit] : range.items()) {
    if (bound != "lt" && bound != "gt" && bound != "lte" && bound != "gte")
      misformed("unknown field `" + bound + "` of range");
  }
  return [=](const PointId&, const json& payload) {
    return any_value(payload, key, [&](const json& value) { return is_in_range(value, range); });
  };
}

Filter::Test read_field(const json& condition, Keys& keys) {
  if (!condition["key"].is_string()) misformed("invalid type: expected a string at key");
  const std::string key = condition["key"];
  keys.insert(key);
  if (condition.contains("match")) return read_match(key, condition["match"]);
  if (condition.contains("range")) return read_range(key, condition["range"]);
  misformed("data did not match any variant of untagged enum Condition");
}

Filter::Test read_has_id(const json& ids) {
  std::vector<PointId> wanted;
  for (const json& one : ids) {
    const auto id = parse_id(one);
    if (!id) misformed("value " + one.dump() + " is not a valid point ID");
    wanted.push_back(*id);
  }
  return [=](const PointId& id, const json&) {
    return std::find(wanted.begin(), wanted.end(), id) != wanted.end();
  };
}

Filter::Test read_condition(const json& condition, Keys& keys) {
  if (!condition.is_object()) misformed("invalid type: expected a condition");
  if (condition.contains("key")) return read_field(condition, keys);
  if (condition.contains("has_id")) return read_has_id(condition["has_id"]);
  for (const bool is_empty : {true, false}) {
    const char* kind = is_empty ? "is_empty" : "is_null";
    if (!condition.contains(kind)) continue;
    const std::string key = condition[kind].value("key", "");
    keys.insert(key);
    return [=](const PointId&, const json& payload) {
      const auto found = payload.find(key);
      if (found == payload.end()) return is_empty;
      return found->is_null() || (is_empty && found->is_array() && found->empty());
    };
  }
  return read_filter(condition, keys);
}

std::vector<Filter::Test> read_conditions(const json& list, Keys& keys) {
  std::vector<Filter::Test> tests;
  if (list.is_null()) return tests;
  if (!list.is_array()) {
    tests.push_back(read_condition(list, keys));
    return tests;
  }
  for (const json& one : list) tests.push_back(read_condition(one, keys));
  return tests;
}

Filter::Test read_filter(const json& filter, Keys& keys) {
  if (filter.is_null()) return [](const PointId&, const json&) { return true; };
  if (!filter.is_object()) misformed("invalid type: expected struct Filter");
  for (const auto& [key, value] : filter.items()) {
    if (key != "must" && key != "should" && key != "must_not" && key != "min_should")
      misformed("unknown field `" + key +
                "`, expected one of `should`, `min_should`, `must`, `must_not`");
  }
  auto must = read_conditions(filter.value("must", json()), keys);
  auto should = read_conditions(filter.value("should", json()), keys);
  auto must_not = read_conditions(filter.value("must_not", json()), keys);
  std::vector<Filter::Test> min_should;
  std::ptrdiff_t min_count = 0;
  if (const auto found = filter.find("min_should"); found != filter.end() && found->is_object()) {
    min_should = read_conditions(found->value("conditions", json()), keys);
    min_count = found->value("min_count", std::ptrdiff_t{0});
  }
  return [=](const PointId& id, const json& payload) {
    const auto holds = [&](const Filter::Test& test) { return test(id, payload); };
    return std::all_of(must.begin(), must.end(), holds) &&
           std::none_of(must_not.begin(), must_not.end(), holds) &&
           (should.empty() || std::any_of(should.begin(), should.end(), holds)) &&
           std::count_if(min_should.begin(), min_should.end(), holds) >= min_count;
  };
}

}  // namespace

Filter::Filter(const json& filter) : test_(read_filter(filter, keys_)) {}

}  // namespace sluice::fakes
