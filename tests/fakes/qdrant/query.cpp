#include "fakes/qdrant/query.hpp"

#include "fakes/qdrant/refusal.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sluice::fakes {
namespace {

using nlohmann::json;

constexpr std::size_t kLimit = 10;  // of a request that does not say
constexpr std::size_t kGroupSize = 3;
constexpr double kRrfK = 2;

Filter filter_of(const Collection& collection, const json& body) {
  Filter filter(body.value("filter", json()));
  collection.check(filter);
  return filter;
}

json payload_of(const Point& point, const json& wanted) {
  if (wanted.is_boolean()) return wanted.get<bool>() ? point.payload : json();
  json out = json::object();
  const json& keys = wanted.is_object() ? wanted.value("include", json::array()) : wanted;
  for (const json& key : keys) {
    const auto found = point.payload.find(key.get<std::string>());
    if (found != point.payload.end()) out[found.key()] = *found;
  }
  return out;
}

json vector_of(const Point& point) {
  if (point.vectors.size() == 1 && point.vectors.begin()->first.empty())
    return point.vectors.begin()->second;
  json out = json::object();
  for (const auto& [name, vector] : point.vectors) out[name] = vector;
  return out;
}

// A point as an answer shows it; `has_payload` where the request does not say.
json shown(const Point& point, const json& body, bool has_payload) {
  json out = {{"id", to_json(point.id)}};
  const json payload = payload_of(point, body.value("with_payload", json(has_payload)));
  if (!payload.is_null()) out["payload"] = payload;
  if (body.value("with_vector", json(false)) != json(false)) out["vector"] = vector_of(point);
  return out;
}

json shown(const Scored& scored, const json& body) {
  json out = shown(*scored.point, body, false);
  out["version"] = 0;
  out["score"] = scored.score;
  return out;
}

// What comes before limit and offset: best first.
std::vector<Scored> ranked(const Collection& collection, const json& body, const Filter& filter);

// A filter that also wants what the outer one does.
json narrowed(const json& request, const json& outer) {
  json out = request;
  if (outer.is_null()) return out;
  json both = {{"must", json::array({outer})}};
  if (request.contains("filter") && !request["filter"].is_null())
    both["must"].push_back(request["filter"]);
  out["filter"] = std::move(both);
  return out;
}

std::vector<Scored> fused(const Collection& collection, const json& body) {
  const json& how = body["query"];
  double k = kRrfK;
  if (how.contains("rrf")) k = how["rrf"].value("k", kRrfK);
  std::map<PointId, Scored> sums;
  const json prefetches =
      body["prefetch"].is_array() ? body["prefetch"] : json::array({body["prefetch"]});
  for (const json& one : prefetches) {
    const json request = narrowed(one, body.value("filter", json()));
    auto list = ranked(collection, request, filter_of(collection, request));
    const std::size_t limit = std::min(list.size(), one.value("limit", kLimit));
    for (std::size_t position = 0; position < limit; ++position) {
      Scored& sum = sums[list[position].point->id];
      sum.point = list[position].point;
      sum.score += static_cast<float>(1.0 / (k + static_cast<double>(position)));
    }
  }
  std::vector<Scored> out;
  for (const auto& [id, sum] : sums) out.push_back(sum);
  std::stable_sort(out.begin(), out.end(),
                   [](const Scored& a, const Scored& b) { return a.score > b.score; });
  return out;
}

std::vector<Scored> ranked(const Collection& collection, const json& body, const Filter& filter) {
  json query = body.value("query", json());
  if (query.is_object() && query.contains("nearest")) query = json(query["nearest"]);
  std::vector<Scored> found;
  if (query.is_object() && (query.contains("fusion") || query.contains("rrf"))) {
    found = fused(collection, body);
  } else if (query.is_array()) {
    found = collection.nearest(query, body.value("using", ""), filter);
  } else if (query.is_null()) {
    for (const auto& [id, point] : collection.points()) {
      if (filter.matches(id, point.payload)) found.push_back({&point, 0});
    }
  } else {
    throw Refusal(400,
                  "Format error in JSON body: data did not match any variant of untagged enum "
                  "QueryInterface");
  }
  if (const auto least = body.find("score_threshold"); least != body.end() && least->is_number()) {
    std::erase_if(found, [&](const Scored& one) { return one.score < least->get<float>(); });
  }
  return found;
}

json page_of(const std::vector<Scored>& found, const json& body) {
  const std::size_t first = std::min(found.size(), body.value("offset", std::size_t{0}));
  const std::size_t last = std::min(found.size(), first + body.value("limit", kLimit));
  json out = json::array();
  for (std::size_t i = first; i < last; ++i) out.push_back(shown(found[i], body));
  return out;
}

}  // namespace

json query_points(const Collection& collection, const json& body) {
  return {{"points", page_of(ranked(collection, body, filter_of(collection, body)), body)}};
}

json search_points(const Collection& collection, const json& body) {
  json request = body;
  const json& vector = body.at("vector");
  request["query"] = vector.is_object() ? vector.at("vector") : vector;
  if (vector.is_object()) request["using"] = vector.at("name");
  return page_of(ranked(collection, request, filter_of(collection, request)), body);
}

json query_groups(const Collection& collection, const json& body) {
  const std::string key = body.at("group_by").get<std::string>();
  const std::size_t limit = body.value("limit", kLimit);
  const std::size_t size = body.value("group_size", kGroupSize);
  json groups = json::array();
  std::map<json, std::size_t> places;  // in `groups`
  for (const Scored& one : ranked(collection, body, filter_of(collection, body))) {
    const auto value = one.point->payload.find(key);
    if (value == one.point->payload.end() || (!value->is_string() && !value->is_number_integer()))
      continue;
    const auto [place, is_new] = places.try_emplace(*value, groups.size());
    if (is_new && groups.size() == limit) {
      places.erase(place);
      continue;
    }
    if (is_new) groups.push_back({{"id", *value}, {"hits", json::array()}});
    json& hits = groups[place->second]["hits"];
    if (hits.size() < size) hits.push_back(shown(one, body));
  }
  return {{"groups", std::move(groups)}};
}

json scroll_points(const Collection& collection, const json& body) {
  const Filter filter = filter_of(collection, body);
  const std::size_t limit = body.value("limit", kLimit);
  auto at = collection.points().begin();
  if (const auto from = body.find("offset"); from != body.end() && !from->is_null()) {
    const auto id = parse_id(*from);
    if (!id) throw Refusal(400, "Format error in JSON body: value is not a valid point ID");
    at = collection.points().lower_bound(*id);
  }
  json points = json::array();
  json next;
  for (; at != collection.points().end(); ++at) {
    if (!filter.matches(at->first, at->second.payload)) continue;
    if (points.size() == limit) {
      next = to_json(at->first);
      break;
    }
    points.push_back(shown(at->second, body, true));
  }
  return {{"points", std::move(points)}, {"next_page_offset", std::move(next)}};
}

json count_points(const Collection& collection, const json& body) {
  const Filter filter = filter_of(collection, body);
  const auto& points = collection.points();
  const auto count = std::count_if(points.begin(), points.end(), [&](const auto& entry) {
    return filter.matches(entry.first, entry.second.payload);
  });
  return {{"count", count}};
}

json retrieve_points(const Collection& collection, const json& body) {
  json out = json::array();
  for (const json& one : body.at("ids")) {
    const auto id = parse_id(one);
    if (!id) throw Refusal(400, "Format error in JSON body: value is not a valid point ID");
    const auto found = collection.points().find(*id);
    if (found != collection.points().end()) out.push_back(shown(found->second, body, true));
  }
  return out;
}

json retrieve_point(const Collection& collection, const std::string& id) {
  const bool is_number = !id.empty() && id.find_first_not_of("0123456789") == std::string::npos;
  const auto wanted = parse_id(is_number ? json(std::stoull(id)) : json(id));
  if (!wanted) throw Refusal(400, "Wrong input: Can not recognize \"" + id + "\" as point id");
  const auto found = collection.points().find(*wanted);
  if (found == collection.points().end())
    throw Refusal(404, "Not found: Point with id " + id + " does not exists!");
  return shown(found->second, {{"with_vector", true}}, true);
}

}  // namespace sluice::fakes
