// The pages of a crawl, as its status tells them, traps included.
#include "client.hpp"

#include <gtest/gtest.h>

namespace sluice::fakes {
namespace {

using nlohmann::json;

std::string skip_of(const json& body) {
  const std::string next = body.value("next", "");
  const auto at = next.find("skip=");
  return at == std::string::npos ? "" : next.substr(at + 5);
}

TEST(FakeFirecrawlStatus, PagesThroughTheResultsByAHundred) {
  Firecrawl firecrawl;
  const std::string id = firecrawl.fake.keep({.pages = site_pages(250)});
  const auto first = firecrawl.get("/v2/crawl/" + id).body;
  EXPECT_EQ(first["data"].size(), 100U);
  EXPECT_EQ(first["total"], 250);
  EXPECT_EQ(first["next"], firecrawl.fake.url() + "/v2/crawl/" + id + "?skip=100");
  const auto last = firecrawl.get("/v2/crawl/" + id + "?skip=200").body;
  EXPECT_EQ(last["data"].size(), 50U);
  EXPECT_FALSE(last.contains("next"));
  EXPECT_EQ(firecrawl.fake.counters().documents, 150U);
}

TEST(FakeFirecrawlStatus, HonoursSkipAndLimitAndRepeatsTheLimit) {
  Firecrawl firecrawl;
  const std::string id = firecrawl.fake.keep({.pages = site_pages(10)});
  const auto part = firecrawl.get("/v2/crawl/" + id + "?skip=2&limit=3").body;
  ASSERT_EQ(part["data"].size(), 3U);
  EXPECT_EQ(part["data"][0]["metadata"]["sourceURL"], site_page(2).url);
  EXPECT_EQ(skip_of(part), "5&limit=3");
}

TEST(FakeFirecrawlStatus, CutsAnAnswerBySizeButNeverToNothing) {
  Firecrawl firecrawl({.answer_bytes = 2000});
  auto pages = site_pages(3);
  for (auto& page : pages) page.markdown.assign(900, 'x');
  pages[2].markdown.assign(5000, 'x');
  const std::string id = firecrawl.fake.keep({.pages = pages});
  EXPECT_EQ(firecrawl.get("/v2/crawl/" + id).body["data"].size(), 1U);
  EXPECT_EQ(skip_of(firecrawl.get("/v2/crawl/" + id).body), "1");
  const auto huge = firecrawl.get("/v2/crawl/" + id + "?skip=2").body;
  EXPECT_EQ(huge["data"].size(), 1U);
  EXPECT_FALSE(huge.contains("next"));
}

TEST(FakeFirecrawlStatus, CountsLostResultsButDoesNotShowThem) {
  Firecrawl firecrawl;
  const std::string id = firecrawl.fake.keep({.pages = site_pages(4), .gone = {1, 2}});
  const auto body = firecrawl.get("/v2/crawl/" + id).body;
  EXPECT_EQ(body["completed"], 4);
  EXPECT_EQ(body["data"].size(), 2U);
}

TEST(FakeFirecrawlStatus, NamesANextPageForEverAfterACancelledCrawl) {
  Firecrawl firecrawl;
  const std::string id =
      firecrawl.fake.keep({.status = CrawlStatus::kCancelled, .pages = site_pages(2)});
  const auto end = firecrawl.get("/v2/crawl/" + id + "?skip=2").body;
  EXPECT_EQ(end["status"], "cancelled");
  EXPECT_TRUE(end["data"].empty());
  EXPECT_EQ(skip_of(end), "2");
  firecrawl.fake.change([](FirecrawlOptions& o) { o.build = FirecrawlBuild::kAug2025; });
  EXPECT_FALSE(firecrawl.get("/v2/crawl/" + id + "?skip=2").body.contains("next"));
}

TEST(FakeFirecrawlStatus, NamesANextPageOnAHostThatIsNotThere) {
  Firecrawl firecrawl({.next_base = "https://elsewhere.invalid"});
  const std::string id =
      firecrawl.fake.keep({.status = CrawlStatus::kScraping, .pages = site_pages(1)});
  EXPECT_EQ(firecrawl.get("/v2/crawl/" + id).body["next"],
            "https://elsewhere.invalid/v2/crawl/" + id + "?skip=1");
}

TEST(FakeFirecrawlStatus, TellsFailuresApart) {
  Firecrawl firecrawl;
  auto pages = site_pages(2);
  pages[1].error = "The scrape operation timed out before completing.";
  pages[1].error_code = "SCRAPE_TIMEOUT";
  const std::string id =
      firecrawl.fake.keep({.pages = pages, .robots_blocked = {"https://docs.example/private"}});
  const auto errors = firecrawl.get("/v2/crawl/" + id + "/errors").body;
  ASSERT_EQ(errors["errors"].size(), 1U);
  EXPECT_EQ(errors["errors"][0]["url"], pages[1].url);
  EXPECT_EQ(errors["errors"][0]["error"], pages[1].error);
  EXPECT_EQ(errors["errors"][0]["code"], "SCRAPE_TIMEOUT");
  EXPECT_EQ(errors["robotsBlocked"], (json{"https://docs.example/private"}));
  EXPECT_FALSE(errors.contains("success"));

  const std::string broken = firecrawl.fake.keep({.kickoff_error = "robots.txt denies it"});
  const auto body = firecrawl.get("/v2/crawl/" + broken);
  EXPECT_EQ(body.status, 200U);
  EXPECT_EQ(body.body["success"], false);
  EXPECT_EQ(body.body["status"], "failed");
}

TEST(FakeFirecrawlStatus, ForgetsResultsThatHaveExpired) {
  Firecrawl firecrawl;
  const std::string id = firecrawl.fake.keep({.pages = site_pages(1)});
  firecrawl.fake.expire(id);
  const auto gone = firecrawl.get("/v2/crawl/" + id);
  EXPECT_EQ(gone.status, 404U);
  EXPECT_EQ(gone.body, (json{{"success", false}, {"error", "Job expired"}}));
  const auto unknown = firecrawl.get("/v2/crawl/8d2a8e4c-0e0f-4a53-9b0e-6a7f3d0c1b2a");
  EXPECT_EQ(unknown.status, 404U);
  EXPECT_EQ(unknown.body["error"], "Job not found");
  EXPECT_EQ(firecrawl.get("/v2/crawl/no-uuid").status, 400U);
}

}  // namespace
}  // namespace sluice::fakes
