// EmbeddingCache: vectors of queries that were asked lately.
#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sluice::search {

// Any thread; a call takes a lock for the time of a look-up.
class EmbeddingCache final {
 public:
  using Vector = std::shared_ptr<const std::vector<float>>;

  // The one that was asked for longest ago goes when there is no room; each goes after `ttl`, so
  // that a model that was replaced behind our back is noticed.
  struct Limits {
    std::size_t entries = 0;
    std::chrono::milliseconds ttl{};
  };
  explicit EmbeddingCache(Limits limits) : limits_(limits) {}

  // From now on.
  void set_limits(Limits limits);

  // Null: it is not here.
  Vector find(const std::string& query, Steady::time_point now);
  void add(const std::string& query, Vector vector, Steady::time_point now);
  std::size_t size() const;

 private:
  struct Entry {
    std::string query;
    Vector vector;
    Steady::time_point ends;
  };
  using Entries = std::list<Entry>;

  void make_room();
  void erase(Entries::iterator entry);

  mutable std::mutex mutex_;  // guards what follows
  Limits limits_;
  Entries entries_;                                                   // asked for last in front
  std::unordered_map<std::string_view, Entries::iterator> by_query_;  // views of entries_
};

}  // namespace sluice::search
