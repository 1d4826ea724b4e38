// The webhooks of a crawl that a FakeFirecrawl runs: three generations, two builds, and what goes
// wrong on the way.
#include "client.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <set>

namespace sluice::fakes {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr int kPages = 5;

// Crawls docs.example and returns the job's id.
std::string crawl(Firecrawl& firecrawl, const std::string& version, const json& webhook) {
  firecrawl.fake.publish_all(site_pages(kPages));
  json body = {{"url", "https://docs.example/"}};
  if (!webhook.is_null()) body["webhook"] = webhook;
  const auto started = firecrawl.post(version + "/crawl", body).body;
  EXPECT_TRUE(firecrawl.fake.wait_until_idle(20s));
  return started.value("id", started.value("jobId", ""));
}

TEST(FakeFirecrawlDeliveries, V2SendsPagesOneByOneAndAnEmptyEnd) {
  Firecrawl firecrawl({.webhook_secret = "s"});
  const Mailbox mailbox;
  const std::string id =
      crawl(firecrawl, "/v2", {{"url", mailbox.url()}, {"metadata", {{"a", "b"}}}});
  EXPECT_EQ(mailbox.events("crawl.started").size(), 1U);
  const auto pages = mailbox.events("crawl.page");
  ASSERT_EQ(pages.size(), kPages);
  for (const json& page : pages) {
    EXPECT_EQ(page["id"], id);
    EXPECT_EQ(page["success"], true);
    EXPECT_EQ(page["metadata"], (json{{"a", "b"}}));
    EXPECT_TRUE(page["webhookId"].is_string());
    ASSERT_EQ(page["data"].size(), 1U);
    EXPECT_TRUE(page["data"][0]["markdown"].is_string());
    EXPECT_TRUE(page["data"][0]["metadata"]["url"].is_string());
  }
  const auto completed = mailbox.events("crawl.completed");
  ASSERT_EQ(completed.size(), 1U);
  EXPECT_EQ(completed[0]["data"], json::array());
  for (const Request& request : mailbox.server.requests()) {
    EXPECT_EQ(request.header("X-Firecrawl-Signature"), firecrawl_signature(request.body, "s"));
  }
}

TEST(FakeFirecrawlDeliveries, TheBuildOfAugust2025SignsNothingAndHidesFailures) {
  Firecrawl firecrawl({.build = FirecrawlBuild::kAug2025, .webhook_secret = "s"});
  const Mailbox mailbox;
  firecrawl.fake.publish({.url = "https://docs.example/broken", .error = "timed out"});
  crawl(firecrawl, "/v1", mailbox.url());
  ASSERT_EQ(mailbox.events("crawl.page").size(), kPages);
  for (const Request& request : mailbox.server.requests()) {
    EXPECT_EQ(request.header("X-Firecrawl-Signature"), "");
    EXPECT_FALSE(json::parse(request.body).contains("webhookId"));
  }
  EXPECT_FALSE(mailbox.events("crawl.page")[0]["data"][0]["metadata"].contains("url"));
}

TEST(FakeFirecrawlDeliveries, NewerBuildsTellOfFailedPagesWithNothingButTheirAddress) {
  Firecrawl firecrawl;
  const Mailbox mailbox;
  firecrawl.fake.publish({.url = "https://docs.example/broken", .error = "timed out"});
  crawl(firecrawl, "/v2", mailbox.url());
  auto failed = mailbox.events("crawl.page");
  std::erase_if(failed, [](const json& event) { return event["success"] == true; });
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_EQ(failed[0]["error"], "timed out");
  EXPECT_EQ(failed[0]["data"],
            (json::array({{{"metadata", {{"sourceURL", "https://docs.example/broken"}}}}})));
}

TEST(FakeFirecrawlDeliveries, V0SendsAllPagesAtTheEndInTheShapeOfItsBuild) {
  for (const auto build : {FirecrawlBuild::kAug2025, FirecrawlBuild::kAug2026}) {
    const bool is_old = build == FirecrawlBuild::kAug2025;
    Firecrawl firecrawl({.build = build});
    const Mailbox mailbox;
    firecrawl.fake.change(
        [&](FirecrawlOptions& o) { o.self_hosted_webhook = mailbox.url() + "/{{JOB_ID}}"; });
    const std::string id = crawl(firecrawl, "/v0", nullptr);
    const auto completed = mailbox.events("crawl.completed");
    ASSERT_EQ(completed.size(), 1U);
    EXPECT_EQ(completed[0]["jobId"], id);
    ASSERT_EQ(completed[0]["data"].size(), kPages);
    const json& first = completed[0]["data"][0];
    EXPECT_TRUE(is_old ? first["content"].is_string() : first["content"]["content"].is_string());
    EXPECT_EQ(mailbox.events("crawl.page").size(), is_old ? kPages : 0U);
    EXPECT_EQ(mailbox.server.requests()[0].path(), "/hook/" + id);
  }
}

TEST(FakeFirecrawlDeliveries, TheServersOwnWebhookGetsPagesOnlyOrNothing) {
  Firecrawl firecrawl;
  const Mailbox mailbox;
  firecrawl.fake.change([&](FirecrawlOptions& o) { o.self_hosted_webhook = mailbox.url(); });
  crawl(firecrawl, "/v2", nullptr);
  EXPECT_EQ(mailbox.events().size(), kPages);
  EXPECT_EQ(mailbox.events("crawl.page").size(), kPages);
  firecrawl.fake.change([](FirecrawlOptions& o) { o.build = FirecrawlBuild::kAug2025; });
  crawl(firecrawl, "/v2", nullptr);
  EXPECT_EQ(mailbox.events().size(), kPages);
}

TEST(FakeFirecrawlDeliveries, OnlyTheEventsAskedForAreSent) {
  Firecrawl firecrawl;
  const Mailbox mailbox;
  crawl(firecrawl, "/v2", {{"url", mailbox.url()}, {"events", {"completed"}}});
  ASSERT_EQ(mailbox.events().size(), 1U);
  EXPECT_EQ(mailbox.events()[0]["type"], "crawl.completed");
}

TEST(FakeFirecrawlDeliveries, BatchScrapesSayBatchScrape) {
  Firecrawl firecrawl;
  firecrawl.fake.publish_all(site_pages(2));
  const Mailbox mailbox;
  firecrawl.post("/v2/batch/scrape",
                 {{"urls", {site_page(0).url, "no address"}}, {"webhook", mailbox.url()}});
  ASSERT_TRUE(firecrawl.fake.wait_until_idle(20s));
  EXPECT_EQ(mailbox.events("batch_scrape.page").size(), 1U);
  EXPECT_EQ(mailbox.events("batch_scrape.completed").size(), 1U);
}

TEST(FakeFirecrawlDeliveries, LosesDoublesAndShufflesOnDemand) {
  Firecrawl firecrawl({.deliveries = {.order = DeliveryOrder::kShuffled,
                                      .lost = {"started"},
                                      .lose_every = 5,
                                      .double_every = 2}});
  const Mailbox mailbox;
  crawl(firecrawl, "/v2", mailbox.url());
  EXPECT_TRUE(mailbox.events("crawl.started").empty());
  const auto pages = mailbox.events("crawl.page");
  EXPECT_EQ(pages.size(), 6U);  // five, one lost, two twice
  std::set<std::string> urls;
  for (const json& page : pages) urls.insert(page["data"][0]["metadata"]["url"]);
  EXPECT_EQ(urls.size(), 4U);
}

TEST(FakeFirecrawlDeliveries, SelfHostedTriesOnceTheCloudAgain) {
  for (const std::size_t retries : {0U, 2U}) {
    Firecrawl firecrawl;
    Mailbox mailbox;
    firecrawl.fake.change([&](FirecrawlOptions& o) { o.deliveries.retries.assign(retries, 10ms); });
    mailbox.server.fail_next(2, {.status = 503});
    crawl(firecrawl, "/v2", {{"url", mailbox.url()}, {"events", {"completed"}}});
    const auto counters = firecrawl.fake.counters();
    EXPECT_EQ(counters.sent, retries + 1);
    EXPECT_EQ(counters.delivered, retries > 0 ? 1U : 0U);
    if (retries > 0) {
      EXPECT_EQ(mailbox.events().front()["webhookId"], mailbox.events().back()["webhookId"]);
    }
  }
}

TEST(FakeFirecrawlDeliveries, ACancelledCrawlStillSaysThatItIsCompleted) {
  Firecrawl firecrawl({.page_time = 60s});
  firecrawl.fake.publish_all(site_pages(2));
  const Mailbox mailbox;
  const std::string id =
      firecrawl.post("/v2/crawl", {{"url", "https://docs.example/"}, {"webhook", mailbox.url()}})
          .body["id"];
  firecrawl.ask("DELETE", "/v2/crawl/" + id);
  ASSERT_TRUE(firecrawl.fake.wait_until_idle(20s));
  EXPECT_EQ(mailbox.events("crawl.completed").size(), 1U);
}

}  // namespace
}  // namespace sluice::fakes
