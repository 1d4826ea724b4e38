// Collection: the points of one collection, in memory, searched one by one.
#pragma once

#include "fakes/qdrant/filter.hpp"
#include "fakes/qdrant/point_id.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace sluice::fakes {

enum class Distance { kCosine, kDot, kEuclid, kManhattan };

using Vector = std::vector<float>;

struct Point {
  PointId id;
  std::map<std::string, Vector> vectors;  // under "" where vectors have no names
  nlohmann::json payload = nlohmann::json::object();
};

struct Scored {
  const Point* point = nullptr;
  float score = 0;
};

// One thread at a time changes it, several may look.
class Collection {
 public:
  // From the body of a creation. Throws Refusal.
  Collection(std::string name, nlohmann::json config, bool is_strict);

  // From the body of an upsert; throws Refusal for a point that does not fit, before any is kept.
  std::vector<Point> read_points(std::string_view body) const;
  void put(Point point);
  const std::map<PointId, Point>& points() const { return points_; }
  std::size_t remove(const Filter& filter);
  void remove(const PointId& id) { points_.erase(id); }

  void add_index(const std::string& field, const nlohmann::json& schema);
  void remove_index(const std::string& field) { indexes_.erase(field); }
  // Throws Refusal when it looks at a key without index and the collection is strict.
  void check(const Filter& filter) const;

  // Best first, equal scores in the order of their ids.
  std::vector<Scored> nearest(const nlohmann::json& query, const std::string& name,
                              const Filter& filter) const;
  nlohmann::json info() const;  // `result` of GET /collections/{name}

 private:
  struct Space {
    std::size_t size = 0;
    Distance distance = Distance::kCosine;
  };
  const Space& space(const std::string& name) const;
  Vector fitted(Vector vector, const std::string& name) const;

  const std::string name_;
  const nlohmann::json config_;
  const bool is_strict_;
  std::map<std::string, Space> spaces_;  // by vector name
  std::map<PointId, Point> points_;
  std::map<std::string, nlohmann::json> indexes_;  // by field; the schema as given
};

}  // namespace sluice::fakes
