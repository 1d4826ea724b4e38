// The ledger of a crawl adds up, page by page.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace sluice::testing {
namespace {

TEST(Ledger, AddsUpForACrawlWithEverythingInIt) {
  TestHost host;
  host.start();
  const Crawl crawl("hundred");
  auto pages = PageMaker("hundred", 7).make(100);
  for (std::size_t i = 0; i < 5; ++i) pages[i].status_code = 404;
  for (std::size_t i = 5; i < 9; ++i) pages[i].markdown = "  \n";
  constexpr std::size_t kSkipped = 9;
  constexpr std::size_t kDuplicates = 15;
  constexpr std::size_t kFailed = 3;

  deliver(host.http(), crawl.started());
  for (const auto& page : pages) {
    const Answer answer = deliver(host.http(), crawl.page(page));
    ASSERT_TRUE(answer.status == 202 || answer.status == 200) << answer;
  }
  for (std::size_t i = 0; i < kDuplicates; ++i) {
    EXPECT_EQ(deliver(host.http(), crawl.page(pages[20 + i])).json()["queued_jobs"], 0);
  }
  for (std::size_t i = 0; i < kFailed; ++i) {
    deliver(host.http(),
            crawl.failed_page("https://down.example/" + std::to_string(i), "no answer"));
  }
  EXPECT_EQ(deliver(host.http(), crawl.completed()).status, 200U);
  const auto ledger = host.await_crawl(crawl.id());

  EXPECT_EQ(ledger["state"], "done") << ledger;
  EXPECT_TRUE(adds_up(ledger)) << ledger;
  EXPECT_EQ(ledger["received"], pages.size() + kFailed) << ledger;
  EXPECT_EQ(ledger["indexed"], pages.size() - kSkipped) << ledger;
  EXPECT_EQ(ledger["skipped"], kSkipped) << ledger;
  EXPECT_EQ(ledger["failed"], kFailed) << ledger;
  EXPECT_EQ(ledger["duplicates"], kDuplicates) << ledger;
  EXPECT_EQ(ledger["unchanged"], 0) << ledger;
  EXPECT_EQ(ledger["pending"], 0) << ledger;
  EXPECT_EQ(ledger["mode"], "streaming");
  EXPECT_EQ(ledger["source"], "crawl");
  EXPECT_TRUE(ledger["started_at"].is_string());
  EXPECT_TRUE(ledger["closed_at"].is_string());
  EXPECT_TRUE(ledger["done_at"].is_string());
  EXPECT_GT(ledger["time_to_index_ms"]["p50"], 0);
  EXPECT_GE(ledger["time_to_index_ms"]["p95"], ledger["time_to_index_ms"]["p50"]);
  EXPECT_EQ(host.documents(), pages.size() - kSkipped);
}

TEST(Ledger, AddsUpAtEveryMomentOfACrawl) {
  TestHost host;
  host.start();
  const Crawl crawl("watched");
  const auto pages = PageMaker("watched").make(40);
  deliver(host.http(), crawl.started());

  std::thread sender([&] {
    for (const auto& page : pages) deliver(host.http(), crawl.page(page));
    deliver(host.http(), crawl.completed());
  });
  const bool is_done = eventually([&] {
    const auto ledger = host.crawl(crawl.id());
    EXPECT_TRUE(adds_up(ledger)) << ledger;
    return ledger.value("state", "") == "done";
  });
  sender.join();

  EXPECT_TRUE(is_done);
  EXPECT_EQ(host.crawl(crawl.id())["indexed"], pages.size());
}

TEST(Ledger, GoesFromOpenToClosedToDone) {
  TestHost host;
  const auto hold = host.files().write("hold", "");
  host.set_file({.moody = "hold_while: " + hold.string(), .moody_stage = ", timeout: 100s"});
  host.start();
  const Crawl crawl("states");
  ASSERT_EQ(deliver(host.http(), crawl.page(PageMaker("states").make())).status, 202U);
  EXPECT_EQ(host.crawl(crawl.id())["state"], "open");

  deliver(host.http(), crawl.completed());
  EXPECT_EQ(host.crawl(crawl.id())["state"], "closed");
  EXPECT_EQ(host.crawl(crawl.id())["pending"], 1);
  EXPECT_TRUE(host.crawl(crawl.id())["done_at"].is_null());

  std::filesystem::remove(hold);
  EXPECT_EQ(host.await_crawl(crawl.id())["state"], "done");
}

TEST(Ledger, IsListedNewestFirstAndInPages) {
  TestHost host;
  host.start();
  PageMaker maker("listed");
  for (int i = 0; i < 7; ++i) {
    deliver(host.http(), Crawl("crawl-" + std::to_string(i)).page(maker.make()));
  }

  const auto first = host.http().get("/api/crawls?limit=3").json();
  const auto last = host.http().get("/api/crawls?limit=3&offset=6").json();

  EXPECT_EQ(first["total"], 7);
  EXPECT_EQ(first["limit"], 3);
  EXPECT_EQ(first["offset"], 0);
  ASSERT_EQ(first["items"].size(), 3U);
  EXPECT_EQ(first["items"][0]["crawl_id"], "crawl-6");
  ASSERT_EQ(last["items"].size(), 1U);
  EXPECT_EQ(last["items"][0]["crawl_id"], "crawl-0");
  EXPECT_TRUE(host.http().get("/api/crawls?offset=50").json()["items"].empty());
  EXPECT_EQ(host.http().get("/api/crawls?limit=0").status, 422U);
  EXPECT_EQ(host.http().get("/api/crawls?limit=x").status, 422U);
  EXPECT_EQ(host.http().get("/api/crawls/none-such").status, 404U);
}

TEST(Ledger, SurvivesARestart) {
  TestHost host;
  host.start();
  const Crawl crawl("kept");
  deliver(host.http(), crawl.pages(PageMaker("kept").make(10)));
  deliver(host.http(), crawl.completed());
  const auto before = host.await_crawl(crawl.id());

  host.restart(SIGTERM);

  EXPECT_EQ(host.crawl(crawl.id()), before);
}

}  // namespace
}  // namespace sluice::testing
