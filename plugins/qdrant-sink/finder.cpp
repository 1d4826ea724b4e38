#include "finder.hpp"

#include "filter.hpp"
#include "requests.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

namespace qdrant_sink {
namespace {

constexpr std::chrono::seconds kCountTimeout{10};

Fault bad(std::string sentence) {
  return {.kind = Fault::Kind::kBad, .sentence = std::move(sentence)};
}

std::optional<Fault> why_unfit(std::span<const float> vector, const Shape& shape) {
  if (vector.size() != shape.size) {
    return bad("The query vector has " + std::to_string(vector.size()) +
               " dimensions, but the collection holds vectors of " + std::to_string(shape.size) +
               "; embed queries with the embedder that filled it.");
  }
  const bool is_finite =
      std::all_of(vector.begin(), vector.end(), [](float value) { return std::isfinite(value); });
  if (!is_finite)
    return bad("The query vector has a value that is not a finite number; check the embedder.");
  return std::nullopt;
}

// Of these a smaller distance is better.
bool is_distance(std::string_view measure) { return measure == "Euclid" || measure == "Manhattan"; }

}  // namespace

std::variant<Found, Fault> Finder::search(const Query& query) const {
  auto conditions = conditions_of(query.filter);
  if (auto* wrong = std::get_if<BadFilter>(&conditions)) return bad(std::move(wrong->sentence));
  auto known = collection_.ensure(0);
  if (auto* fault = std::get_if<Fault>(&known)) return std::move(*fault);
  const Shape& shape = std::get<Shape>(known);
  if (shape.size == 0) return Found{};
  if (auto fault = why_unfit(query.vector, shape)) return std::move(*fault);
  const std::string& filter = std::get<std::string>(conditions);
  // Both at once. With no documents asked for, only the number is wanted.
  std::vector<Call> calls;
  calls.push_back({.method = "POST",
                   .target = collection_.target("/points/count"),
                   .body = count_body(Counted::kDocuments, filter),
                   .timeout = query.timeout});
  if (query.limit > 0) {
    calls.push_back(
        {.method = "POST",
         .target = collection_.target("/points/query/groups"),
         .body = group_query_body({.vector = query.vector,
                                   .vector_name = shape.vector_name,
                                   .conditions = filter,
                                   .limit = query.limit,
                                   .quantization = collection_.settings().quantization}),
         .timeout = query.timeout});
  }
  return read(wire_(calls), query);
}

std::variant<Found, Fault> Finder::read(const std::vector<Reply>& replies,
                                        const Query& query) const {
  const Place& place = collection_.settings().place;
  for (const Reply& reply : replies) {
    auto fault = fault_of(place, reply);
    if (!fault) continue;
    const bool is_of_another_shape =
        fault->kind == Fault::Kind::kMissing || fault->kind == Fault::Kind::kOutdated;
    if (is_of_another_shape) collection_.forget();
    if (fault->kind == Fault::Kind::kMissing) return Found{};
    return std::move(*fault);
  }
  const auto total = qdrant_sink::count(replies.front().body);
  if (!total) return nonsense(place);
  Found found{.hits = {}, .documents = *total};
  if (query.limit > 0) {
    auto hits = group_hits(replies.back().body);
    if (!hits) return nonsense(place);
    found.hits = std::move(*hits);
  }
  // A document may be searchable a moment before its first chunk is.
  found.documents = std::max<std::uint64_t>(found.documents, found.hits.size());
  found.is_exact = found.documents <= kTotalLimit;
  found.documents = std::min(found.documents, kTotalLimit);
  if (is_distance(collection_.settings().distance)) {
    for (GroupHit& hit : found.hits) hit.score = -hit.score;
  }
  std::sort(found.hits.begin(), found.hits.end(), [](const GroupHit& a, const GroupHit& b) {
    return std::tie(b.score, a.document_id) < std::tie(a.score, b.document_id);
  });
  return found;
}

std::variant<Census, Fault> Finder::count() const {
  const std::string target = collection_.target("/points/count");
  const std::array calls = {Call{.method = "POST",
                                 .target = target,
                                 .body = count_body(Counted::kDocuments, {}),
                                 .timeout = kCountTimeout},
                            Call{.method = "POST",
                                 .target = target,
                                 .body = count_body(Counted::kPoints, {}),
                                 .timeout = kCountTimeout}};
  Census census;
  const std::vector<Reply> replies = wire_(calls);
  const std::array numbers = {&census.documents, &census.points};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    auto fault = fault_of(collection_.settings().place, replies[i]);
    if (fault && fault->kind == Fault::Kind::kMissing) return Census{};
    if (fault) return std::move(*fault);
    const auto number = qdrant_sink::count(replies[i].body);
    if (!number) return nonsense(collection_.settings().place);
    *numbers[i] = *number;
  }
  return census;
}

}  // namespace qdrant_sink
