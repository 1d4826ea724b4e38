// A comparison with Firecrawl that a crash interrupts goes on after the next start.
#include "support/firecrawl.hpp"
#include "support/test_host.hpp"

#include <gtest/gtest.h>

namespace sluice::testing {
namespace {

TEST(ReconcileRestart, GoesOnAfterAKillInTheMiddle) {
  fakes::FakeFirecrawl firecrawl({.page_size = 5});
  TestHost host({.source_config = settings_for(firecrawl)});
  host.start();
  const auto pages = PageMaker("killed").make(40);
  const Crawl crawl(firecrawl.keep({.pages = site_pages(pages)}));
  // Every later question hangs: the host is killed with some of the pages.
  firecrawl.server().fail({.how = fakes::Failure::How::kSilence,
                           .times = fakes::kUntilCleared,
                           .path = "/v2/crawl/" + crawl.id() + "?skip=15"});
  deliver(host.http(), crawl.completed());
  ASSERT_TRUE(eventually([&] { return host.crawl(crawl.id())["received"] == 15; }));
  EXPECT_EQ(host.crawl(crawl.id())["state"], "closed");
  host.stop(SIGKILL);
  firecrawl.server().clear_failures();

  host.start();
  const auto ledger = host.await_crawl(crawl.id());
  EXPECT_EQ(ledger["state"], "done") << ledger;
  EXPECT_EQ(ledger["indexed"], pages.size()) << ledger;
  EXPECT_EQ(ledger["duplicates"], 0) << ledger;
  EXPECT_EQ(host.documents(), pages.size());
}

TEST(ReconcileRestart, NoCrawlWaitsForAComparisonThatWasSwitchedOff) {
  fakes::FakeFirecrawl firecrawl;
  TestHost host({.source_config = settings_for(firecrawl)});
  host.start();
  const Crawl crawl(firecrawl.keep({.pages = site_pages(PageMaker("off").make(3))}));
  firecrawl.server().fail(
      {.how = fakes::Failure::How::kSilence, .times = fakes::kUntilCleared, .path = "/v2/"});
  deliver(host.http(), crawl.completed());
  ASSERT_TRUE(eventually([&] { return firecrawl.server().counters().requests > 0; }));
  EXPECT_EQ(host.crawl(crawl.id())["state"], "closed");
  host.set_file({.source_config = settings_for(firecrawl, ", reconcile: false")});
  host.restart(SIGTERM);
  EXPECT_EQ(host.await_crawl(crawl.id())["state"], "done");
}

}  // namespace
}  // namespace sluice::testing
