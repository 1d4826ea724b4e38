// The answer table of the Firecrawl webhook, row by row.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

namespace sluice::testing {
namespace {

using nlohmann::json;

// One host for all rows; each row has a crawl of its own.
class Answers : public ::testing::Test {
 protected:
  void SetUp() override { host_.start(); }
  Http& http() { return host_.http(); }

  TestHost host_;
  PageMaker maker_{"answers"};
};

TEST_F(Answers, RefusesWhatIsNotSigned) {
  const std::string body = Crawl("unsigned").page(maker_.make()).dump();
  const auto post = [&](std::vector<net::Header> headers) {
    return http().send("POST", kWebhook, body, std::move(headers)).status;
  };
  EXPECT_EQ(post({}), 401U);
  EXPECT_EQ(post({{"X-Firecrawl-Signature", signature_of(body, "another secret")}}), 401U);
  EXPECT_EQ(post({{"X-Firecrawl-Signature", "sha256=12"}}), 400U);
  EXPECT_EQ(post({{"X-Firecrawl-Signature", "md5=" + std::string(64, '0')}}), 400U);
  EXPECT_EQ(http().get("/api/crawls/unsigned").status, 404U);
}

TEST_F(Answers, LooksAtTheSignatureBeforeTheBody) {
  EXPECT_EQ(http().send("POST", kWebhook, "not json", {}).status, 401U);
  EXPECT_EQ(deliver(http(), std::string("not json")).status, 400U);
}

TEST_F(Answers, SaysWhenThereIsNoPage) {
  const Crawl crawl("none");
  for (const json& data : {json::array(), json(nullptr), json::object()}) {
    const Answer answer = deliver(http(), crawl.event("crawl.page", data));
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.json(),
              json::parse(R"({"status":"no_documents","queued_jobs":0,"job_ids":[]})"));
  }
}

TEST_F(Answers, SkipsPagesThatAreLeftOutOnPurpose) {
  const Crawl crawl("skips");
  TestPage gone = maker_.make();
  gone.status_code = 404;
  TestPage empty = maker_.make();
  empty.markdown = " \n\t ";

  const Answer answer = deliver(http(), crawl.pages({gone, empty}));

  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.json(), json::parse(R"({"status":"skipped","queued_jobs":0,"job_ids":[]})"));
  const auto ledger = host_.await_quiet(crawl.id());
  EXPECT_EQ(ledger["skipped"], 2) << ledger;
  const auto metrics = host_.metrics();
  EXPECT_EQ(metrics.sum("sluice_pages_skipped_total", {{"reason", "status"}}), 1);
  EXPECT_EQ(metrics.sum("sluice_pages_skipped_total", {{"reason", "empty"}}), 1);
}

TEST_F(Answers, NamesThePagesThatCannotBeUsed) {
  const Crawl crawl("unusable");
  const json data = {{{"markdown", "text"}, {"metadata", json::object()}},
                     "a word",
                     {{"markdown", "text"}, {"metadata", {{"url", "x.example/without-scheme"}}}}};

  const Answer answer = deliver(http(), crawl.event("crawl.page", data));

  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.json()["status"], "failed");
  ASSERT_EQ(answer.json()["failed_documents"].size(), 3U) << answer;
  EXPECT_EQ(answer.json()["failed_documents"][1]["index"], 1);
  EXPECT_TRUE(answer.json()["failed_documents"][1]["error"].is_string());
  const auto ledger = host_.await_quiet(crawl.id());
  EXPECT_EQ(ledger["failed"], ledger["received"]) << ledger;
  EXPECT_EQ(ledger["failed"], 3) << ledger;
}

TEST_F(Answers, CountsEachPageWithoutAddressOnce) {
  const Crawl crawl("nameless");
  const json page = {{"markdown", "the same text"}, {"metadata", json::object()}};
  for (int delivery = 0; delivery < 2; ++delivery) {
    const Answer answer = deliver(http(), crawl.event("crawl.page", json{page, page, page}));
    ASSERT_EQ(answer.json()["failed_documents"].size(), 3U) << answer;
  }

  const auto ledger = host_.await_quiet(crawl.id());

  EXPECT_EQ(ledger["failed"], 3) << ledger;
  EXPECT_EQ(ledger["received"], 3) << ledger;
  EXPECT_EQ(ledger["duplicates"], 3) << ledger;
}

TEST_F(Answers, TakesTheGoodPagesBesideABadOne) {
  const Crawl crawl("mixed");
  json event = crawl.pages(maker_.make(2));
  event["data"].push_back({{"markdown", 5}, {"metadata", {{"url", "https://x.example/"}}}});

  const Answer answer = deliver(http(), event);

  EXPECT_EQ(answer.status, 202U);
  EXPECT_EQ(answer.json()["queued_jobs"], 2);
  ASSERT_EQ(answer.json()["failed_documents"].size(), 1U);
  EXPECT_EQ(answer.json()["failed_documents"][0]["index"], 2);
  EXPECT_EQ(answer.json()["failed_documents"][0]["url"], "https://x.example/");
}

TEST_F(Answers, AcknowledgesAFailedPageAndWritesItDown) {
  const Crawl crawl("failed-page");
  const Answer answer =
      deliver(http(), crawl.failed_page("https://answers.example/slow", "it took too long"));
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.json(), json::parse(R"({"status":"acknowledged","event_id":"failed-page"})"));
  const auto ledger = host_.await_quiet(crawl.id());
  EXPECT_EQ(ledger["failed"], 1) << ledger;
  EXPECT_EQ(host_.metrics().sum("sluice_pages_skipped_total", {{"reason", "failed_page"}}), 1);
}

TEST_F(Answers, AcknowledgesTheLifeOfACrawl) {
  for (const char* type : {"crawl.started", "crawl.completed", "batch_scrape.started"}) {
    const Answer answer = deliver(http(), Crawl("life").event(type, json::array()));
    EXPECT_EQ(answer.status, 200U) << type;
    EXPECT_EQ(answer.json(), (json{{"status", "acknowledged"}, {"event_type", type}}));
  }
  for (const char* type : {"crawl.cancelled", "crawl.failed"}) {
    json event = Crawl("ended").event(type, json::array());
    event["success"] = false;
    event["error"] = "boom";
    EXPECT_EQ(deliver(http(), event).json()["event_type"], type);
  }
  EXPECT_EQ(host_.crawl("ended")["warnings"],
            (json{"Firecrawl says that the crawl was cancelled: boom",
                  "Firecrawl says that the crawl failed: boom"}));
}

TEST_F(Answers, IgnoresTypesItDoesNotKnow) {
  const Answer answer = deliver(http(), Crawl("new").event("crawl.polished", json::array()));
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.json(), json::parse(R"({"status":"ignored","event_type":"crawl.polished"})"));
}

TEST_F(Answers, RefusesWhatIsNoEvent) {
  EXPECT_EQ(deliver(http(), std::string()).status, 400U);
  EXPECT_EQ(deliver(http(), std::string("[1]")).status, 400U);
  EXPECT_EQ(deliver(http(), json{{"id", "x"}}).status, 422U);
  EXPECT_EQ(deliver(http(), json{{"type", "crawl.page"}}).status, 422U);
  for (const Answer& answer :
       {deliver(http(), std::string("{")), deliver(http(), json{{"id", "x"}})}) {
    EXPECT_TRUE(answer.json()["detail"].is_string()) << answer;
  }
}

TEST_F(Answers, TakesANumberForAnIdAndListsForMetadata) {
  TestPage page = maker_.make();
  json event = Crawl("77").page(page);
  event["id"] = 77;
  event["data"][0]["metadata"]["title"] = {"", "First of two", "Second"};
  event["data"][0]["metadata"]["statusCode"] = "200";
  ASSERT_EQ(deliver(http(), event).status, 202U);
  EXPECT_EQ(host_.await_quiet("77")["indexed"], 1);
  const Answer found = host_.search({{"query", page.word}, {"mode", "keyword"}});
  EXPECT_EQ(found.json()["results"][0]["title"], "First of two") << found;
}

TEST_F(Answers, CarryTheRequestsId) {
  EXPECT_EQ(http().get("/health/live", {{"X-Request-ID", "mine-7"}}).header("X-Request-ID"),
            "mine-7");
  EXPECT_FALSE(http().get("/health/live").header("X-Request-ID").empty());
  EXPECT_FALSE(http().get("/nowhere").header("X-Request-ID").empty());
  EXPECT_EQ(http().get("/nowhere").status, 404U);
  EXPECT_EQ(http().get(kWebhook).status, 405U);
}

}  // namespace
}  // namespace sluice::testing
