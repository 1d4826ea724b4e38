// A crawl whose closing never arrives is closed by what Firecrawl says of it.
#include "support/firecrawl.hpp"
#include "support/test_host.hpp"

#include <gtest/gtest.h>

namespace sluice::testing {
namespace {

TEST(ReconcileQuiet, ClosesACrawlWhoseClosingWasLost) {
  for (const std::string mode : {"streaming", "batch"}) {
    fakes::FakeFirecrawl firecrawl;
    TestHost host({.top = "mode: " + mode + "\n",
                   .source_config = settings_for(firecrawl, ", reconcile_quiet: 1s")});
    host.start();
    const auto pages = PageMaker("quiet").make(5);
    const Crawl crawl(firecrawl.keep({.pages = site_pages(pages)}));
    deliver(host.http(), crawl.page(pages[0]));
    const auto ledger = host.await_crawl(crawl.id());
    EXPECT_EQ(ledger["state"], "done") << mode << ledger;
    EXPECT_EQ(ledger["indexed"], 5) << mode << ledger;
  }
}

TEST(ReconcileQuiet, LeavesACrawlOpenThatStillRuns) {
  fakes::FakeFirecrawl firecrawl;
  TestHost host({.source_config = settings_for(firecrawl, ", reconcile_quiet: 1s")});
  host.start();
  const auto pages = PageMaker("busy").make(3);
  const std::string id =
      firecrawl.keep({.status = fakes::CrawlStatus::kScraping, .pages = site_pages(pages)});
  const Crawl crawl(id);
  deliver(host.http(), crawl.started());
  EXPECT_TRUE(eventually([&] { return host.crawl(id)["indexed"] == 3; }));
  EXPECT_EQ(host.crawl(id)["state"], "open");
  firecrawl.keep({.id = id, .status = fakes::CrawlStatus::kCancelled, .pages = site_pages(pages)});
  EXPECT_EQ(host.await_crawl(id)["state"], "done");
}

}  // namespace
}  // namespace sluice::testing
