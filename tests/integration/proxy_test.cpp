// /v1/* and /v2/*: Firecrawl's API through the host, with the host's key.
#include "support/firecrawl.hpp"
#include "support/test_host.hpp"

#include <gtest/gtest.h>

namespace sluice::testing {
namespace {

using nlohmann::json;

constexpr const char* kToken = "a-token-of-the-tests";
const std::vector<net::Header> kAuthorized = {{"Authorization", std::string("Bearer ") + kToken}};
const std::string kWithToken = std::string("api: {token: ") + kToken + "}\n";

TEST(Proxy, PassesOnMethodPathQueryAndBodyWithItsOwnKey) {
  fakes::FakeFirecrawl firecrawl({.api_key = "fc-key", .server = {.keep_requests = 20}});
  TestHost host({.top = kWithToken, .source_config = settings_for(firecrawl, ", api_key: fc-key")});
  host.start();
  firecrawl.publish({.url = "https://docs.example/", .title = "T", .markdown = "# T"});

  const Answer scraped =
      host.http().post("/v2/scrape", {{"url", "https://docs.example/"}}, kAuthorized);
  EXPECT_EQ(scraped.status, 200U) << scraped;
  EXPECT_EQ(scraped.json()["data"]["markdown"], "# T");
  const std::string id = firecrawl.keep({.pages = site_pages(PageMaker("many").make(30))});
  const Answer part = host.http().get("/v2/crawl/" + id + "?skip=4&limit=3", kAuthorized);
  EXPECT_EQ(part.json()["data"].size(), 3U);
  EXPECT_EQ(host.http().send("DELETE", "/v2/crawl/" + id, {}, kAuthorized).status, 409U);
  EXPECT_EQ(host.http().get("/v1/crawl/" + id + "/errors", kAuthorized).status, 200U);
  EXPECT_EQ(host.http().get("/v2/no/such/thing", kAuthorized).status, 404U);
  for (const fakes::Request& request : firecrawl.server().requests()) {
    EXPECT_EQ(request.header("Authorization"), "Bearer fc-key");
  }
  firecrawl.server().stop();
  const Answer away = host.http().get("/v2/crawl/" + id, kAuthorized);
  EXPECT_EQ(away.status, 502U);
  EXPECT_EQ(away.json()["detail"], "Firecrawl cannot be reached at api_url.");
}

TEST(Proxy, IsClosedToStrangers) {
  fakes::FakeFirecrawl firecrawl;
  {
    TestHost host({.top = kWithToken, .source_config = settings_for(firecrawl)});
    host.start();
    EXPECT_EQ(host.http().get("/v2/crawl/active").status, 401U);
    EXPECT_EQ(host.http().get("/v2/crawl/active", kAuthorized).status, 200U);
    EXPECT_EQ(host.http().get("/v2/%2e%2e/admin", kAuthorized).status, 400U);
    EXPECT_EQ(
        host.http().post("/v2/scrape", {{"url", "http://169.254.169.254/"}}, kAuthorized).status,
        403U);
  }
  {
    TestHost open({.source_config = settings_for(firecrawl)});
    open.start();
    EXPECT_EQ(open.http().get("/v2/crawl/active").status, 403U);
  }
  TestHost allowed({.source_config = settings_for(firecrawl, ", proxy_without_token: true")});
  allowed.start();
  EXPECT_EQ(allowed.http().get("/v2/crawl/active").status, 200U);
  EXPECT_EQ(firecrawl.server().counters().requests, 2U);
}

TEST(Proxy, FollowsTheJobsThatItStarts) {
  fakes::FakeFirecrawl firecrawl({.page_size = 2});
  TestHost host({.source_config = settings_for(firecrawl, ", proxy_without_token: true")});
  host.start();
  const auto pages = PageMaker("followed").make(5);
  firecrawl.publish_all(site_pages(pages));
  const Answer started = host.http().post("/v2/crawl", {{"url", "https://followed.example/"}});
  ASSERT_EQ(started.status, 200U) << started;
  const auto ledger = host.await_crawl(started.json()["id"]);
  EXPECT_EQ(ledger["state"], "done") << ledger;
  EXPECT_EQ(ledger["indexed"], 5) << ledger;
  EXPECT_EQ(ledger["source"], "crawl") << ledger;
  EXPECT_TRUE(ledger["warnings"].empty()) << ledger;
}

}  // namespace
}  // namespace sluice::testing
