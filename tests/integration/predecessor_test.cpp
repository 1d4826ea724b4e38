// What clients of the server before this one rely on, and what its own tests asked of it.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace sluice::testing {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

class Predecessor : public ::testing::Test {
 protected:
  void SetUp() override { host_.start(); }
  Http& http() { return host_.http(); }
  unsigned search(const json& request) { return host_.search(request).status; }

  TestHost host_;
  PageMaker maker_{"before"};
};

TEST_F(Predecessor, TakesAHundredPagesInOneEventQuickly) {
  const Crawl crawl("hundred");
  const auto began = Clock::now();
  const Answer answer = deliver(http(), crawl.pages(maker_.make(100)));
  EXPECT_LT(Clock::now() - began, patient(seconds(2)));
  EXPECT_EQ(answer.status, 202U);
  EXPECT_EQ(answer.json()["queued_jobs"], 100);
  EXPECT_EQ(host_.await_quiet("hundred")["indexed"], 100);
  EXPECT_EQ(http().get("/api/content/by-session/hundred").json()["total"], 100);
}

TEST_F(Predecessor, TakesPagesOfBatchScrapes) {
  json event = Crawl("scraped").pages(maker_.make(2));
  event["type"] = "batch_scrape.page";
  const Answer answer = deliver(http(), event);
  EXPECT_EQ(answer.status, 202U);
  EXPECT_EQ(answer.json()["job_ids"].size(), 2U);
  EXPECT_EQ(host_.await_quiet("scraped")["indexed"], 2);
}

TEST_F(Predecessor, TakesJobIdForId) {
  json event = Crawl("x").page(maker_.make());
  event.erase("id");
  event["jobId"] = "aliased";
  EXPECT_EQ(deliver(http(), event).status, 202U);
  EXPECT_EQ(host_.await_quiet("aliased")["indexed"], 1);
}

TEST_F(Predecessor, AcknowledgesEventsOfOtherJobs) {
  for (const char* type : {"extract.started", "extract.completed", "batch_scrape.completed"}) {
    const Answer answer = deliver(http(), Crawl("other").event(type, json::array()));
    EXPECT_EQ(answer.status, 200U) << type;
  }
}

TEST_F(Predecessor, IndexesADocumentAndFindsIt) {
  const json document = {{"url", "https://example.com/python"},
                         {"resolvedUrl", "https://example.com/python"},
                         {"markdown", "# Python\n\nPython programming for people who index pages."},
                         {"html", "<h1>Python</h1>"},
                         {"statusCode", 200},
                         {"title", "Python"},
                         {"gcsPath", nullptr},
                         {"screenshotUrl", nullptr},
                         {"language", "en"},
                         {"isMobile", false}};
  const Answer queued = http().post("/api/index", document);
  EXPECT_EQ(queued.status, 202U);
  EXPECT_EQ(queued.json()["status"], "queued");
  EXPECT_FALSE(queued.json()["job_id"].get<std::string>().empty());
  ASSERT_TRUE(eventually([&] { return host_.found("Python programming") == 1; }));
  EXPECT_EQ(urls_of(host_.search({{"query", "Python programming"}})).front(),
            "https://example.com/python");
  const json stats = host_.stats();
  EXPECT_EQ(stats["total_documents"], 1);
  EXPECT_EQ(stats["bm25_documents"], 1);
  EXPECT_GE(stats["total_chunks"], 1);
}

TEST_F(Predecessor, SearchesInFourModesAndEchoesThem) {
  const TestPage page = maker_.make();
  deliver(http(), Crawl("modes").page(page));
  ASSERT_TRUE(eventually([&] { return host_.finds_one(page.word); }));
  for (const char* mode : {"hybrid", "semantic", "keyword", "bm25"}) {
    const Answer answer = host_.search({{"query", page.word},
                                        {"mode", mode},
                                        {"limit", 5},
                                        {"offset", 0},
                                        {"filters", {{"language", "en"}, {"is_mobile", nullptr}}}});
    ASSERT_EQ(answer.status, 200U) << answer;
    EXPECT_EQ(answer.json()["mode"], mode);
    EXPECT_EQ(answer.json()["query"], page.word);
    EXPECT_EQ(answer.json()["results"][0]["url"], page.url);
  }
}

TEST_F(Predecessor, StartsACrawlOnceAndSumsItUp) {
  const Crawl crawl("life");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(deliver(http(), crawl.started()).status, 200U);
  EXPECT_EQ(http().get("/api/metrics/crawls/life").json()["status"], "open");
  deliver(http(), crawl.pages(maker_.make(3)));
  deliver(http(), crawl.completed());
  EXPECT_EQ(host_.await_crawl("life")["indexed"], 3);
  const json metrics = http().get("/api/metrics/crawls/life").json();
  EXPECT_EQ(metrics["total_pages"], 3);
  EXPECT_EQ(metrics["pages_failed"], 0);
  EXPECT_EQ(http().get("/api/crawls").json()["total"], 1);
}

TEST_F(Predecessor, TakesAReplayedEventWithoutDoingItTwice) {
  const TestPage page = maker_.make();
  const json event = Crawl("again").page(page);
  EXPECT_EQ(deliver(http(), event).status, 202U);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(deliver(http(), event).status, 200U);
  const json ledger = host_.await_quiet("again");
  EXPECT_EQ(ledger["received"], 1);
  EXPECT_EQ(ledger["duplicates"], 4);
  EXPECT_EQ(host_.documents(), 1U);
}

TEST_F(Predecessor, AnswersHostileSearchesInTime) {
  const auto began = Clock::now();
  std::string terms;
  for (int i = 0; i < 100; ++i) terms += "term" + std::to_string(i) + ' ';
  std::string combining = "e";
  for (int i = 0; i < 300; ++i) combining += "\xCC\x81";
  EXPECT_EQ(search({{"query", terms}}), 200U);
  EXPECT_EQ(search({{"query", combining}}), 200U);
  EXPECT_EQ(search({{"query", std::string(500, 'a') + "!"}}), 200U);
  EXPECT_EQ(search({{"query", std::string("a\0b", 3)}}), 200U);
  EXPECT_EQ(search({{"query", "(((((((((.*)*)*)*)+)+)+)+)+"}}), 200U);
  EXPECT_EQ(search({{"query", std::string(100'000, 'q')}}), 422U);
  EXPECT_EQ(search({{"query", "a"}, {"limit", 999'999}}), 422U);
  EXPECT_EQ(search({{"query", "a"}, {"limit", -1}}), 422U);
  EXPECT_EQ(search({{"query", " \t\n"}}), 422U);
  EXPECT_LT(Clock::now() - began, patient(seconds(10)));
}

TEST_F(Predecessor, TakesTextThatWouldBeSqlOrAPathForText) {
  for (const std::string& text :
       {std::string("'; DROP TABLE crawls; --"), std::string("1 OR 1=1"),
        std::string("../../etc/passwd"), std::string("\" UNION SELECT * FROM records --")}) {
    EXPECT_EQ(search({{"query", text}, {"filters", {{"domain", text}, {"crawl_id", text}}}}), 200U)
        << text;
    TestPage page = maker_.make();
    page.title = text;
    page.language = "en";
    EXPECT_EQ(deliver(http(), Crawl(text).page(page)).status, 202U) << text;
  }
  EXPECT_TRUE(eventually([&] { return host_.documents() == 4; }));
  EXPECT_EQ(http().get("/api/crawls").json()["total"], 4);
  EXPECT_EQ(http().get("/api/crawls/%27%3B%20DROP%20TABLE%20crawls%3B%20--").status, 200U);
  EXPECT_EQ(http().get("/api/content/..%2F..%2Fetc%2Fpasswd").status, 404U);
}

TEST_F(Predecessor, AnswersManySearchesAtOnce) {
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&] { good += search({{"query", "anything at all"}}) == 200U ? 1 : 0; });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 20);
}

TEST_F(Predecessor, SaysWhatAMethodOrABodyShouldHaveBeen) {
  EXPECT_EQ(http().get("/api/search").status, 405U);
  EXPECT_EQ(http().send("DELETE", "/api/stats").status, 405U);
  EXPECT_EQ(
      http().send("POST", "/api/search", std::string(150, '[') + std::string(150, ']')).status,
      400U);
  EXPECT_EQ(http().send("POST", "/api/index", "").status, 400U);
}

}  // namespace
}  // namespace sluice::testing
