// POST /api/v2/scrape: a page through Firecrawl, answered and indexed like a crawl's.
#include "support/firecrawl.hpp"
#include "support/test_host.hpp"

#include <gtest/gtest.h>

namespace sluice::testing {
namespace {

using nlohmann::json;

Answer scrape(TestHost& host, const json& body) { return host.http().post("/api/v2/scrape", body); }

TEST(Scrape, ReturnsAPageAndIndexesIt) {
  fakes::FakeFirecrawl firecrawl({.api_key = "fc-key"});
  TestHost host({.source_config = settings_for(firecrawl, ", api_key: fc-key")});
  host.start();
  const auto page = PageMaker("scraped").make();
  firecrawl.publish(site_page(page));

  const Answer answer = scrape(host, {{"url", page.url}});
  ASSERT_EQ(answer.status, 200U) << answer;
  const json body = answer.json();
  EXPECT_EQ(body["success"], true);
  EXPECT_EQ(body["data"]["content"], page.markdown);
  const auto ledger = host.await_crawl(body["data"]["crawl_id"]);
  EXPECT_EQ(ledger["indexed"], 1) << ledger;
  EXPECT_TRUE(host.finds_one(page.word));

  auto changed = page;
  changed.markdown = "# Another text\n\nwith otherwordq in it\n";
  firecrawl.publish(site_page(changed));
  EXPECT_EQ(scrape(host, {{"url", page.url}}).json()["data"]["content"], page.markdown);
  const json forced = scrape(host, {{"url", page.url}, {"forceRescrape", true}}).json();
  EXPECT_EQ(forced["data"]["content"], changed.markdown);
  host.await_crawl(forced["data"]["crawl_id"]);
  EXPECT_TRUE(host.finds_one("otherwordq"));
  EXPECT_EQ(host.found(page.word), 0U);
  EXPECT_EQ(host.documents(), 1U);
}

TEST(Scrape, TellsFromWhomAFailureComes) {
  fakes::FakeFirecrawl firecrawl;
  TestHost host({.source_config = settings_for(firecrawl, ", timeout_buffer: 500ms")});
  host.start();
  firecrawl.publish({.url = "https://docs.example/", .title = "T", .markdown = "# T"});
  const json page = {{"url", "https://docs.example/"}};
  EXPECT_EQ(scrape(host, {{"url", "no address"}}).status, 422U);
  EXPECT_EQ(scrape(host, {{"url", "http://127.0.0.1:1/"}}).status, 422U);
  const Answer refused = scrape(host, {{"url", "https://nowhere.example/"}});
  EXPECT_EQ(refused.status, 200U);
  EXPECT_EQ(refused.json()["success"], false);
  EXPECT_EQ(refused.json()["error"]["code"], "SCRAPE_DNS_RESOLUTION_ERROR");
  firecrawl.change([](fakes::FirecrawlOptions& o) { o.page_time = seconds(30); });
  EXPECT_EQ(scrape(host, {{"url", "https://docs.example/"}, {"timeout", 1000}}).status, 408U);
  firecrawl.server().fail({.how = fakes::Failure::How::kSilence});
  EXPECT_EQ(scrape(host, {{"url", "https://docs.example/"}, {"timeout", 1000}}).status, 408U);
  firecrawl.server().fail_next(1, {.status = 502, .body = "<html>"});
  EXPECT_EQ(scrape(host, page).status, 502U);
  firecrawl.server().stop();
  EXPECT_EQ(scrape(host, page).status, 502U);
}

TEST(Scrape, StartsABatchAndBringsItsPagesHome) {
  fakes::FakeFirecrawl firecrawl;
  TestHost host({.source_config = settings_for(firecrawl)});
  host.start();
  const auto pages = PageMaker("batched").make(5);
  firecrawl.publish_all(site_pages(pages));
  json urls = json::array();
  for (const TestPage& page : pages) urls.push_back(page.url);
  urls.push_back("https://batched.example/none");
  const json started = scrape(host, {{"urls", urls}}).json();
  ASSERT_EQ(started["success"], true) << started;
  const std::string id = started["data"]["jobId"];
  const auto ledger = host.await_crawl(id);
  EXPECT_EQ(ledger["indexed"], 5) << ledger;
  EXPECT_EQ(ledger["skipped"], 1) << ledger;
  EXPECT_EQ(scrape(host, {{"command", "status"}, {"jobId", id}}).json()["data"]["status"],
            "completed");
  EXPECT_EQ(scrape(host, {{"command", "errors"}, {"jobId", id}}).json()["data"]["errors"],
            json::array());
  EXPECT_EQ(scrape(host, {{"command", "cancel"}, {"jobId", id}}).json()["success"], false);
}

}  // namespace
}  // namespace sluice::testing
