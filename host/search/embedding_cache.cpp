// A list in the order of use, and a map into it.
#include "search/embedding_cache.hpp"

#include <iterator>
#include <utility>

namespace sluice::search {

void EmbeddingCache::set_limits(Limits limits) {
  const std::scoped_lock lock(mutex_);
  limits_ = limits;
  make_room();
}

EmbeddingCache::Vector EmbeddingCache::find(const std::string& query, Steady::time_point now) {
  const std::scoped_lock lock(mutex_);
  const auto found = by_query_.find(query);
  if (found == by_query_.end()) return nullptr;
  const auto entry = found->second;
  if (now >= entry->ends) {
    erase(entry);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->vector;
}

void EmbeddingCache::add(const std::string& query, Vector vector, Steady::time_point now) {
  const std::scoped_lock lock(mutex_);
  if (limits_.entries == 0) return;
  if (const auto found = by_query_.find(query); found != by_query_.end()) erase(found->second);
  entries_.push_front({query, std::move(vector), now + limits_.ttl});
  by_query_.emplace(entries_.front().query, entries_.begin());
  make_room();
}

std::size_t EmbeddingCache::size() const {
  const std::scoped_lock lock(mutex_);
  return entries_.size();
}

void EmbeddingCache::make_room() {
  while (entries_.size() > limits_.entries) erase(std::prev(entries_.end()));
}

void EmbeddingCache::erase(Entries::iterator entry) {
  by_query_.erase(entry->query);
  entries_.erase(entry);
}

}  // namespace sluice::search
