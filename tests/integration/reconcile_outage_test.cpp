// Firecrawl may be away when a crawl closes: nobody waits for it long, and nothing is lost by it.
#include "support/firecrawl.hpp"
#include "support/test_host.hpp"

#include <gtest/gtest.h>

namespace sluice::testing {
namespace {

TEST(ReconcileOutage, TheCrawlIsDoneSoonAndWholeOnceFirecrawlIsBack) {
  fakes::FakeFirecrawl firecrawl;
  TestHost host({.source_config = settings_for(firecrawl)});
  host.start();
  const auto pages = PageMaker("away").make(8);
  const Crawl crawl(firecrawl.keep({.pages = site_pages(pages)}));
  firecrawl.server().stop();
  for (std::size_t i = 0; i < 5; ++i) deliver(host.http(), crawl.page(pages[i]));
  deliver(host.http(), crawl.completed());

  auto ledger = host.await_crawl(crawl.id());
  EXPECT_EQ(ledger["state"], "done") << ledger;
  EXPECT_EQ(ledger["indexed"], 5) << ledger;
  EXPECT_TRUE(has_warning(ledger, "Firecrawl cannot be reached")) << ledger;
  EXPECT_TRUE(has_warning(ledger, "asked again")) << ledger;
  EXPECT_EQ(host.http().get("/health/ready").status, 200U);

  firecrawl.server().start();
  EXPECT_TRUE(
      eventually([&] { return host.crawl(crawl.id())["indexed"] == 8; }, patient(seconds(60))))
      << host.crawl(crawl.id());
  EXPECT_EQ(host.await_crawl(crawl.id())["duplicates"], 0);
}

TEST(ReconcileOutage, OddAnswersAreAskedForAgain) {
  fakes::FakeFirecrawl firecrawl;
  TestHost host({.source_config = settings_for(firecrawl)});
  host.start();
  const auto pages = PageMaker("odd").make(4);
  using fakes::Failure;
  const std::vector<Failure> failures = {
      {.how = Failure::How::kAnswer, .answer = {.status = 502, .body = "<html>Bad Gateway</html>"}},
      {.how = Failure::How::kReset},
      {.how = Failure::How::kTruncate},
      {.how = Failure::How::kGarbage},
      {.how = Failure::How::kAnswer, .answer = {.status = 200, .body = "{\"status\":\"fine\"}"}},
      {.how = Failure::How::kAnswer,
       .answer = {.status = 429, .body = R"({"success":false,"error":"retry after 1s"})"}}};
  for (const Failure& failure : failures) {
    const Crawl crawl(firecrawl.keep({.pages = site_pages(pages)}));
    firecrawl.server().fail(failure);
    deliver(host.http(), crawl.completed());
    const auto ledger = host.await_crawl(crawl.id());
    EXPECT_EQ(ledger["state"], "done") << ledger;
    EXPECT_EQ(ledger["received"], 4) << ledger;
  }
  EXPECT_EQ(firecrawl.server().counters().failures, failures.size());
}

TEST(ReconcileOutage, ACrawlThatFirecrawlDoesNotKnowIsDoneAllTheSame) {
  fakes::FakeFirecrawl firecrawl;
  TestHost host({.source_config = settings_for(firecrawl)});
  host.start();
  const auto page = PageMaker("unknown").make();
  for (const std::string id : {"8d2a8e4c-0e0f-4a53-9b0e-6a7f3d0c1b2a", "no-uuid-at-all"}) {
    const Crawl crawl(id);
    deliver(host.http(), crawl.page(page));
    deliver(host.http(), crawl.completed());
    const auto ledger = host.await_crawl(crawl.id());
    EXPECT_EQ(ledger["state"], "done") << ledger;
    EXPECT_EQ(ledger["warnings"].size(), 1U) << ledger;
  }
}

}  // namespace
}  // namespace sluice::testing
