// Stages that fail: for now, for good, by exception, by crash, by never coming back.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

namespace sluice::testing {
namespace {

constexpr const char* kQuickRetry = ", retry: {attempts: 6, initial: 10ms, max: 50ms}";

TestPage page_with(PageMaker& maker, const std::string& word) {
  TestPage page = maker.make();
  page.markdown = "# " + page.title + "\n\n" + page.word + " " + word + ".\n";
  return page;
}

TEST(Retry, BringsBackWhatFailsForNow) {
  TestHost host({.moody = "retry_word: laterword, retry_times: 3", .moody_stage = kQuickRetry});
  host.start();
  PageMaker maker("later");
  const Crawl crawl("later");
  for (int i = 0; i < 5; ++i) deliver(host.http(), crawl.page(page_with(maker, "laterword")));
  deliver(host.http(), crawl.completed());

  const auto ledger = host.await_crawl(crawl.id());

  EXPECT_EQ(ledger["indexed"], 5) << ledger;
  EXPECT_EQ(ledger["failed"], 0) << ledger;
  EXPECT_EQ(host.metrics().sum("sluice_retries_total", {{"stage", "moody"}}), 15);
}

TEST(Retry, GivesUpAfterItsAttempts) {
  TestHost host({.moody = "retry_word: neverword, retry_times: 1000", .moody_stage = kQuickRetry});
  host.start();
  PageMaker maker("never");
  const Crawl crawl("never");
  deliver(host.http(), crawl.pages({page_with(maker, "neverword"), page_with(maker, "fine")}));
  deliver(host.http(), crawl.completed());

  const auto ledger = host.await_crawl(crawl.id());

  EXPECT_EQ(ledger["failed"], 1) << ledger;
  EXPECT_EQ(ledger["indexed"], 1) << ledger;
  const auto metrics = host.metrics();
  EXPECT_EQ(metrics.sum("sluice_pages_failed_total", {{"stage", "moody"}}), 1);
  EXPECT_EQ(metrics.sum("sluice_dead_letters", {{"stage", "moody"}}), 1);
}

TEST(Retry, ChargesAPoisonedPageToItselfAlone) {
  constexpr std::size_t kPages = 50;
  TestHost host({.moody = "throw_word: poisonword, delay: 20ms", .moody_stage = kQuickRetry});
  host.start();
  PageMaker maker("poison");
  std::vector<TestPage> pages;
  for (std::size_t i = 0; i < kPages; ++i) {
    pages.push_back(page_with(maker, i == 23 ? "poisonword" : "fine"));
  }
  const Crawl crawl("poison");
  ASSERT_EQ(deliver(host.http(), crawl.pages(pages)).status, 202U);
  deliver(host.http(), crawl.completed());

  const auto ledger = host.await_crawl(crawl.id());

  EXPECT_EQ(ledger["failed"], 1) << ledger;
  EXPECT_EQ(ledger["indexed"], kPages - 1) << ledger;
  EXPECT_TRUE(adds_up(ledger)) << ledger;
  for (std::size_t i = 0; i < kPages; ++i) {
    if (i == 23) continue;  // the poison page
    EXPECT_EQ(host.found(pages[i].word), 1U) << i;
  }
}

TEST(Retry, LetsARejectedPageGo) {
  TestHost host({.moody = "reject_word: nogoword"});
  host.start();
  PageMaker maker("nogo");
  const Crawl crawl("nogo");
  deliver(host.http(), crawl.pages({page_with(maker, "nogoword"), page_with(maker, "fine")}));
  deliver(host.http(), crawl.completed());

  const auto ledger = host.await_crawl(crawl.id());

  EXPECT_EQ(ledger["failed"], 1) << ledger;
  EXPECT_EQ(ledger["indexed"], 1) << ledger;
  EXPECT_EQ(host.metrics().sum("sluice_retries_total", {{"stage", "moody"}}).value_or(0), 0);
  EXPECT_EQ(host.http().get("/health/ready").status, 200U);
}

TEST(Retry, TakesAPageAgainThatFailedInAnEarlierCrawl) {
  TestHost host({.moody = "reject_word: nogoword"});
  host.start();
  PageMaker maker("again");
  TestPage page = page_with(maker, "nogoword");
  deliver(host.http(), Crawl("first").page(page));
  EXPECT_EQ(host.await_quiet("first")["failed"], 1);

  host.set_file({.moody = "reject_word: someotherword"});
  host.restart(SIGTERM);
  deliver(host.http(), Crawl("second").page(page));

  const auto ledger = host.await_quiet("second");
  EXPECT_EQ(ledger["indexed"], 1) << ledger;
}

TEST(Retry, OffersABatchAgainThatNeverCameBack) {
  TestHost host(
      {.moody = "keep_word: keptword",
       .moody_stage = ", timeout: 300ms, retry: {attempts: 2, initial: 10ms, max: 20ms}"});
  host.start();
  PageMaker maker("kept");
  const Crawl crawl("kept");
  deliver(host.http(), crawl.page(page_with(maker, "keptword")));
  const auto ledger = host.await_quiet(crawl.id());
  EXPECT_EQ(ledger["failed"], 1) << ledger;

  deliver(host.http(), crawl.page(page_with(maker, "fine")));
  EXPECT_EQ(host.await_quiet(crawl.id())["indexed"], 1);
  EXPECT_GE(host.metrics().sum("sluice_stage_batches_total", {{"result", "timeout"}}).value_or(0),
            1);
}

TEST(Retry, NamesThePluginThatCrashedAndGoesOnAfterwards) {
  TestHost host({.moody = "abort_word: abortword"});
  host.start();
  PageMaker maker("abort");
  const Crawl crawl("abort");
  const auto fine = page_with(maker, "fine");
  const auto deadly = page_with(maker, "abortword");
  ASSERT_EQ(deliver(host.http(), crawl.page(fine)).status, 202U);
  host.await_quiet(crawl.id());
  // The page is on disk before the answer goes out, so the crash may come before the answer.
  const auto status = deliver(host.http(), crawl.page(deadly)).status;
  ASSERT_TRUE(status == 202U || status == 0U) << status;

  ASSERT_EQ(host.process().wait(patient(seconds(20))), by_signal(SIGABRT)) << host.process().err();

  const std::string err = host.process().err();
  EXPECT_NE(err.find("SIGABRT in plugin sluice.test.moody-sink 0.1.0 (moody), submit"),
            std::string::npos)
      << err;
  host.set_file({.moody = "abort_word: someotherword"});
  host.start();
  const auto ledger = host.await_quiet(crawl.id());
  EXPECT_EQ(ledger["indexed"], 2) << ledger;
  EXPECT_EQ(host.found(fine.word), 1U);
  EXPECT_EQ(host.found(deadly.word), 1U);
}

}  // namespace
}  // namespace sluice::testing
