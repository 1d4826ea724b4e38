// Finder: the best documents for a vector, and how many there are.
#pragma once

#include "answers.hpp"
#include "collection.hpp"
#include "wire.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

namespace qdrant_sink {

struct Query {
  std::span<const float> vector;
  std::size_t limit = 10;   // documents
  std::string_view filter;  // as of a search request; empty: none
  std::chrono::milliseconds timeout = std::chrono::seconds{30};
};

struct Found {
  std::vector<GroupHit> hits;   // one per document; best first, equal scores by document id
  std::uint64_t documents = 0;  // that match, kTotalLimit at most
  bool is_exact = true;         // false: there are more than kTotalLimit
};
inline constexpr std::uint64_t kTotalLimit = 10'000;

struct Census {
  std::uint64_t documents = 0;
  std::uint64_t points = 0;
};

// Any thread may call.
class Finder {
 public:
  Finder(Collection& collection, const Wire& wire) : collection_(collection), wire_(wire) {}

  // A fault of kBad is about the query.
  std::variant<Found, Fault> search(const Query& query) const;
  std::variant<Census, Fault> count() const;

 private:
  std::variant<Found, Fault> read(const std::vector<Reply>& replies, const Query& query) const;

  Collection& collection_;
  const Wire& wire_;
};

}  // namespace qdrant_sink
