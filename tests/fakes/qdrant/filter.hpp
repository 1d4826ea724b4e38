// Filter: which points a request means.
#pragma once

#include "fakes/qdrant/point_id.hpp"

#include <functional>
#include <set>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace sluice::fakes {

// Immutable: any thread.
class Filter {
 public:
  // Throws Refusal for what the server would not read. Null: everything.
  explicit Filter(const nlohmann::json& filter);

  bool matches(const PointId& id, const nlohmann::json& payload) const {
    return test_(id, payload);
  }
  // The payload keys that it looks at: strict mode wants an index on each.
  const std::set<std::string>& keys() const { return keys_; }

  using Test = std::function<bool(const PointId&, const nlohmann::json&)>;

 private:
  std::set<std::string> keys_;  // before test_, whose making fills it
  Test test_;
};

}  // namespace sluice::fakes
