// changedetection.io reports a changed page: it is scraped again and replaced.
#include "support/firecrawl.hpp"
#include "support/test_host.hpp"

#include <gtest/gtest.h>

namespace sluice::testing {
namespace {

using nlohmann::json;

Answer notify(TestHost& host, const std::string& url, const std::string& secret = kSecret) {
  const std::string body =
      json{{"watch_id", "w-1"}, {"watch_url", url}, {"detected_at", "2026-11-22T05:00:00Z"}}.dump();
  return host.http().send(
      "POST", "/api/webhook/changedetection", body,
      {{"Content-Type", "application/json"}, {"X-Signature", signature_of(body, secret)}});
}

TEST(Change, ReplacesThePageInEveryIndex) {
  fakes::FakeFirecrawl firecrawl;
  TestHost host({.source_config = settings_for(firecrawl)});
  host.start();
  auto page = PageMaker("watched").make();
  firecrawl.publish(site_page(page));
  ASSERT_EQ(host.http().post("/api/v2/scrape", {{"url", page.url}}).status, 200U);
  ASSERT_TRUE(eventually([&] { return host.finds_one(page.word); }));

  page.markdown = "# Changed\n\nNow with freshwordq.\n";
  firecrawl.publish(site_page(page));
  const Answer answer = notify(host, page.url);
  EXPECT_EQ(answer.status, 202U) << answer;
  const auto ledger = host.await_crawl(answer.json()["job_id"]);
  EXPECT_EQ(ledger["indexed"], 1) << ledger;
  EXPECT_TRUE(host.finds_one("freshwordq"));
  EXPECT_EQ(host.found(page.word), 0U);
  EXPECT_EQ(host.documents(), 1U);
  EXPECT_EQ(notify(host, page.url, "another secret").status, 401U);
}

TEST(Change, SurvivesAKillWhileFirecrawlIsAway) {
  fakes::FakeFirecrawl firecrawl;
  TestHost host({.source_config = settings_for(firecrawl)});
  host.start();
  const auto page = PageMaker("later").make();
  firecrawl.publish(site_page(page));
  firecrawl.server().stop();
  const Answer answer = notify(host, page.url);
  EXPECT_EQ(answer.status, 202U) << answer;
  host.stop(SIGKILL);
  firecrawl.server().start();
  host.start();
  EXPECT_EQ(host.await_crawl(answer.json()["job_id"])["indexed"], 1);
  EXPECT_TRUE(host.finds_one(page.word));
}

}  // namespace
}  // namespace sluice::testing
