// FeedRun: sends the pages of a crawl, several at a time, at the rate that is asked for.
#pragma once

#include "app/feed_delivery.hpp"
#include "app/feed_events.hpp"
#include "app/feed_pages.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace sluice::app {

struct FeedPace {
  std::size_t parallel = 4;  // events in flight
  double rate = 0;           // pages a second; 0: as fast as the host takes them
  std::uint64_t limit = 0;   // pages in all; 0: every one
};

// What has happened to the pages so far.
struct FeedTally {
  std::uint64_t sent = 0;  // answered, however
  std::uint64_t accepted = 0;
  std::uint64_t skipped = 0;
  std::uint64_t failed = 0;
  std::uint64_t unreadable = 0;
  std::vector<std::string> complaints = {};  // the first few, as sentences
  std::string broken_off = {};               // why it ended early; empty if it did not

  std::uint64_t done() const { return sent + unreadable; }
  bool is_clean() const { return failed == 0 && unreadable == 0 && broken_off.empty(); }
};

constexpr std::size_t kMostComplaints = 10;

// One run. What it is given outlives it.
class FeedRun {
 public:
  FeedRun(FeedPages& pages, const CrawlEvents& events, const WebhookSender& sender, FeedPace pace);

  // Blocks until all pages are sent or the host is gone for good; calls `watch` every tenth of a
  // second, on the calling thread, with the number of pages done.
  FeedTally run(const std::function<void(std::uint64_t)>& watch);

  // After run: what a v0 crawl sends once more; else empty.
  const std::vector<FeedPage>& kept() const { return kept_; }

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Turn {
    FeedPage page;
    Time when;  // not to be sent before
  };

  void work();
  std::optional<Turn> next_turn();
  void settle(const FeedPage& page, const Delivered& delivered);
  void note(std::string complaint);  // under mutex_

  FeedPages& pages_;
  const CrawlEvents& events_;
  const WebhookSender& sender_;
  const FeedPace pace_;
  std::stop_source stop_;

  // Guards everything below. It is held while a page is read: files are read in one order.
  std::mutex mutex_;
  FeedTally tally_;
  std::vector<FeedPage> kept_;
  std::uint64_t taken_ = 0;
  Time next_send_{};
  std::size_t working_ = 0;
  std::condition_variable idle_;  // nobody is working any more
};

}  // namespace sluice::app
