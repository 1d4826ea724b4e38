#include "scrape_cache.hpp"

#include <iterator>
#include <utility>

namespace firecrawl {

std::size_t ScrapeCache::weight(const Entry& entry) {
  constexpr std::size_t kOverhead = 256;  // nodes, pointers, the string's own size
  return entry.page->answer.size() + 2 * entry.key.size() + kOverhead;
}

void ScrapeCache::drop(Entries::iterator entry) {
  bytes_ -= weight(*entry);
  by_key_.erase(entry->key);
  entries_.erase(entry);
}

ScrapeCache::PagePtr ScrapeCache::find(const std::string& key, std::chrono::milliseconds max_age,
                                       Time now) {
  const std::scoped_lock lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  const PagePtr page = found->second->page;
  return now - page->at < max_age ? page : nullptr;
}

ScrapeCache::PagePtr ScrapeCache::keep(const std::string& key, std::string answer, Time now) {
  auto page = std::make_shared<const Page>(Page{std::move(answer), now});
  const std::scoped_lock lock(mutex_);
  if (const auto old = by_key_.find(key); old != by_key_.end()) drop(old->second);
  entries_.push_front({key, page});
  by_key_[key] = entries_.begin();
  bytes_ += weight(entries_.front());
  while (bytes_ > most_) drop(std::prev(entries_.end()));
  return page;
}

}  // namespace firecrawl
