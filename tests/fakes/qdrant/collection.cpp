#include "fakes/qdrant/collection.hpp"

#include "fakes/qdrant/refusal.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string_view>

namespace sluice::fakes {
namespace {

using nlohmann::json;
namespace dom = simdjson::dom;

constexpr std::size_t kMostDimensions = 65'536;

[[noreturn]] void misformed(const std::string& what) {
  throw Refusal(400, "Format error in JSON body: " + what);
}

Distance distance_of(const json& params) {
  const std::string word = params.value("distance", "");
  if (word == "Cosine") return Distance::kCosine;
  if (word == "Dot") return Distance::kDot;
  if (word == "Euclid") return Distance::kEuclid;
  if (word == "Manhattan") return Distance::kManhattan;
  misformed("unknown variant `" + word +
            "`, expected one of `Cosine`, `Euclid`, `Dot`, `Manhattan`");
}

void normalise(Vector& vector) {
  const double length =
      std::sqrt(std::inner_product(vector.begin(), vector.end(), vector.begin(), 0.0));
  if (length == 0) return;
  for (float& value : vector) value = static_cast<float>(value / length);
}

float score_of(const Vector& a, const Vector& b, Distance distance) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double apart = static_cast<double>(a[i]) - b[i];
    sum += distance == Distance::kEuclid      ? apart * apart
           : distance == Distance::kManhattan ? std::abs(apart)
                                              : static_cast<double>(a[i]) * b[i];
  }
  return static_cast<float>(distance == Distance::kEuclid ? std::sqrt(sum) : sum);
}

Vector read_vector(dom::element value) {
  dom::array list;
  if (value.get(list) != simdjson::SUCCESS)
    misformed("data did not match any variant of untagged enum VectorStruct");
  Vector vector;
  vector.reserve(list.size());
  for (const dom::element one : list) {
    double number = 0;
    if (one.get(number) != simdjson::SUCCESS) misformed("invalid type: expected f32");
    vector.push_back(static_cast<float>(number));
  }
  return vector;
}

json read_payload(dom::element value) {
  if (value.is_null()) return json::object();
  if (!value.is_object()) misformed("invalid type: expected a map as payload");
  return json::parse(simdjson::minify(value));
}

PointId read_id(dom::element value) {
  const std::string text = simdjson::minify(value);
  const auto id = parse_id(json::parse(text));
  if (!id) {
    misformed("value " + text +
              " is not a valid point ID, valid values are either an unsigned integer or a UUID");
  }
  return *id;
}

std::map<std::string, Vector> read_vectors(dom::element value) {
  std::map<std::string, Vector> vectors;
  dom::object named;
  if (value.get(named) != simdjson::SUCCESS) {
    vectors.emplace("", read_vector(value));
    return vectors;
  }
  for (const auto& [name, vector] : named) vectors.emplace(std::string(name), read_vector(vector));
  return vectors;
}

dom::element required(dom::element object, std::string_view key) {
  dom::element value;
  if (object[key].get(value) != simdjson::SUCCESS)
    misformed("missing field `" + std::string(key) + "`");
  return value;
}

// {"points": [{id, vector, payload}]}
std::vector<Point> read_list(dom::element list) {
  std::vector<Point> points;
  dom::array all;
  if (list.get(all) != simdjson::SUCCESS) misformed("invalid type: expected a sequence of points");
  for (const dom::element one : all) {
    Point point{.id = read_id(required(one, "id")),
                .vectors = read_vectors(required(one, "vector"))};
    if (dom::element payload; one["payload"].get(payload) == simdjson::SUCCESS)
      point.payload = read_payload(payload);
    points.push_back(std::move(point));
  }
  return points;
}

// {"batch": {ids, vectors, payloads}}, column by column.
std::vector<Point> read_columns(dom::element batch) {
  std::vector<Point> points;
  for (const dom::element id : required(batch, "ids").get_array())
    points.push_back({.id = read_id(id), .vectors = {}});
  const auto fits = [&](std::size_t size) {
    if (size != points.size()) {
      throw Refusal(
          422, "Validation error in JSON body: [batch: number of ids and vectors must be equal]");
    }
  };
  const auto fill = [&](const std::string& name, dom::element column) {
    const dom::array rows = column.get_array();
    fits(rows.size());
    std::size_t i = 0;
    for (const dom::element row : rows) points[i++].vectors.emplace(name, read_vector(row));
  };
  const dom::element vectors = required(batch, "vectors");
  if (dom::object named; vectors.get(named) == simdjson::SUCCESS) {
    for (const auto& [name, column] : named) fill(std::string(name), column);
  } else {
    fill("", vectors);
  }
  if (dom::array payloads; batch["payloads"].get(payloads) == simdjson::SUCCESS) {
    fits(payloads.size());
    std::size_t i = 0;
    for (const dom::element payload : payloads) points[i++].payload = read_payload(payload);
  }
  return points;
}

}  // namespace

Collection::Collection(std::string name, json config, bool is_strict)
    : name_(std::move(name)), config_(std::move(config)), is_strict_(is_strict) {
  const json vectors = config_.value("vectors", json::object());
  const auto add = [&](const std::string& vector, const json& params) {
    const auto size = params.value("size", std::uint64_t{0});
    if (size < 1 || size > kMostDimensions) {
      throw Refusal(422, "Validation error in JSON body: [vectors.size: value " +
                             std::to_string(size) + " invalid, must be from 1 to 65536]");
    }
    spaces_[vector] = {size, distance_of(params)};
  };
  if (vectors.contains("size")) {
    add("", vectors);
  } else {
    for (const auto& [vector, params] : vectors.items()) add(vector, params);
  }
}

const Collection::Space& Collection::space(const std::string& name) const {
  const auto found = spaces_.find(name);
  if (found == spaces_.end())
    throw Refusal(400, "Wrong input: Not existing vector name error: " + name);
  return found->second;
}

Vector Collection::fitted(Vector vector, const std::string& name) const {
  const Space& fits = space(name);
  if (vector.size() != fits.size) {
    throw Refusal(400, "Wrong input: Vector dimension error: expected dim: " +
                           std::to_string(fits.size) + ", got " + std::to_string(vector.size()));
  }
  if (fits.distance == Distance::kCosine) normalise(vector);
  return vector;
}

std::vector<Point> Collection::read_points(std::string_view body) const {
  dom::parser parser;
  dom::element document;
  if (parser.parse(body.data(), body.size()).get(document) != simdjson::SUCCESS)
    misformed("expected value at line 1 column 1");
  dom::element part;
  std::vector<Point> points;
  if (document["batch"].get(part) == simdjson::SUCCESS) {
    points = read_columns(part);
  } else if (document["points"].get(part) == simdjson::SUCCESS) {
    points = read_list(part);
  } else {
    misformed("Invalid PointInsertOperations format");
  }
  if (points.empty()) throw Refusal(400, "Wrong input: Empty update request");
  for (Point& point : points) {
    for (auto& [name, vector] : point.vectors) vector = fitted(std::move(vector), name);
  }
  return points;
}

void Collection::put(Point point) {
  PointId id = point.id;
  points_.insert_or_assign(std::move(id), std::move(point));
}

std::size_t Collection::remove(const Filter& filter) {
  return std::erase_if(points_, [&](const auto& entry) {
    return filter.matches(entry.first, entry.second.payload);
  });
}

void Collection::add_index(const std::string& field, const json& schema) {
  constexpr std::array kTypes = {"keyword", "integer", "float",    "bool",
                                 "geo",     "text",    "datetime", "uuid"};
  const std::string type =
      schema.is_object() ? schema.value("type", "") : schema.get<std::string>();
  if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end())
    misformed("unknown variant `" + type + "` of field_schema");
  indexes_[field] = schema;
}

void Collection::check(const Filter& filter) const {
  if (!is_strict_) return;
  for (const std::string& key : filter.keys()) {
    if (indexes_.contains(key)) continue;
    throw Refusal(400, "Bad request: Index required but not found for \"" + key +
                           "\" of one of the following types: [keyword]. Help: Create an index for "
                           "this key or use a different filter.");
  }
}

std::vector<Scored> Collection::nearest(const json& query, const std::string& name,
                                        const Filter& filter) const {
  const Vector wanted = fitted(query.get<Vector>(), name);
  const Distance distance = space(name).distance;
  std::vector<Scored> found;
  for (const auto& [id, point] : points_) {
    const auto vector = point.vectors.find(name);
    if (vector == point.vectors.end() || !filter.matches(id, point.payload)) continue;
    found.push_back({&point, score_of(wanted, vector->second, distance)});
  }
  const bool is_far = distance == Distance::kEuclid || distance == Distance::kManhattan;
  std::stable_sort(found.begin(), found.end(), [&](const Scored& a, const Scored& b) {
    return is_far ? a.score < b.score : a.score > b.score;
  });
  return found;
}

json Collection::info() const {
  json schema = json::object();
  for (const auto& [field, type] : indexes_) {
    const auto has_field = [&, name = field](const auto& entry) {
      return entry.second.payload.contains(name);
    };
    schema[field] = {{"data_type", type.is_object() ? type["type"] : type},
                     {"points", std::count_if(points_.begin(), points_.end(), has_field)}};
    if (type.is_object()) schema[field]["params"] = type;
  }
  json params = {{"vectors", config_.value("vectors", json::object())},
                 {"shard_number", config_.value("shard_number", 1)},
                 {"replication_factor", config_.value("replication_factor", 1)},
                 {"write_consistency_factor", config_.value("write_consistency_factor", 1)},
                 {"on_disk_payload", config_.value("on_disk_payload", true)}};
  if (config_.contains("sparse_vectors")) params["sparse_vectors"] = config_["sparse_vectors"];
  json config = {
      {"params", std::move(params)},
      {"hnsw_config",
       {{"m", 16}, {"ef_construct", 100}, {"full_scan_threshold", 10000}, {"on_disk", false}}},
      {"optimizer_config",
       {{"deleted_threshold", 0.2},
        {"vacuum_min_vector_number", 1000},
        {"default_segment_number", 0},
        {"flush_interval_sec", 5}}},
      {"wal_config", {{"wal_capacity_mb", 32}, {"wal_segments_ahead", 0}}},
      {"quantization_config", config_.value("quantization_config", json())},
      {"strict_mode_config", {{"enabled", is_strict_}}}};
  if (config_.contains("metadata")) config["metadata"] = config_["metadata"];
  return {{"status", "green"},
          {"optimizer_status", "ok"},
          {"indexed_vectors_count", 0},
          {"points_count", points_.size()},
          {"segments_count", 1},
          {"config", std::move(config)},
          {"payload_schema", std::move(schema)}};
}

}  // namespace sluice::fakes
