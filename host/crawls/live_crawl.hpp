// LiveCrawl: a crawl's numbers in memory, and the map of those in use with its undo.
#pragma once

#include "crawls/time_histogram.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sluice::crawls {

// What a stage spent on a crawl's pages.
struct StageTime {
  std::string stage;
  std::int64_t pages = 0;
  std::int64_t microseconds = 0;  // all of them together
  std::int64_t most = 0;          // microseconds, of one page
};

// What changes while a crawl runs. Times are milliseconds since 1970.
struct LiveCrawl {
  std::int64_t id = 0;  // of its row
  std::int64_t received = 0;
  std::int64_t indexed = 0;
  std::int64_t skipped = 0;
  std::int64_t unchanged = 0;
  std::int64_t failed = 0;
  std::int64_t pending = 0;
  std::int64_t duplicates = 0;
  std::int64_t received_before_close = 0;
  std::optional<std::int64_t> closed_at{};
  std::optional<std::int64_t> done_at{};
  std::optional<std::int64_t> closing{};  // how it was closed
  std::int64_t fetch = 0;                 // a Fetch
  std::int64_t touched_at = 0;            // last heard of
  bool has_origin = false;                // false: first heard of by its closing or a warning
  TimeHistogram times{};
  std::vector<StageTime> stages{};
};

// Crawls by name. Changes belong to a work until keep() or drop(), and to the transaction until
// committed() or forget(): a change is preceded by change(), which remembers what was there before.
// Used by the writer thread alone.
class LiveCrawls final {
 public:
  // Null: not in memory.
  LiveCrawl* find(std::string_view name) {
    const auto found = crawls_.find(name);
    return found == crawls_.end() ? nullptr : &found->second.crawl;
  }

  // Puts a crawl that was just read or made into memory.
  void load(std::string_view name, const LiveCrawl& crawl) {
    const auto [entry, is_new] = crawls_.emplace(name, Slot{crawl});
    if (is_new) undo_.emplace_back(entry->first, std::nullopt);
  }

  // The crawl, to be changed by the work at hand; it is in memory.
  LiveCrawl& change(std::string_view name) {
    auto& [key, slot] = *crawls_.find(name);
    if (slot.changed_by != work_) {
      undo_.emplace_back(key, slot);
      slot.changed_by = work_;
    }
    if (!slot.is_dirty) dirty_.push_back(key);
    slot.is_dirty = true;
    return slot.crawl;
  }

  // Calls visit(LiveCrawl&) for each crawl that this transaction has changed.
  template <class Visit>
  void each_changed(Visit&& visit) {
    for (const std::string& name : dirty_) {
      const auto found = crawls_.find(name);
      if (found != crawls_.end() && found->second.is_dirty) visit(found->second.crawl);
    }
  }

  // Its row is gone.
  void erase(const std::string& name) { crawls_.erase(name); }

  void keep() { end_work(); }

  void drop() {
    while (!undo_.empty()) {
      auto& [name, before] = undo_.back();
      if (before) {
        crawls_.find(name)->second = *before;
      } else {
        crawls_.erase(name);
      }
      undo_.pop_back();
    }
    end_work();
  }

  void committed() {
    for (const std::string& name : dirty_) {
      if (const auto found = crawls_.find(name); found != crawls_.end())
        found->second.is_dirty = false;
    }
    dirty_.clear();
    // Everything is in the file now. Few crawls run at a time, so that starting over is rare.
    if (crawls_.size() > kMost) crawls_.clear();
  }

  // Everything will be read from the file again.
  void forget() {
    crawls_.clear();
    dirty_.clear();
    end_work();
  }

 private:
  static constexpr std::size_t kMost = 4096;  // about 5 MiB

  struct Slot {
    LiveCrawl crawl;
    std::uint64_t changed_by = 0;  // the work that last saved it for undo
    bool is_dirty = false;         // its row is behind
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const {
      return std::hash<std::string_view>()(name);
    }
  };

  void end_work() {
    undo_.clear();
    ++work_;
  }

  std::unordered_map<std::string, Slot, Hash, std::equal_to<>> crawls_;
  std::vector<std::pair<std::string, std::optional<Slot>>> undo_;  // newest last
  std::vector<std::string> dirty_;
  std::uint64_t work_ = 1;
};

}  // namespace sluice::crawls
