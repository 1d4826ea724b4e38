// POST /api/v2/scrape without HTTP: requests read, Firecrawl asked, answers made.
#include "scrape_cache.hpp"
#include "scraper.hpp"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace firecrawl {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

std::string fault_of(const json& body, PrivateTargets targets = PrivateTargets::kRefused) {
  const auto read = read_scrape_request(body.dump(), targets);
  const auto* fault = std::get_if<ScrapeFault>(&read);
  return fault ? std::to_string(fault->status) + " " + fault->detail : "";
}

ScrapeRequest request_of(const json& body) {
  return std::get<ScrapeRequest>(read_scrape_request(body.dump(), PrivateTargets::kRefused));
}

TEST(ScrapeRequests, SayWhatIsWrongWithThem) {
  const std::string url = "https://docs.example/";
  EXPECT_EQ(fault_of({{"url", url}}), "");
  EXPECT_EQ(fault_of(json::object()),
            "422 The request cannot be used: start wants exactly one of url and urls.");
  EXPECT_EQ(fault_of({{"url", url}, {"urls", {url}}}),
            "422 The request cannot be used: start wants exactly one of url and urls.");
  EXPECT_EQ(fault_of({{"urls", json::array()}}),
            "422 The request cannot be used: urls is not a list of 1 to 10000 addresses.");
  EXPECT_EQ(fault_of({{"url", url}, {"timeout", 999}}),
            "422 The request cannot be used: timeout is not a whole number from 1000 to 300000.");
  EXPECT_EQ(fault_of({{"url", url}, {"waitFor", "long"}}),
            "422 The request cannot be used: waitFor is not a whole number from 0 to 60000.");
  EXPECT_EQ(fault_of({{"url", url}, {"resultHandling", "keep"}}),
            "422 The request cannot be used: resultHandling is none of: saveAndReturn, saveOnly, "
            "returnOnly.");
  EXPECT_EQ(fault_of({{"url", url}, {"extract", "prices"}}),
            "422 The request cannot be used: extract is not done here; Firecrawl has /v2/extract.");
  EXPECT_EQ(fault_of({{"url", url}, {"sekrit", 1}}),
            "422 The body has a key that is no option of a scrape.");
  EXPECT_EQ(
      fault_of({{"command", "status"}}),
      "422 The request cannot be used: this command wants the jobId that start has answered.");
  EXPECT_EQ(
      fault_of({{"url", "ftp://docs.example/"}}),
      "422 The request cannot be used: an address to scrape is not an http or https address.");
  EXPECT_EQ(fault_of({{"urls", {url, "http://169.254.169.254/latest"}}}).substr(0, 3), "422");
  EXPECT_EQ(fault_of({{"url", "http://127.0.0.1/"}}, PrivateTargets::kAllowed), "");
  const auto status_of = [](const std::string& body) {
    return std::get<ScrapeFault>(read_scrape_request(body, PrivateTargets::kRefused)).status;
  };
  for (const char* body : {"", "{", "not JSON", "[]", "1", "\"\xff\""}) {
    EXPECT_EQ(status_of(body), 422) << body;
  }
  EXPECT_EQ(status_of(std::string(65, '[') + std::string(65, ']')), 400);
}

TEST(ScrapeRequests, PassTheirOptionsOnAndAskForWhatTheIndexNeeds) {
  const auto request = request_of({{"url", "https://docs.example/"},
                                   {"blockAds", false},
                                   {"proxy", "stealth"},
                                   {"formats", {"screenshot"}}});
  const json options = json::parse(request.options);
  EXPECT_EQ(options, (json{{"blockAds", false},
                           {"formats", {"screenshot", "markdown"}},
                           {"onlyMainContent", true},
                           {"proxy", "stealth"}}));
  const auto html = request_of({{"url", "https://docs.example/"},
                                {"cleanScrape", false},
                                {"resultHandling", "returnOnly"},
                                {"formats", json::array()}});
  EXPECT_EQ(json::parse(html.options)["formats"], (json{"html"}));
}

TEST(ScrapeCache, ForgetsTheOldestAndTheTooOld) {
  ScrapeCache cache(3000);
  const ScrapeCache::Time now{1h};
  cache.keep("a", std::string(900, 'a'), now);
  cache.keep("b", std::string(900, 'b'), now);
  EXPECT_TRUE(cache.find("a", 1s, now));
  EXPECT_FALSE(cache.find("a", 1s, now + 1s));
  cache.keep("c", std::string(900, 'c'), now);
  EXPECT_FALSE(cache.find("a", 1s, now));
  EXPECT_TRUE(cache.find("b", 1s, now));
  cache.keep("huge", std::string(9000, 'x'), now);
  EXPECT_FALSE(cache.find("huge", 1s, now));
}

class FakeFirecrawl final : public Api, public Pipeline {
 public:
  void ask(ApiRequest request, Answered answered) override {
    asked.push_back(request);
    answered(reply);
  }
  void take(CrawlNews news, Taken taken) override {
    const std::vector<PageVerdict> verdicts(news.records.size(), PageVerdict::kAccepted);
    taken_news.push_back(std::move(news));
    taken(intake, verdicts);
  }

  ApiReply reply;
  Intake intake = Intake::kTaken;
  std::vector<ApiRequest> asked;
  std::vector<CrawlNews> taken_news;
};

class ScraperTest : public ::testing::Test {
 protected:
  Answer scrape(json body) {
    if (!body.contains("command") && !body.contains("urls")) body.emplace("url", kUrl);
    Answer got;
    got.status = 0;
    scraper.answer(request_of(body), [&](const Answer& answer) { got = answer; });
    return got;
  }
  void answer_page(const std::string& markdown, int status = 200) {
    firecrawl.reply = {
        .status = 200,
        .body = json{{"success", true},
                     {"data",
                      {{"markdown", markdown},
                       {"html", "<p>x</p>"},
                       {"metadata", {{"url", kUrl}, {"title", "T"}, {"statusCode", status}}}}}}
                    .dump()};
  }

  static constexpr const char* kUrl = "https://docs.example/a";
  FakeFirecrawl firecrawl;
  Scraper scraper{
      {.follows_jobs = true}, firecrawl, firecrawl, [](const std::function<void()>& work) {
        work();
      }};
};

TEST_F(ScraperTest, ReturnsThePageAndPutsItIntoThePipeline) {
  answer_page("# Héllo");
  const Answer answer = scrape(json::object());
  EXPECT_EQ(answer.status, 200);
  const json body = json::parse(answer.body);
  EXPECT_EQ(body["success"], true);
  EXPECT_EQ(body["command"], "start");
  EXPECT_EQ(body["error"], nullptr);
  const json& data = body["data"];
  EXPECT_EQ(data["content"], "# Héllo");
  EXPECT_EQ(data["contentType"], "text/markdown");
  EXPECT_EQ(data["cached"], false);
  EXPECT_EQ(data["metadata"]["title"], "T");
  EXPECT_EQ(data["metadata"]["cleanedLength"], 7);
  ASSERT_EQ(firecrawl.taken_news.size(), 1U);
  EXPECT_EQ(firecrawl.taken_news[0].job_id, data["crawl_id"]);
  EXPECT_EQ(firecrawl.taken_news[0].records.size(), 1U);
  EXPECT_EQ(firecrawl.taken_news[0].end, CrawlEnd::kCompleted);
  EXPECT_EQ(firecrawl.asked[0].path, "/v2/scrape");
  EXPECT_EQ(firecrawl.asked[0].timeout, 70s);
  EXPECT_EQ(json::parse(firecrawl.asked[0].body)["timeout"], 60'000);
}

TEST_F(ScraperTest, CutsByCodePointsAndSaysSo) {
  std::string text;
  for (int i = 0; i < 150; ++i) text += "é";
  answer_page(text);
  const json data = json::parse(scrape({{"maxChars", 100}, {"startIndex", 100}}).body)["data"];
  EXPECT_EQ(data["content"].get<std::string>().size(), 100U);  // fifty of two bytes
  EXPECT_EQ(data["metadata"]["wasTruncated"], true);
}

TEST_F(ScraperTest, AsksOnceForWhatItHasAndAgainWhenForced) {
  answer_page("# A");
  scrape(json::object());
  const json cached = json::parse(scrape(json::object()).body)["data"];
  EXPECT_EQ(cached["cached"], true);
  EXPECT_GE(cached["cacheAge"], 0);
  EXPECT_EQ(firecrawl.asked.size(), 1U);
  scrape({{"headers", {{"Cookie", "mine"}}}});
  EXPECT_EQ(firecrawl.asked.size(), 2U);  // another request, another copy
  scrape({{"forceRescrape", true}});
  EXPECT_EQ(firecrawl.asked.size(), 3U);
  EXPECT_EQ(json::parse(firecrawl.asked[2].body)["maxAge"], 0);
  scrape({{"maxAge", 0}});
  EXPECT_EQ(firecrawl.asked.size(), 4U);
}

TEST_F(ScraperTest, KeepsOrReturnsAsItIsTold) {
  answer_page("# A");
  const json only = json::parse(scrape({{"resultHandling", "returnOnly"}}).body)["data"];
  EXPECT_TRUE(firecrawl.taken_news.empty());
  EXPECT_FALSE(only.contains("crawl_id"));
  const json saved = json::parse(scrape({{"resultHandling", "saveOnly"}}).body)["data"];
  EXPECT_FALSE(saved.contains("content"));
  EXPECT_EQ(firecrawl.taken_news.size(), 1U);
  answer_page("# Gone", 404);
  const json gone = json::parse(scrape({{"forceRescrape", true}}).body)["data"];
  EXPECT_EQ(gone["message"], "The page is not indexed: the page answered HTTP 404.");
  EXPECT_TRUE(firecrawl.taken_news[1].records.empty());
}

TEST_F(ScraperTest, TellsWhoseFaultItIs) {
  struct Row {
    ApiReply reply;
    int status;
    std::string code;
  };
  using Lack = ApiReply::Lack;
  const std::vector<Row> rows = {
      {{.lack = Lack::kTimeout}, 408, ""},
      {{.lack = Lack::kUnreachable}, 502, ""},
      {{.lack = Lack::kTooLarge}, 502, ""},
      {{.lack = Lack::kStopping}, 503, ""},
      {{.status = 504, .body = "<html>"}, 504, ""},
      {{.status = 502, .body = "<html>"}, 502, ""},
      {{.status = 200, .body = "<html>"}, 502, ""},
      {{.status = 401, .body = R"({"success":false,"error":"Unauthorized"})"}, 502, ""},
      {{.status = 408, .body = R"({"success":false,"code":"SCRAPE_TIMEOUT"})"}, 408, ""},
      {{.status = 200, .body = R"({"success":false,"code":"SCRAPE_DNS_RESOLUTION_ERROR"})"},
       200,
       "SCRAPE_DNS_RESOLUTION_ERROR"},
      {{.status = 500, .body = R"({"success":false,"code":"SCRAPE_SSL_ERROR","error":"e"})"},
       200,
       "SCRAPE_SSL_ERROR"},
      {{.status = 402, .body = R"({"success":false,"error":"no credits"})"},
       200,
       "PAYMENT_REQUIRED"},
      {{.status = 429, .body = R"({"error":"slow down"})"}, 200, "RATE_LIMITED"},
      {{.status = 400, .body = R"({"success":false,"error":"Bad Request"})"}, 200, "SCRAPE_FAILED"},
      {{.status = 200, .body = R"({"success":true})"}, 502, ""},
  };
  for (const Row& row : rows) {
    firecrawl.reply = row.reply;
    const Answer answer = scrape({{"forceRescrape", true}, {"resultHandling", "returnOnly"}});
    EXPECT_EQ(answer.status, row.status) << row.reply.status << row.reply.body;
    const json body = json::parse(answer.body);
    if (row.code.empty()) {
      EXPECT_TRUE(body["detail"].is_string()) << answer.body;
    } else {
      EXPECT_EQ(body["success"], false);
      EXPECT_EQ(body["error"]["code"], row.code) << answer.body;
      EXPECT_EQ(body["error"]["url"], kUrl);
      EXPECT_FALSE(body["error"]["message"].get<std::string>().empty());
    }
  }
}

TEST_F(ScraperTest, AnswersThatThePipelineIsFull) {
  answer_page("# A");
  firecrawl.intake = Intake::kFull;
  EXPECT_EQ(scrape(json::object()).status, 503);
  firecrawl.intake = Intake::kTaken;
  EXPECT_EQ(scrape(json::object()).status, 200);
  EXPECT_EQ(firecrawl.asked.size(), 1U);  // the page was paid for once
}

TEST_F(ScraperTest, StartsFollowsAndWatchesABatch) {
  firecrawl.reply = {.status = 200, .body = R"({"success":true,"id":"b-1","invalidURLs":[]})"};
  const json started =
      json::parse(scrape({{"urls", {"https://docs.example/a", "https://docs.example/b"}}}).body);
  EXPECT_EQ(started["data"]["jobId"], "b-1");
  EXPECT_EQ(started["data"]["urls"], 2);
  EXPECT_EQ(firecrawl.asked[0].path, "/v2/batch/scrape");
  ASSERT_EQ(firecrawl.taken_news.size(), 1U);
  EXPECT_EQ(firecrawl.taken_news[0].job_id, "b-1");
  EXPECT_EQ(firecrawl.taken_news[0].fetch, Fetch::kAwaited);

  firecrawl.reply = {.status = 200,
                     .body = R"({"success":true,"status":"scraping","total":2,"completed":1})"};
  const json status = json::parse(scrape({{"command", "status"}, {"jobId", "b-1"}}).body)["data"];
  EXPECT_EQ(status["status"], "scraping");
  EXPECT_EQ(status["completed"], 1);
  firecrawl.reply = {.status = 200, .body = R"({"status":"cancelled"})"};
  EXPECT_EQ(json::parse(scrape({{"command", "cancel"}, {"jobId", "b-1"}}).body)["data"]["status"],
            "cancelled");
  EXPECT_EQ(firecrawl.asked.back().method, "DELETE");
  firecrawl.reply = {
      .status = 200,
      .body = R"({"errors":[{"id":"1","url":"u","error":"e"},1],"robotsBlocked":[]})"};
  const json errors = json::parse(scrape({{"command", "errors"}, {"jobId", "b/1"}}).body)["data"];
  EXPECT_EQ(errors["errors"],
            (json::array({{{"url", "u"}, {"error", "e"}, {"timestamp", nullptr}}})));
  EXPECT_EQ(firecrawl.asked.back().path, "/v2/batch/scrape/b%2F1/errors");
  firecrawl.reply = {.status = 404, .body = R"({"success":false,"error":"Job not found"})"};
  EXPECT_EQ(json::parse(scrape({{"command", "status"}, {"jobId", "x"}}).body)["error"]["code"],
            "NOT_FOUND");
}

}  // namespace
}  // namespace firecrawl
