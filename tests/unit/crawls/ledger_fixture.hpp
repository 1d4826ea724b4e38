// A ledger in a temporary folder with a clock that tests turn by hand.
#pragma once

#include "base/clock.hpp"
#include "crawls/ledger.hpp"
#include "journal/group_commit.hpp"
#include "journal/temporary_folder.hpp"

#include <chrono>
#include <memory>
#include <stdexcept>
#include <utility>

namespace sluice::crawls {

class HandClock final : public Clock {
 public:
  Steady::time_point now() const override { return Steady::time_point(time.time_since_epoch()); }
  Wall::time_point wall() const override { return time; }

  Wall::time_point time{std::chrono::hours(24 * 365 * 50)};  // turned only while no work runs
};

struct Host {
  explicit Host(const std::filesystem::path& folder) {
    auto opened = journal::GroupCommit::open(folder, {.sync = journal::Sync::kOff});
    if (!opened) throw std::runtime_error(opened.error().message);
    commits = *std::move(opened);
    auto made = Ledger::open(*commits, clock);
    if (!made) throw std::runtime_error(made.error().message);
    ledger = *std::move(made);
    commits->start();
  }

  // One work that must succeed.
  template <class Body>
  void run(Body&& body) {
    const auto result = commits->run([&](SQLite::Database& database) { body(database); });
    if (!result) throw std::runtime_error(result.error().message);
  }

  Received receive(const std::string& crawl, const std::string& page) {
    Received received = Received::kNew;
    run([&](SQLite::Database& database) {
      received = ledger->receive(database,
                                 {.origin = {crawl, "source", "streaming"}, .document_id = page});
    });
    return received;
  }
  void left_out(const std::string& crawl, const std::string& page, LeftOut reason) {
    run([&](SQLite::Database& database) {
      ledger->left_out(database, {.origin = {crawl, "source", "streaming"}, .document_id = page},
                       reason);
    });
  }
  void settle(const std::string& crawl, const std::string& page, Outcome outcome, int ms = 100) {
    run([&](SQLite::Database& database) {
      ledger->settle(database, {crawl, page, outcome, std::chrono::milliseconds(ms)});
    });
  }
  void fetch(const std::string& crawl, Fetch fetch) {
    run([&](SQLite::Database& database) { ledger->fetch(database, crawl, fetch); });
  }
  void close(const std::string& crawl, Closing how = Closing::kCompleted) {
    run([&](SQLite::Database& database) { ledger->close(database, crawl, how); });
  }

  // The crawl, which is there.
  CrawlRow row(const std::string& crawl) const {
    auto found = ledger->find(crawl);
    if (!found) throw std::runtime_error(found.error().message);
    return found->value();
  }

  HandClock clock;
  std::unique_ptr<journal::GroupCommit> commits;
  std::unique_ptr<Ledger> ledger;
};

inline bool adds_up(const CrawlRow& row) {
  return row.received == row.indexed + row.skipped + row.unchanged + row.failed + row.pending;
}

}  // namespace sluice::crawls
