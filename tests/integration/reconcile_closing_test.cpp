// A crawl that closes without its pages has them all the same: they are fetched from Firecrawl.
#include "support/firecrawl.hpp"
#include "support/test_host.hpp"

#include <gtest/gtest.h>

namespace sluice::testing {
namespace {

TEST(ReconcileClosing, BringsThePagesWhoseEventsWereLostAndCountsNoneTwice) {
  // `next` points at a host that is not there, as a self-hosted Firecrawl's does.
  fakes::FakeFirecrawl firecrawl({.next_base = "https://elsewhere.invalid", .page_size = 7});
  TestHost host({.source_config = settings_for(firecrawl)});
  host.start();
  auto pages = PageMaker("lost").make(30);
  pages[4].status_code = 404;
  auto site = site_pages(pages);
  site.push_back({.url = "https://lost.example/broken", .error = "timed out"});
  const Crawl crawl(firecrawl.keep({.pages = site}));
  for (std::size_t i = 0; i < pages.size(); i += 2) deliver(host.http(), crawl.page(pages[i]));

  EXPECT_EQ(deliver(host.http(), crawl.completed()).status, 200U);
  const auto ledger = host.await_crawl(crawl.id());

  EXPECT_EQ(ledger["state"], "done") << ledger;
  EXPECT_TRUE(adds_up(ledger)) << ledger;
  EXPECT_EQ(ledger["received"], 31) << ledger;
  EXPECT_EQ(ledger["indexed"], 29) << ledger;
  EXPECT_EQ(ledger["skipped"], 1) << ledger;
  EXPECT_EQ(ledger["failed"], 1) << ledger;
  EXPECT_EQ(ledger["duplicates"], 0) << ledger;
  EXPECT_TRUE(has_warning(ledger, "timed out")) << ledger;
  EXPECT_FALSE(has_warning(ledger, "came only with its closing")) << ledger;
  for (const TestPage& page : pages) {
    EXPECT_EQ(host.found(page.word), page.status_code == 200 ? 1U : 0U) << page.url;
  }
  EXPECT_EQ(host.metrics().sum("sluice_pages_received_total", {{"event", "reconciled"}}), 15);
}

TEST(ReconcileClosing, SaysSoWhenNoPageCameBefore) {
  fakes::FakeFirecrawl firecrawl;
  TestHost host({.source_config = settings_for(firecrawl, ", api_version: v1")});
  host.start();
  const auto pages = PageMaker("deaf").make(3);
  const Crawl crawl(firecrawl.keep({.pages = site_pages(pages)}), Generation::kV1);
  deliver(host.http(), crawl.completed());
  const auto ledger = host.await_crawl(crawl.id());
  EXPECT_EQ(ledger["indexed"], 3) << ledger;
  EXPECT_TRUE(has_warning(ledger, "no page event has reached the webhook")) << ledger;
}

TEST(ReconcileClosing, TakesThePagesThatVersion0SendsWithTheClosing) {
  fakes::FakeFirecrawl firecrawl;
  TestHost host({.source_config = settings_for(firecrawl)});
  host.start();
  const auto pages = PageMaker("old").make(6);
  const Crawl crawl("old-crawl", Generation::kV0);
  deliver(host.http(), crawl.page(pages[0]));
  auto completed = crawl.pages(pages);
  completed["type"] = "crawl.completed";
  const auto answer = deliver(host.http(), completed);
  EXPECT_EQ(answer.status, 202U);
  EXPECT_EQ(answer.json()["pages_processed"], 5);
  EXPECT_EQ(answer.json()["pages_skipped"], 1);
  const auto ledger = host.await_crawl(crawl.id());
  EXPECT_EQ(ledger["indexed"], 6) << ledger;
  EXPECT_EQ(ledger["duplicates"], 1) << ledger;
  EXPECT_TRUE(ledger["warnings"].empty()) << ledger;
  EXPECT_EQ(firecrawl.counters().statuses, 0U);

  const Crawl deaf("deaf-crawl", Generation::kV0);
  auto all = deaf.pages(PageMaker("older").make(2));
  all["type"] = "crawl.completed";
  deliver(host.http(), all);
  EXPECT_TRUE(has_warning(host.await_crawl(deaf.id()), "no page event has reached the webhook"));
}

TEST(ReconcileClosing, IndexesARealRunOfEachGenerationWhateverIsLostOnTheWay) {
  for (const std::string version : {"/v0", "/v1", "/v2"}) {
    for (const auto build : {fakes::FirecrawlBuild::kAug2025, fakes::FirecrawlBuild::kAug2026}) {
      fakes::FakeFirecrawl firecrawl(
          {.build = build,
           .webhook_secret = kSecret,
           .page_size = 6,
           .deliveries = {
               .order = fakes::DeliveryOrder::kShuffled, .lose_every = 3, .double_every = 4}});
      // The old build cannot sign.
      const bool is_old = build == fakes::FirecrawlBuild::kAug2025;
      PipelineFile file{
          .source_config = settings_for(
              firecrawl, ", api_version: " + (version == "/v1" ? std::string("v1") : "v2"))};
      if (is_old) file.secret = "\"\"";
      TestHost host(file);
      host.start();
      const auto pages = PageMaker("run").make(20);
      firecrawl.publish_all(site_pages(pages));
      const std::string webhook = host.http().base_url() + kWebhook;
      firecrawl.change([&](fakes::FirecrawlOptions& o) { o.self_hosted_webhook = webhook; });
      Http api(firecrawl.url());
      nlohmann::json request = {{"url", "https://run.example/"}};
      if (version != "/v0") request["webhook"] = webhook;
      const auto started = api.post(version + "/crawl", request).json();
      const std::string id = started.value("id", started.value("jobId", ""));
      ASSERT_TRUE(firecrawl.wait_until_idle(patient(seconds(20))));
      const auto ledger = host.await_crawl(id);
      EXPECT_EQ(ledger["state"], "done") << version << ledger;
      EXPECT_EQ(ledger["indexed"], pages.size()) << version << ledger;
      EXPECT_EQ(host.documents(), pages.size()) << version;
    }
  }
}

}  // namespace
}  // namespace sluice::testing
