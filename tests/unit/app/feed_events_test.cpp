#include "app/feed_events.hpp"

#include <gtest/gtest.h>

namespace sluice::app {
namespace {

using nlohmann::json;

FeedPage sample_page() {
  FeedPage page{.url = "https://e.test/a", .markdown = "# A", .metadata = {{"title", "A"}}};
  complete_metadata(page);
  return page;
}

TEST(FeedEvents, CompletesWhatAScrapeAlwaysHas) {
  const FeedPage page = sample_page();
  EXPECT_EQ(page.metadata["title"], "A");
  EXPECT_EQ(page.metadata["url"], "https://e.test/a");
  EXPECT_EQ(page.metadata["sourceURL"], "https://e.test/a");
  EXPECT_EQ(page.metadata["statusCode"], 200);
  EXPECT_EQ(page.metadata["scrapeId"].get<std::string>().size(), 36U);
}

TEST(FeedEvents, KeepsWhatThePageSays) {
  FeedPage page{
      .url = "https://e.test/b",
      .markdown = {},
      .metadata = {{"sourceURL", "https://e.test/a"}, {"statusCode", 404}, {"scrapeId", "s"}}};
  complete_metadata(page);
  EXPECT_EQ(page.metadata["sourceURL"], "https://e.test/a");
  EXPECT_EQ(page.metadata["statusCode"], 404);
  EXPECT_EQ(page.metadata["scrapeId"], "s");
}

TEST(FeedEvents, Version2HasAnArrayOfOneDocument) {
  const CrawlEvents events(Generation::kV2, "crawl-1");
  const json event = json::parse(events.page(sample_page()));
  EXPECT_EQ(event["success"], true);
  EXPECT_EQ(event["type"], "crawl.page");
  EXPECT_EQ(event["id"], "crawl-1");
  EXPECT_FALSE(event.contains("jobId"));
  EXPECT_EQ(event["webhookId"].get<std::string>().size(), 36U);
  EXPECT_EQ(event["metadata"], json::object());
  ASSERT_EQ(event["data"].size(), 1U);
  EXPECT_EQ(event["data"][0]["markdown"], "# A");
  EXPECT_FALSE(event["data"][0].contains("content"));
  EXPECT_EQ(event["data"][0]["metadata"]["title"], "A");
}

TEST(FeedEvents, Version1HasNoWebhookId) {
  const json event = json::parse(CrawlEvents(Generation::kV1, "c").page(sample_page()));
  EXPECT_EQ(event["id"], "c");
  EXPECT_FALSE(event.contains("webhookId"));
}

TEST(FeedEvents, Version0HasAJobIdAndContent) {
  const json event = json::parse(CrawlEvents(Generation::kV0, "c").page(sample_page()));
  EXPECT_EQ(event["jobId"], "c");
  EXPECT_FALSE(event.contains("id"));
  EXPECT_EQ(event["data"][0]["content"], "# A");
  EXPECT_EQ(event["data"][0]["markdown"], "# A");
}

TEST(FeedEvents, OnlyVersion0ClosesWithAllPages) {
  const std::vector<FeedPage> pages = {sample_page(), sample_page()};
  EXPECT_EQ(json::parse(CrawlEvents(Generation::kV2, "c").completed(pages))["data"], json::array());
  EXPECT_EQ(json::parse(CrawlEvents(Generation::kV1, "c").completed(pages))["data"], json::array());
  const json closed = json::parse(CrawlEvents(Generation::kV0, "c").completed(pages));
  EXPECT_EQ(closed["type"], "crawl.completed");
  EXPECT_EQ(closed["data"].size(), 2U);
}

TEST(FeedEvents, StartsEmpty) {
  const json event = json::parse(CrawlEvents(Generation::kV2, "c").started());
  EXPECT_EQ(event["type"], "crawl.started");
  EXPECT_EQ(event["data"], json::array());
}

TEST(FeedEvents, AreCompactAndAlwaysUtf8) {
  FeedPage page = sample_page();
  page.markdown = "caf\xC3\xA9 \xFF";
  const std::string body = CrawlEvents(Generation::kV2, "c").page(page);
  EXPECT_NE(body.find("\"markdown\":\"caf\xC3\xA9 \xEF\xBF\xBD\""), body.npos);
}

TEST(FeedEvents, APageWithoutMarkdownHasNone) {
  FeedPage page = sample_page();
  page.markdown.reset();
  EXPECT_FALSE(
      json::parse(CrawlEvents(Generation::kV2, "c").page(page))["data"][0].contains("markdown"));
}

// RFC 4231, test case 2.
TEST(FeedEvents, SignsWithHmacSha256) {
  EXPECT_EQ(signature_of("what do ya want for nothing?", "Jefe"),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(FeedEvents, KnowsThreeGenerations) {
  EXPECT_EQ(generation_of("v0"), Generation::kV0);
  EXPECT_EQ(generation_of("v1"), Generation::kV1);
  EXPECT_EQ(generation_of("v2"), Generation::kV2);
  EXPECT_FALSE(generation_of("v3"));
}

}  // namespace
}  // namespace sluice::app
