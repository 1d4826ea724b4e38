// FakeFirecrawl against what the official OpenAPI documents of v1 and v2 say, and what the server
// is known to do where the two differ.
#include "client.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace sluice::fakes {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

// A key of an answer and the type that the document gives it.
struct Key {
  const char* name;
  json::value_t type;
};
constexpr auto kText = json::value_t::string;
constexpr auto kNumber = json::value_t::number_unsigned;
constexpr auto kList = json::value_t::array;
constexpr auto kBool = json::value_t::boolean;
constexpr auto kObject = json::value_t::object;

void expect_keys(const json& body, const std::vector<Key>& keys) {
  for (const Key& key : keys) {
    ASSERT_TRUE(body.contains(key.name)) << key.name << " of " << body;
    const auto type = body[key.name].type();
    const bool is_number = key.type == kNumber && body[key.name].is_number();
    EXPECT_TRUE(type == key.type || is_number) << key.name << " of " << body;
  }
}

TEST(FakeFirecrawlApi, AnswersHaveTheKeysOfTheOfficialDocuments) {
  for (const std::string version : {"/v1", "/v2"}) {
    Firecrawl firecrawl({.api_key = "fc-key"});
    firecrawl.key = "fc-key";
    firecrawl.fake.publish_all(site_pages(3));
    const auto scraped = firecrawl.post(version + "/scrape", {{"url", site_page(0).url}}).body;
    expect_keys(scraped, {{"success", kBool}, {"data", kObject}});
    expect_keys(scraped["data"], {{"markdown", kText}, {"metadata", kObject}});
    expect_keys(
        scraped["data"]["metadata"],
        {{"title", kText}, {"language", kText}, {"sourceURL", kText}, {"statusCode", kNumber}});
    for (const std::string path : {"/crawl", "/batch/scrape"}) {
      const bool is_crawl = path == "/crawl";
      const json asked = is_crawl ? json{{"url", "https://docs.example/"}}
                                  : json{{"urls", {site_page(0).url, site_page(1).url}}};
      const auto started = firecrawl.post(version + path, asked);
      EXPECT_EQ(started.status, 200U);
      expect_keys(started.body, {{"success", kBool}, {"id", kText}, {"url", kText}});
      if (!is_crawl) expect_keys(started.body, {{"invalidURLs", kList}});
      ASSERT_TRUE(firecrawl.fake.wait_until_idle(10s));
      const std::string job = version + path + "/" + started.body["id"].get<std::string>();
      const auto status = firecrawl.get(job).body;
      expect_keys(status, {{"status", kText},
                           {"total", kNumber},
                           {"completed", kNumber},
                           {"creditsUsed", kNumber},
                           {"expiresAt", kText},
                           {"data", kList}});
      if (version == "/v2") {
        expect_keys(status, {{"createdAt", kText},
                             {"completedAt", kText},
                             {"duration", json::value_t::number_float}});
      }
      EXPECT_EQ(status["status"], "completed");
      EXPECT_EQ(status["data"].size(), is_crawl ? 3U : 2U);
      expect_keys(firecrawl.get(job + "/errors").body,
                  {{"errors", kList}, {"robotsBlocked", kList}});
    }
    const auto active = firecrawl.get(version + "/crawl/active").body;
    expect_keys(active, {{"success", kBool}, {"crawls", kList}});
  }
}

TEST(FakeFirecrawlApi, CancelsWhatRunsAndOnlyThat) {
  Firecrawl firecrawl({.page_time = 60s});
  firecrawl.fake.publish_all(site_pages(2));
  const std::string id = firecrawl.post("/v2/crawl", {{"url", "https://docs.example/"}}).body["id"];
  EXPECT_EQ(firecrawl.get("/v2/crawl/" + id).body["status"], "scraping");
  EXPECT_EQ(firecrawl.get("/v2/crawl/active").body["crawls"][0]["id"], id);
  const auto cancelled = firecrawl.ask("DELETE", "/v2/crawl/" + id);
  EXPECT_EQ(cancelled.status, 200U);
  EXPECT_EQ(cancelled.body, (json{{"status", "cancelled"}}));
  ASSERT_TRUE(firecrawl.fake.wait_until_idle(10s));
  EXPECT_EQ(firecrawl.get("/v2/crawl/" + id).body["status"], "cancelled");

  const std::string done = firecrawl.fake.keep({.pages = site_pages(1)});
  const auto late = firecrawl.ask("DELETE", "/v2/crawl/" + done);
  EXPECT_EQ(late.status, 409U);
  EXPECT_EQ(late.body, (json{{"error", "Crawl is already completed"}}));
  EXPECT_EQ(firecrawl.ask("DELETE", "/v2/crawl/8d2a8e4c-0e0f-4a53-9b0e-6a7f3d0c1b2a").body,
            (json{{"error", "Job not found"}}));
}

TEST(FakeFirecrawlApi, CrawlsWhatTheOptionsAskFor) {
  Firecrawl firecrawl;
  firecrawl.fake.publish_all(site_pages(10));
  firecrawl.fake.publish({.url = "https://other.example/"});
  const auto count = [&](const json& options) {
    json body = options;
    body["url"] = "https://docs.example/";
    const std::string id = firecrawl.post("/v2/crawl", body).body["id"];
    EXPECT_TRUE(firecrawl.fake.wait_until_idle(10s));
    return firecrawl.get("/v2/crawl/" + id).body["data"].size();
  };
  EXPECT_EQ(count(json::object()), 10U);
  EXPECT_EQ(count({{"limit", 4}}), 4U);
  EXPECT_EQ(count({{"includePaths", {"/p/[0-2]$"}}}), 3U);
  EXPECT_EQ(count({{"excludePaths", {"/p/[0-2]$"}}}), 7U);
}

TEST(FakeFirecrawlApi, ScrapesAPageAsItIsNowOrAsItWas) {
  Firecrawl firecrawl;
  firecrawl.fake.publish(site_page(1));
  const auto scrape = [&](const json& options) {
    json body = options;
    body["url"] = site_page(1).url;
    return firecrawl.post("/v2/scrape", body).body["data"];
  };
  EXPECT_EQ(scrape({})["metadata"]["cacheState"], "miss");
  auto changed = site_page(1);
  changed.markdown = "# New";
  firecrawl.fake.publish(changed);
  EXPECT_EQ(scrape(json::object())["markdown"], site_page(1).markdown);  // v2 takes 2 days old ones
  EXPECT_EQ(scrape({{"maxAge", 0}})["markdown"], "# New");
  EXPECT_EQ(scrape({{"formats", {"html"}}}).contains("markdown"), false);
  EXPECT_TRUE(scrape({{"formats", {{{"type", "links"}}}}})["links"].is_array());
  EXPECT_EQ(firecrawl.fake.counters().fetched, 2U);
}

TEST(FakeFirecrawlApi, SaysWhyAScrapeFailed) {
  Firecrawl firecrawl;
  firecrawl.fake.publish(site_page(1));
  firecrawl.fake.publish({.url = "https://docs.example/broken", .error = "All engines failed"});
  const auto scrape = [&](const std::string& url, std::int64_t timeout = 60'000) {
    return firecrawl.post("/v2/scrape", {{"url", url}, {"timeout", timeout}});
  };
  const auto unknown = scrape("https://nowhere.example/");
  EXPECT_EQ(unknown.status, 200U);
  EXPECT_EQ(unknown.body["success"], false);
  EXPECT_EQ(unknown.body["code"], "SCRAPE_DNS_RESOLUTION_ERROR");
  EXPECT_EQ(scrape("https://docs.example/broken").status, 500U);
  const auto missing = scrape("https://docs.example/none");
  EXPECT_EQ(missing.status, 200U);
  EXPECT_EQ(missing.body["success"], true);
  EXPECT_EQ(missing.body["data"]["metadata"]["statusCode"], 404);
  firecrawl.fake.change([](FirecrawlOptions& o) { o.page_time = 5s; });
  const auto late = scrape(site_page(1).url, 10);
  EXPECT_EQ(late.status, 408U);
  EXPECT_EQ(late.body["code"], "SCRAPE_TIMEOUT");
}

TEST(FakeFirecrawlApi, RefusesWhatTheRealServerRefuses) {
  Firecrawl firecrawl({.api_key = "fc-key"});
  EXPECT_EQ(firecrawl.get("/v2/crawl/active").body["error"], "Unauthorized: Token missing");
  firecrawl.key = "wrong";
  const auto wrong = firecrawl.get("/v2/crawl/active");
  EXPECT_EQ(wrong.status, 401U);
  EXPECT_EQ(wrong.body, (json{{"success", false}, {"error", "Unauthorized: Invalid token"}}));
  firecrawl.key = "fc-key";
  const auto unknown_key =
      firecrawl.post("/v2/scrape", {{"url", "https://docs.example/"}, {"foo", 1}});
  EXPECT_EQ(unknown_key.status, 400U);
  EXPECT_EQ(unknown_key.body["error"],
            "Unrecognized key in body -- please review the v2 API documentation for request body "
            "changes");
  EXPECT_EQ(firecrawl.post("/v2/scrape", json::object()).status, 400U);
  EXPECT_EQ(firecrawl.post("/v2/scrape", {{"url", "ftp://docs.example/"}}).status, 400U);
  EXPECT_EQ(firecrawl.post("/v2/batch/scrape", {{"urls", "no list"}}).status, 400U);
  const json number = {{"url", "https://docs.example/"},
                       {"webhook", {{"url", "http://127.0.0.1:1/"}, {"metadata", {{"n", 1}}}}}};
  EXPECT_EQ(firecrawl.post("/v2/crawl", number).status, 400U);
  const json long_name = {
      {"url", "https://docs.example/"},
      {"webhook", {{"url", "http://127.0.0.1:1/"}, {"events", {"crawl.page"}}}}};
  EXPECT_EQ(firecrawl.post("/v2/crawl", long_name).status, 400U);
  EXPECT_EQ(firecrawl.fake.counters().crawls, 0U);
  EXPECT_EQ(firecrawl.fake.counters().refused, 2U);
}

TEST(FakeFirecrawlApi, MapsASiteInTheShapeOfEachVersion) {
  Firecrawl firecrawl;
  firecrawl.fake.publish_all(site_pages(2));
  const json asked = {{"url", "https://docs.example/"}};
  EXPECT_EQ(firecrawl.post("/v1/map", asked).body["links"][1], site_page(1).url);
  EXPECT_EQ(firecrawl.post("/v2/map", asked).body["links"][1]["url"], site_page(1).url);
}

TEST(FakeFirecrawlApi, FailsWhenToldTo) {
  Firecrawl firecrawl;
  const std::string id = firecrawl.fake.keep({.pages = site_pages(1)});
  firecrawl.fake.server().fail_next(1, {.status = 502, .body = "<html>Bad Gateway</html>"});
  EXPECT_EQ(firecrawl.get("/v2/crawl/" + id).status, 502U);
  EXPECT_EQ(firecrawl.get("/v2/crawl/" + id).status, 200U);
}

}  // namespace
}  // namespace sluice::fakes
