#include "app/feed_run.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace sluice::app {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kWatchEvery{100};

}  // namespace

FeedRun::FeedRun(FeedPages& pages, const CrawlEvents& events, const WebhookSender& sender,
                 FeedPace pace)
    : pages_(pages), events_(events), sender_(sender), pace_(pace) {}

FeedTally FeedRun::run(const std::function<void(std::uint64_t)>& watch) {
  next_send_ = std::chrono::steady_clock::now();
  working_ = pace_.parallel;
  std::vector<std::jthread> workers;
  workers.reserve(pace_.parallel);
  for (std::size_t i = 0; i < pace_.parallel; ++i) workers.emplace_back([this] { work(); });

  std::unique_lock lock(mutex_);
  while (!idle_.wait_for(lock, kWatchEvery, [this] { return working_ == 0; })) {
    const std::uint64_t done = tally_.done();
    lock.unlock();
    watch(done);
    lock.lock();
  }
  return tally_;
}

void FeedRun::work() {
  while (auto turn = next_turn()) {
    const auto wait = turn->when - std::chrono::steady_clock::now();
    // Rounded up: a wait cut to whole milliseconds would run ahead of the rate.
    if (wait > wait.zero() && !pause(std::chrono::ceil<milliseconds>(wait), stop_.get_token()))
      break;
    settle(turn->page, sender_.send(events_.page(turn->page), stop_.get_token()));
  }
  const std::lock_guard lock(mutex_);
  if (--working_ == 0) idle_.notify_all();
}

std::optional<FeedRun::Turn> FeedRun::next_turn() {
  const std::lock_guard lock(mutex_);
  for (;;) {
    if (stop_.stop_requested() || (pace_.limit > 0 && taken_ >= pace_.limit)) return std::nullopt;
    auto page = pages_.next();
    if (!page) return std::nullopt;
    if (!*page) {
      ++tally_.unreadable;
      note(page->error().message);
      continue;
    }
    ++taken_;
    if (events_.wants_pages_at_end()) kept_.push_back(page->value());
    Turn turn{std::move(*page).value(), std::max(next_send_, std::chrono::steady_clock::now())};
    if (pace_.rate > 0) {
      const std::chrono::duration<double> step(1.0 / pace_.rate);
      next_send_ = turn.when + std::chrono::duration_cast<Time::duration>(step);
    }
    return turn;
  }
}

void FeedRun::settle(const FeedPage& page, const Delivered& delivered) {
  const std::lock_guard lock(mutex_);
  if (delivered.outcome == Outcome::kLost) {
    if (tally_.broken_off.empty()) tally_.broken_off = delivered.detail;
    stop_.request_stop();
    return;
  }
  ++tally_.sent;
  switch (delivered.outcome) {
    case Outcome::kAccepted:
      ++tally_.accepted;
      break;
    case Outcome::kSkipped:
      ++tally_.skipped;
      break;
    default:
      ++tally_.failed;
      note(page.url + ": " + delivered.detail);
  }
}

void FeedRun::note(std::string complaint) {
  if (tally_.complaints.size() < kMostComplaints) tally_.complaints.push_back(std::move(complaint));
}

}  // namespace sluice::app
