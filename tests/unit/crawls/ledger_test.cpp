// The rules by which pages are counted, one by one.
#include "ledger_fixture.hpp"

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>
#include <string>

namespace sluice::crawls {
namespace {

using namespace std::chrono_literals;

struct LedgerTest : ::testing::Test {
  journal::TemporaryFolder folder;
  Host host{folder.path()};
};

TEST_F(LedgerTest, TakesAPageOnce) {
  EXPECT_EQ(host.receive("c", "a"), Received::kNew);
  EXPECT_EQ(host.receive("c", "a"), Received::kDuplicate);
  EXPECT_EQ(host.receive("c", "b"), Received::kNew);
  EXPECT_EQ(host.receive("other", "a"), Received::kNew);
  host.settle("c", "a", Outcome::kIndexed);
  EXPECT_EQ(host.receive("c", "a"), Received::kDuplicate);
  const CrawlRow row = host.row("c");
  EXPECT_EQ(row.received, 2U);
  EXPECT_EQ(row.indexed, 1U);
  EXPECT_EQ(row.pending, 1U);
  EXPECT_EQ(row.duplicates, 2U);
  EXPECT_EQ(row.source, "source");
  EXPECT_EQ(row.mode, "streaming");
}

TEST_F(LedgerTest, TakesAFailedPageOnceMore) {
  host.receive("c", "a");
  host.settle("c", "a", Outcome::kFailed);
  EXPECT_EQ(host.row("c").failed, 1U);
  EXPECT_EQ(host.receive("c", "a"), Received::kNew);
  const CrawlRow row = host.row("c");
  EXPECT_EQ(row.received, 1U);
  EXPECT_EQ(row.failed, 0U);
  EXPECT_EQ(row.pending, 1U);
  EXPECT_EQ(row.duplicates, 0U);
}

TEST_F(LedgerTest, TakesBackAnOpenPageSoThatItIsNewAgain) {
  host.receive("c", "a");
  host.receive("c", "b");
  host.settle("c", "b", Outcome::kIndexed);
  host.close("c");
  host.run([&](SQLite::Database& database) {
    for (const char* document : {"a", "b", "never"}) {
      host.ledger->take_back(database, "c", document);
    }
    host.ledger->take_back(database, "unknown", "a");
    host.ledger->take_back(database, "", "a");
  });
  CrawlRow row = host.row("c");
  EXPECT_EQ(row.received, 1U);
  EXPECT_EQ(row.pending, 0U);
  EXPECT_EQ(row.indexed, 1U);
  EXPECT_EQ(row.state, CrawlState::kDone);
  EXPECT_TRUE(adds_up(row));
  EXPECT_EQ(host.receive("c", "a"), Received::kNew);
  EXPECT_EQ(host.receive("c", "b"), Received::kDuplicate);
  row = host.row("c");
  EXPECT_EQ(row.received, 2U);
  EXPECT_EQ(row.pending, 1U);
}

TEST_F(LedgerTest, CountsNothingTwiceAtASecondLook) {
  host.receive("c", "a");
  host.left_out("c", "empty", LeftOut::kEmpty);
  host.run([&](SQLite::Database& database) {
    const Ledger::Origin origin{"c", "source", "streaming"};
    EXPECT_EQ(host.ledger->receive(database, {origin, "a", Look::kSecond}), Received::kDuplicate);
    EXPECT_EQ(host.ledger->receive(database, {origin, "b", Look::kSecond}), Received::kNew);
    EXPECT_EQ(host.ledger->left_out(database, {origin, "empty", Look::kSecond}, LeftOut::kEmpty),
              Received::kDuplicate);
    EXPECT_EQ(host.ledger->left_out(database, {origin, "d", Look::kSecond}, LeftOut::kFailedPage),
              Received::kNew);
  });
  const CrawlRow row = host.row("c");
  EXPECT_EQ(row.received, 4U);
  EXPECT_EQ(row.duplicates, 0U);
  EXPECT_TRUE(adds_up(row));
}

TEST_F(LedgerTest, IsNotDoneWhileAFetchIsPending) {
  host.close("c");
  host.fetch("c", Fetch::kPending);
  EXPECT_EQ(host.row("c").state, CrawlState::kClosed);
  host.fetch("c", Fetch::kAwaited);
  EXPECT_EQ(host.row("c").state, CrawlState::kDone);
  host.fetch("c", Fetch::kPending);
  EXPECT_EQ(host.row("c").state, CrawlState::kDone);
  host.fetch("c", Fetch::kEnded);
  host.fetch("c", Fetch::kPending);
  EXPECT_EQ(host.row("c").state, CrawlState::kDone);
}

TEST_F(LedgerTest, WaitsForACrawlThatWasFollowedOnceItCloses) {
  host.fetch("c", Fetch::kAwaited);
  host.fetch("c", Fetch::kPending);
  host.close("c");
  EXPECT_EQ(host.row("c").state, CrawlState::kClosed);
  host.fetch("c", Fetch::kEnded);
  EXPECT_EQ(host.row("c").state, CrawlState::kDone);
}

TEST_F(LedgerTest, ListsCrawlsThatAreFetchedAndThoseThatWentQuiet) {
  const auto names = [&](std::chrono::milliseconds quiet, std::size_t limit = 10) {
    std::string list;
    const auto found = host.ledger->unfinished("source", quiet, limit);
    for (const UnfinishedCrawl& crawl : *found) list += crawl.crawl_id + " ";
    return list;
  };
  host.receive("open", "a");
  host.receive("fetched", "a");
  host.receive("done", "a");
  host.close("done");
  host.clock.time += 1min;
  host.receive("closing", "a");
  host.close("closing");
  host.fetch("closing", Fetch::kPending);
  host.receive("fresh", "a");
  EXPECT_EQ(names(1min), "closing open fetched ");  // somebody waits for the first
  EXPECT_EQ(names(1min, 1), "closing ");
  EXPECT_EQ(names(2min), "closing ");
  host.fetch("fetched", Fetch::kEnded);
  host.fetch("closing", Fetch::kAwaited);
  EXPECT_EQ(names(1min), "open closing ");
  host.receive("open", "b");
  EXPECT_EQ(names(1min), "closing ");
  host.fetch("closing", Fetch::kEnded);
  EXPECT_EQ(names(1min), "");
  EXPECT_TRUE(host.ledger->unfinished("another source", 0ms, 10)->empty());
}

TEST_F(LedgerTest, CountsPagesLeftOutByReasonAndOnce) {
  for (int i = 0; i < 2; ++i) {
    host.left_out("c", "processed", LeftOut::kProcessed);
    host.left_out("c", "unchanged", LeftOut::kUnchanged);
    host.left_out("c", "failed", LeftOut::kFailedPage);
    host.left_out("c", "empty", LeftOut::kEmpty);
    host.left_out("c", "status", LeftOut::kStatus);
  }
  const CrawlRow row = host.row("c");
  EXPECT_EQ(row.received, 5U);
  EXPECT_EQ(row.skipped, 3U);
  EXPECT_EQ(row.unchanged, 1U);
  EXPECT_EQ(row.failed, 1U);
  EXPECT_EQ(row.duplicates, 5U);
}

TEST_F(LedgerTest, TakesAPageThatWasLeftOutEmptyWhenItComesWithText) {
  host.left_out("c", "a", LeftOut::kEmpty);
  EXPECT_EQ(host.receive("c", "a"), Received::kNew);
  EXPECT_EQ(host.row("c").skipped, 0U);
  host.left_out("c", "b", LeftOut::kProcessed);
  EXPECT_EQ(host.receive("c", "b"), Received::kDuplicate);
  EXPECT_TRUE(adds_up(host.row("c")));
}

TEST_F(LedgerTest, PassesOverPagesThatAreNotOpen) {
  host.settle("nowhere", "a", Outcome::kIndexed);
  EXPECT_FALSE(host.ledger->find("nowhere").value());
  host.receive("c", "a");
  host.settle("c", "b", Outcome::kIndexed);
  host.settle("c", "a", Outcome::kUnchanged);
  host.settle("c", "a", Outcome::kIndexed);
  const CrawlRow row = host.row("c");
  EXPECT_EQ(row.received, 1U);
  EXPECT_EQ(row.unchanged, 1U);
  EXPECT_EQ(row.indexed, 0U);
}

TEST_F(LedgerTest, LeavesNoTraceOfPagesWithoutACrawl) {
  EXPECT_EQ(host.receive("", "a"), Received::kNew);
  EXPECT_EQ(host.receive("", "a"), Received::kNew);
  host.left_out("", "b", LeftOut::kEmpty);
  host.settle("", "a", Outcome::kIndexed);
  host.close("");
  host.run([&](SQLite::Database& database) {
    host.ledger->open(database, {.group = "", .source = "s", .mode = "m"});
    host.ledger->warn(database, "", "w");
  });
  EXPECT_EQ(host.ledger->list(10, 0)->total, 0U);
}

TEST_F(LedgerTest, GoesFromOpenToClosedToDone) {
  host.run([&](SQLite::Database& database) {
    host.ledger->open(database, {.group = "c", .source = "s", .mode = "batch"});
  });
  const auto started = host.clock.time;
  host.clock.time += 1s;
  host.receive("c", "a");
  EXPECT_EQ(host.row("c").state, CrawlState::kOpen);
  host.clock.time += 1s;
  host.close("c", Closing::kCancelled);
  CrawlRow row = host.row("c");
  EXPECT_EQ(row.state, CrawlState::kClosed);
  EXPECT_EQ(row.closing, Closing::kCancelled);
  EXPECT_EQ(row.received_before_close, 1U);
  host.clock.time += 1s;
  host.settle("c", "a", Outcome::kIndexed);
  row = host.row("c");
  EXPECT_EQ(row.state, CrawlState::kDone);
  EXPECT_EQ(row.started_at, started);
  EXPECT_EQ(row.closed_at, started + 2s);
  EXPECT_EQ(row.done_at, started + 3s);
}

TEST_F(LedgerTest, IsDoneAtOnceWhenNothingIsPending) {
  host.close("c");
  const CrawlRow row = host.row("c");
  EXPECT_EQ(row.state, CrawlState::kDone);
  EXPECT_EQ(row.done_at, host.clock.time);
  EXPECT_EQ(row.received_before_close, 0U);
}

TEST_F(LedgerTest, TakesBackThatItIsDoneForALatePage) {
  host.close("c");
  const auto closed = host.clock.time;
  host.clock.time += 5s;
  EXPECT_EQ(host.receive("c", "late"), Received::kNew);
  EXPECT_EQ(host.row("c").state, CrawlState::kClosed);
  EXPECT_FALSE(host.row("c").done_at);
  host.clock.time += 5s;
  host.settle("c", "late", Outcome::kIndexed);
  host.close("c");
  const CrawlRow row = host.row("c");
  EXPECT_EQ(row.state, CrawlState::kDone);
  EXPECT_EQ(row.closed_at, closed);
  EXPECT_EQ(row.done_at, closed + 10s);
}

TEST_F(LedgerTest, LearnsWhereACrawlIsFromWhenItWasFirstHeardOfByItsClosing) {
  host.close("c");
  EXPECT_EQ(host.row("c").source, "");
  host.receive("c", "a");
  EXPECT_EQ(host.row("c").source, "source");
  EXPECT_EQ(host.row("c").mode, "streaming");
}

TEST_F(LedgerTest, GivesPercentilesOfIndexedPagesOnly) {
  for (int i = 1; i <= 100; ++i) {
    host.receive("c", std::to_string(i));
    host.settle("c", std::to_string(i), Outcome::kIndexed, i * 10);
  }
  host.receive("c", "failed");
  host.settle("c", "failed", Outcome::kFailed, 1'000'000);
  const CrawlRow row = host.row("c");
  EXPECT_NEAR(static_cast<double>(row.time_to_index_p50->count()), 500, 500 * 0.045);
  EXPECT_NEAR(static_cast<double>(row.time_to_index_p95->count()), 950, 950 * 0.045);
  host.close("empty");
  EXPECT_FALSE(host.row("empty").time_to_index_p50);
}

TEST_F(LedgerTest, KeepsFewAndShortWarningsOnce) {
  const auto warn = [&](const std::string& text) {
    host.run([&](SQLite::Database& database) { host.ledger->warn(database, "c", text); });
  };
  warn("first");
  warn("first");
  std::string umlauts;
  while (umlauts.size() < 2000) umlauts += "ü";
  warn(umlauts);
  for (int i = 0; i < 100; ++i) warn(std::to_string(i));
  const CrawlRow row = host.row("c");
  ASSERT_EQ(row.warnings.size(), Ledger::kMostWarnings);
  EXPECT_EQ(row.warnings[0], "first");
  EXPECT_LE(row.warnings[1].size(), Ledger::kWarningBytes);
  EXPECT_TRUE(row.warnings[1].ends_with("ü…"));
  EXPECT_EQ(row.warnings[2], "0");
}

TEST_F(LedgerTest, ListsCrawlsNewestFirst) {
  for (int i = 0; i < 25; ++i) host.receive("c" + std::to_string(i), "a");
  const auto page = host.ledger->list(10, 5);
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->total, 25U);
  ASSERT_EQ(page->items.size(), 10U);
  EXPECT_EQ(page->items.front().crawl_id, "c19");
  EXPECT_EQ(page->items.back().crawl_id, "c10");
  EXPECT_TRUE(host.ledger->list(10, 25)->items.empty());
}

TEST_F(LedgerTest, ForgetsAWorkThatThrows) {
  host.receive("c", "a");
  const auto failed = host.commits->run([&](SQLite::Database& database) {
    host.ledger->receive(database, {.origin = {"c", "s", "m"}, .document_id = "b"});
    host.ledger->receive(database, {.origin = {"new", "s", "m"}, .document_id = "b"});
    host.ledger->close(database, "c", Closing::kFailed);
    throw std::runtime_error("no");
  });
  EXPECT_FALSE(failed.ok());
  EXPECT_EQ(host.receive("c", "b"), Received::kNew);
  const CrawlRow row = host.row("c");
  EXPECT_EQ(row.received, 2U);
  EXPECT_EQ(row.pending, 2U);
  EXPECT_EQ(row.state, CrawlState::kOpen);
  EXPECT_FALSE(host.ledger->find("new").value());
}

TEST_F(LedgerTest, ForgetsAWorkThatThrowsAmongOthersThatDoNot) {
  std::promise<void> reached, go;
  host.commits->submit(
      [&](SQLite::Database&) {
        reached.set_value();
        go.get_future().wait();
      },
      [](const Result<void>&) {});
  reached.get_future().wait();
  std::promise<void> ended;
  for (int i = 0; i < 30; ++i) {
    host.commits->submit(
        [this, i](SQLite::Database& database) {
          const std::string crawl = "c" + std::to_string(i % 2);
          host.ledger->receive(database,
                               {.origin = {crawl, "s", "m"}, .document_id = std::to_string(i / 2)});
          if (i % 6 == 0) throw std::runtime_error("no");
        },
        [&, i](const Result<void>& result) {
          EXPECT_EQ(result.ok(), i % 6 != 0);
          if (i == 29) ended.set_value();
        });
  }
  go.set_value();
  ended.get_future().wait();
  EXPECT_EQ(host.row("c0").received, 10U);
  EXPECT_EQ(host.row("c0").pending, 10U);
  EXPECT_EQ(host.row("c1").received, 15U);
}

TEST_F(LedgerTest, DropsCrawlsThirtyDaysAfterTheirLastSignOfLife) {
  for (int i = 0; i < 1000; ++i) host.left_out("old", std::to_string(i), LeftOut::kUnchanged);
  host.run([&](SQLite::Database& database) { host.ledger->warn(database, "old", "w"); });
  host.close("old");
  host.receive("pending", "a");
  host.clock.time += Ledger::kRemember - 1h;
  host.close("young");
  EXPECT_TRUE(host.ledger->find("old").value());
  host.clock.time += 3h;
  host.close("other");
  EXPECT_TRUE(host.ledger->find("old").value()) << "goes in steps";
  for (int i = 0; i < 10; ++i) host.close("other");
  EXPECT_FALSE(host.ledger->find("old").value());
  EXPECT_TRUE(host.ledger->find("young").value());
  EXPECT_TRUE(host.ledger->find("pending").value());
  SQLite::Database reader(host.commits->file().string(), SQLite::OPEN_READONLY);
  EXPECT_EQ(reader.execAndGet("SELECT count(*) FROM crawl_pages").getInt(), 1);
  EXPECT_EQ(reader.execAndGet("SELECT count(*) FROM crawl_warnings").getInt(), 0);
  EXPECT_EQ(host.receive("old", "0"), Received::kNew);
  EXPECT_EQ(host.row("old").received, 1U);
}

TEST(Ledger, IsTheSameAfterARestart) {
  journal::TemporaryFolder folder;
  {
    Host host(folder.path());
    host.receive("c", "a");
    host.receive("c", "b");
    host.settle("c", "a", Outcome::kIndexed, 200);
    host.close("c");
  }
  Host host(folder.path());
  EXPECT_EQ(host.receive("c", "a"), Received::kDuplicate);
  host.settle("c", "b", Outcome::kIndexed, 200);
  const CrawlRow row = host.row("c");
  EXPECT_EQ(row.received, 2U);
  EXPECT_EQ(row.indexed, 2U);
  EXPECT_EQ(row.duplicates, 1U);
  EXPECT_EQ(row.state, CrawlState::kDone);
  EXPECT_NEAR(static_cast<double>(row.time_to_index_p95->count()), 200, 9);
}

TEST(CrawlNames, AreThoseOfTheInterface) {
  EXPECT_STREQ(name_of(CrawlState::kOpen), "open");
  EXPECT_STREQ(name_of(CrawlState::kClosed), "closed");
  EXPECT_STREQ(name_of(CrawlState::kDone), "done");
  EXPECT_STREQ(name_of(Closing::kCompleted), "completed");
  EXPECT_STREQ(name_of(Closing::kCancelled), "cancelled");
  EXPECT_STREQ(name_of(Closing::kFailed), "failed");
}

}  // namespace
}  // namespace sluice::crawls
