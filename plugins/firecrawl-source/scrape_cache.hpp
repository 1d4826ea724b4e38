// ScrapeCache: pages that were scraped before, as Firecrawl answered them, within a bound of bytes.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace firecrawl {

// What was fetched last is kept longest. Any thread.
class ScrapeCache {
 public:
  using Time = std::chrono::system_clock::time_point;

  struct Page {
    std::string answer;  // the body
    Time at{};
  };
  using PagePtr = std::shared_ptr<const Page>;  // the caller's while it is thrown out

  explicit ScrapeCache(std::size_t bytes) : most_(bytes) {}

  // The page unless it is older than `max_age`; null when there is none.
  PagePtr find(const std::string& key, std::chrono::milliseconds max_age, Time now);
  PagePtr keep(const std::string& key, std::string answer, Time now);

 private:
  struct Entry {
    std::string key;
    PagePtr page;
  };
  using Entries = std::list<Entry>;

  static std::size_t weight(const Entry& entry);
  void drop(Entries::iterator entry);

  const std::size_t most_;
  std::mutex mutex_;  // guards what follows
  Entries entries_;   // newest first
  std::unordered_map<std::string, Entries::iterator> by_key_;
  std::size_t bytes_ = 0;
};

}  // namespace firecrawl
