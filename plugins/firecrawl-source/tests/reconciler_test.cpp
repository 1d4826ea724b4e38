// The rules of comparing a crawl with Firecrawl's list, on a clock that tests turn by hand.
#include "reconciler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace firecrawl {
namespace {

using namespace std::chrono_literals;

// Firecrawl, the ledger, the clock and the workers, all in one place and one thread.
class World final : public Api, public Pipeline, public Backstage {
 public:
  void ask(ApiRequest request, Answered answered) override {
    asked.push_back(request.path);
    const auto found = answers.find(request.path);
    ApiReply reply{.status = 404, .body = R"({"success":false,"error":"Job not found"})"};
    if (found != answers.end()) reply = found->second;
    if (lack != ApiReply::Lack::kNone) reply = {.lack = lack};
    answered(std::move(reply));
  }

  void take(CrawlNews news, Taken taken) override {
    if (intake != Intake::kTaken) return taken(std::exchange(intake, Intake::kTaken), {});
    EXPECT_EQ(news.look, Look::kSecond);
    std::vector<PageVerdict> verdicts;
    for (const PageRecord& record : news.records) {
      const bool is_new = pages.insert(record.id.canonical).second;
      verdicts.push_back(is_new ? PageVerdict::kAccepted : PageVerdict::kDuplicate);
      if (is_new) log.push_back("page " + record.id.canonical);
    }
    for (const LeftOutPage& page : news.left_out) {
      log.push_back("left out " + page.document + ": " + page.detail);
    }
    if (news.end) log.push_back("end " + std::to_string(static_cast<int>(*news.end)));
    if (!news.warning.empty()) log.push_back("warning " + news.warning);
    if (news.fetch == Fetch::kAwaited) {
      log.emplace_back("awaited");
      for (Unfinished& crawl : listed) {
        if (crawl.job_id == news.job_id) crawl.is_awaited = true;
      }
    }
    if (news.fetch == Fetch::kEnded) {
      log.emplace_back("ended");
      std::erase_if(listed, [&](const Unfinished& crawl) { return crawl.job_id == news.job_id; });
    }
    if (news.records.empty() && news.left_out.empty() && news.fetch == Fetch::kAsBefore) {
      log.emplace_back("touched");
      listed.clear();
    }
    taken(Intake::kTaken, verdicts);
  }

  std::chrono::steady_clock::time_point now() const override { return time; }
  std::vector<Unfinished> unfinished(std::chrono::milliseconds quiet, std::size_t limit) override {
    EXPECT_EQ(quiet, 10min);
    std::vector<Unfinished> found = listed;
    std::stable_partition(found.begin(), found.end(),
                          [](const Unfinished& crawl) { return !crawl.is_awaited; });
    found.resize(std::min(found.size(), limit));
    return found;
  }
  void post(std::function<void()> work) override { posted.push_back(std::move(work)); }
  void say_away(std::string_view why) override { said.push_back("away: " + std::string(why)); }
  void say_back() override { said.emplace_back("back"); }

  void run_posted() {
    while (!posted.empty()) {
      const auto work = std::move(posted.front());
      posted.pop_front();
      work();
    }
  }

  std::map<std::string, ApiReply> answers;  // by path
  ApiReply::Lack lack = ApiReply::Lack::kNone;
  Intake intake = Intake::kTaken;  // of the next event alone
  std::vector<Unfinished> listed;
  std::set<std::string> pages;
  std::vector<std::string> asked;
  std::vector<std::string> log;
  std::vector<std::string> said;
  std::deque<std::function<void()>> posted;
  std::chrono::steady_clock::time_point time{1h};
};

const std::string kNoErrors = R"({"errors":[],"robotsBlocked":[]})";

class ReconcilerTest : public ::testing::Test {
 protected:
  void answer(const std::string& path, const std::string& body, std::uint32_t status = 200) {
    world.answers[path] = {.status = status, .body = body};
  }
  static std::string document(const std::string& name) {
    return R"({"markdown":"# )" + name + R"(","metadata":{"url":"https://e.test/)" + name +
           R"(","statusCode":200}})";
  }
  // Crawls that have ended at Firecrawl without a page.
  void close_crawls(int count) {
    for (int i = 0; i < count; ++i) {
      const std::string id = "c-" + std::to_string(i);
      answer("/v2/crawl/" + id, R"({"status":"completed","data":[]})");
      answer("/v2/crawl/" + id + "/errors", kNoErrors);
      world.listed.push_back({.job_id = id, .is_closed = true});
      reconciler.closed(id);
    }
  }
  // Runs for so long, a tick a second.
  void pass(std::chrono::seconds time) {
    for (std::chrono::seconds second{0}; second < time; ++second) {
      world.time += 1s;
      reconciler.tick();
      world.run_posted();
    }
  }
  using Lines = std::vector<std::string>;

  World world;
  Reconciler reconciler{{}, world, world, world};
};

TEST_F(ReconcilerTest, PushesWhatIsMissingAndEnds) {
  world.pages = {"https://e.test/a"};
  answer("/v2/crawl/c-1",
         R"({"status":"completed","next":"http://evil.test/v2/crawl/x?skip=2","data":[)" +
             document("a") + "," + document("b") + "]}");
  answer("/v2/crawl/c-1?skip=2", R"({"status":"completed","data":[)" + document("c") + "]}");
  answer("/v2/crawl/c-1/errors", kNoErrors);
  reconciler.closed("c-1");
  pass(1s);
  EXPECT_TRUE(world.asked.empty());  // page events may still be on their way
  pass(2s);
  EXPECT_EQ(world.asked, (Lines{"/v2/crawl/c-1", "/v2/crawl/c-1?skip=2", "/v2/crawl/c-1/errors"}));
  EXPECT_EQ(world.log, (Lines{"page https://e.test/b", "page https://e.test/c", "ended"}));
  pass(60s);
  EXPECT_EQ(world.asked.size(), 3U);
}

TEST_F(ReconcilerTest, WarnsWhenNoPageCameBefore) {
  answer("/v2/crawl/c-1", R"({"status":"completed","data":[)" + document("a") + "]}");
  answer("/v2/crawl/c-1/errors", kNoErrors);
  reconciler.closed("c-1");
  pass(5s);
  EXPECT_EQ(world.log,
            (Lines{"page https://e.test/a", "warning " + std::string(kAllCameLate), "ended"}));
}

TEST_F(ReconcilerTest, FilesThePagesThatFirecrawlCouldNotGet) {
  answer("/v2/crawl/c-1", R"({"status":"completed","data":[]})");
  answer("/v2/crawl/c-1/errors",
         R"({"errors":[{"url":"https://E.test/x","error":"timed out"},{"url":"https://e.test/y",)"
         R"("error":"This URL was not scraped because another scrape job had it"}],)"
         R"("robotsBlocked":["https://e.test/private"]})");
  reconciler.closed("c-1");
  pass(5s);
  EXPECT_EQ(world.log, (Lines{"left out https://e.test/x: timed out",
                              "warning robots.txt kept Firecrawl from 1 addresses, such as "
                              "https://e.test/private.",
                              "ended"}));
}

TEST_F(ReconcilerTest, EndsThoughANextPageIsNamedForEver) {
  answer("/v2/crawl/c-1",
         R"({"status":"cancelled","next":"http://h/?skip=1","data":[)" + document("a") + "]}");
  answer("/v2/crawl/c-1?skip=1", R"({"status":"cancelled","next":"http://h/?skip=1","data":[]})");
  answer("/v2/crawl/c-1/errors", kNoErrors);
  world.listed = {{"c-1"}};
  pass(5s);
  EXPECT_EQ(world.asked, (Lines{"/v2/crawl/c-1", "/v2/crawl/c-1?skip=1", "/v2/crawl/c-1/errors"}));
  EXPECT_EQ(world.log[1], "end 1");
  EXPECT_EQ(world.log.back(), "ended");
}

TEST_F(ReconcilerTest, DoesNotGoBackwards) {
  answer("/v2/crawl/c-1",
         R"({"status":"completed","next":"http://h/?skip=0","data":[)" + document("a") + "]}");
  answer("/v2/crawl/c-1/errors", kNoErrors);
  reconciler.closed("c-1");
  pass(60s);
  EXPECT_EQ(world.asked, (Lines{"/v2/crawl/c-1", "/v2/crawl/c-1/errors"}));
}

TEST_F(ReconcilerTest, WaitsForAClosedCrawlThatStillRuns) {
  answer("/v2/crawl/c-1",
         R"({"status":"scraping","next":"http://h/?skip=1","data":[)" + document("a") + "]}");
  answer("/v2/crawl/c-1?skip=1", R"({"status":"scraping","next":"http://h/?skip=1","data":[]})");
  reconciler.closed("c-1");
  pass(30s);
  const std::size_t asked = world.asked.size();
  EXPECT_GT(asked, 3U);
  EXPECT_LT(asked, 10U);  // pauses grow
  EXPECT_EQ(world.log, (Lines{"page https://e.test/a"}));
  answer("/v2/crawl/c-1?skip=1", R"({"status":"completed","data":[)" + document("b") + "]}");
  answer("/v2/crawl/c-1/errors", kNoErrors);
  pass(31s);
  EXPECT_EQ(world.log[1], "page https://e.test/b");
  EXPECT_EQ(world.log.back(), "ended");
}

TEST_F(ReconcilerTest, LeavesAQuietCrawlThatStillRunsToItsEvents) {
  answer("/v2/crawl/c-1",
         R"({"status":"scraping","next":"http://h/?skip=1","data":[)" + document("a") + "]}");
  answer("/v2/crawl/c-1?skip=1", R"({"status":"scraping","next":"http://h/?skip=1","data":[]})");
  world.listed = {{"c-1"}};
  pass(60s);
  EXPECT_EQ(world.log, (Lines{"page https://e.test/a", "touched"}));
  EXPECT_EQ(world.asked.size(), 2U);
}

TEST_F(ReconcilerTest, FollowsACrawlThatWasStartedThroughThisHost) {
  answer("/v2/crawl/c-1",
         R"({"status":"scraping","next":"http://h/?skip=1","data":[)" + document("a") + "]}");
  answer("/v2/crawl/c-1?skip=1", R"({"status":"scraping","next":"http://h/?skip=1","data":[]})");
  world.listed = {{.job_id = "c-1", .is_awaited = true}};
  pass(20s);
  answer("/v2/crawl/c-1?skip=1", R"({"status":"completed","data":[)" + document("b") + "]}");
  answer("/v2/crawl/c-1/errors", kNoErrors);
  pass(31s);
  EXPECT_EQ(world.log, (Lines{"page https://e.test/a", "page https://e.test/b", "end 0", "ended"}));
  EXPECT_EQ(std::count(world.asked.begin(), world.asked.end(), "/v2/crawl/c-1"), 1);
}

TEST_F(ReconcilerTest, ClosesAQuietCrawlWhoseClosingWasLost) {
  answer("/v2/crawl/c-1", R"({"status":"completed","data":[]})");
  answer("/v2/crawl/c-1/errors", kNoErrors);
  world.listed = {{"c-1"}};
  pass(2s);
  EXPECT_EQ(world.log, (Lines{"end 0", "ended"}));
}

TEST_F(ReconcilerTest, FindsABatchScrapeUnderItsOwnPath) {
  answer("/v2/batch/scrape/c-1", R"({"status":"completed","data":[]})");
  answer("/v2/batch/scrape/c-1/errors", kNoErrors);
  reconciler.closed("c-1");
  pass(5s);
  EXPECT_EQ(world.asked,
            (Lines{"/v2/crawl/c-1", "/v2/batch/scrape/c-1", "/v2/batch/scrape/c-1/errors"}));
  EXPECT_EQ(world.log, (Lines{"ended"}));
}

TEST_F(ReconcilerTest, ReportsACrawlThatFirecrawlDoesNotKnowAndDoesNotLoop) {
  reconciler.closed("c-1");
  pass(60s);
  EXPECT_EQ(world.asked, (Lines{"/v2/crawl/c-1", "/v2/batch/scrape/c-1"}));
  ASSERT_EQ(world.log.size(), 2U);
  EXPECT_EQ(world.log[0],
            "warning Firecrawl does not know this crawl, so its pages could not be compared; it "
            "keeps results for a day.");
}

TEST_F(ReconcilerTest, AsksAgainWithGrowingPausesWhenFirecrawlIsAway) {
  world.lack = ApiReply::Lack::kUnreachable;
  reconciler.closed("c-1");
  pass(6s);
  EXPECT_EQ(world.asked.size(), 4U);
  ASSERT_EQ(world.log.size(), 2U);
  EXPECT_EQ(world.log[0],
            "warning Firecrawl cannot be reached, so the pages of this crawl are not yet compared "
            "with its own list; it is asked again with growing pauses.");
  EXPECT_EQ(world.log[1], "awaited");
  pass(300s);
  EXPECT_LT(world.asked.size(), 20U);
  EXPECT_EQ(world.said, (Lines{"away: cannot be reached"}));

  world.lack = ApiReply::Lack::kNone;
  answer("/v2/crawl/c-1", R"({"status":"completed","data":[)" + document("a") + "]}");
  answer("/v2/crawl/c-1/errors", kNoErrors);
  pass(31s);
  EXPECT_EQ(world.said.back(), "back");
  EXPECT_EQ(world.log.back(), "ended");
  EXPECT_TRUE(world.pages.contains("https://e.test/a"));
}

TEST_F(ReconcilerTest, NobodyWaitsForAnyCrawlWhileFirecrawlIsAway) {
  world.lack = ApiReply::Lack::kUnreachable;
  close_crawls(200);
  pass(30s);
  EXPECT_EQ(std::count(world.log.begin(), world.log.end(), "awaited"), 200);
  EXPECT_LT(world.asked.size(), 10U);  // one question finds out for all
  EXPECT_EQ(world.said.size(), 1U);

  world.lack = ApiReply::Lack::kNone;
  pass(60s);
  EXPECT_EQ(std::count(world.log.begin(), world.log.end(), "ended"), 200);
}

TEST_F(ReconcilerTest, ACrawlThatAlwaysFailsHoldsUpNoOther) {
  answer("/v2/crawl/bad", R"({"success":false,"error":"oops"})", 500);
  answer("/v2/crawl/good", R"({"status":"completed","data":[]})");
  answer("/v2/crawl/good/errors", kNoErrors);
  reconciler.closed("bad");
  pass(60s);
  reconciler.closed("good");
  pass(4s);
  EXPECT_EQ(world.log.back(), "ended");
  EXPECT_TRUE(world.said.empty());
}

TEST_F(ReconcilerTest, TellsAgainWhatThePipelineWasTooFullToTake) {
  world.lack = ApiReply::Lack::kUnreachable;
  reconciler.closed("c-1");
  pass(3s);
  world.intake = Intake::kFull;
  pass(10s);
  EXPECT_EQ(std::count(world.log.begin(), world.log.end(), "awaited"), 1);
}

TEST_F(ReconcilerTest, GivesUpWhenFirecrawlHasForgottenTheResults) {
  world.lack = ApiReply::Lack::kTimeout;
  reconciler.closed("c-1");
  pass(3s);
  world.time += 25h;
  pass(1s);
  EXPECT_EQ(world.log.back(), "ended");
  EXPECT_EQ(*(world.log.end() - 2),
            "warning Firecrawl did not answer in time for a day, so the pages of this crawl were "
            "never compared with its own list.");
}

TEST_F(ReconcilerTest, WaitsAsLongAsARateLimitSays) {
  answer("/v2/crawl/c-1", R"({"success":false,"error":"slow down, retry after 20s"})", 429);
  reconciler.closed("c-1");
  pass(20s);
  EXPECT_EQ(world.asked.size(), 1U);
  pass(5s);
  EXPECT_EQ(world.asked.size(), 2U);
}

TEST_F(ReconcilerTest, SaysWhatIsWrongWithTheKey) {
  answer("/v2/crawl/c-1", R"({"success":false,"error":"Unauthorized"})", 401);
  reconciler.closed("c-1");
  pass(4s);
  EXPECT_EQ(world.said, (Lines{"away: refuses the api_key"}));
}

TEST_F(ReconcilerTest, TriesTheSamePagesAgainWhenThePipelineIsFull) {
  answer("/v2/crawl/c-1", R"({"status":"completed","data":[)" + document("a") + "]}");
  answer("/v2/crawl/c-1/errors", kNoErrors);
  world.intake = Intake::kFull;
  reconciler.closed("c-1");
  pass(6s);
  EXPECT_EQ(world.asked, (Lines{"/v2/crawl/c-1", "/v2/crawl/c-1", "/v2/crawl/c-1/errors"}));
  EXPECT_EQ(world.log[0], "page https://e.test/a");
  EXPECT_EQ(world.log.back(), "ended");
}

TEST_F(ReconcilerTest, TakesPagesOneByOneWhenManyAreTooLarge) {
  world.answers["/v2/crawl/c-1"] = {.lack = ApiReply::Lack::kTooLarge};
  answer(
      "/v2/crawl/c-1?skip=0&limit=1",
      R"({"status":"completed","next":"http://h/?skip=1&limit=1","data":[)" + document("a") + "]}");
  world.answers["/v2/crawl/c-1?skip=1&limit=1"] = {.lack = ApiReply::Lack::kTooLarge};
  answer("/v2/crawl/c-1?skip=2&limit=1",
         R"({"status":"completed","data":[)" + document("c") + "]}");
  answer("/v2/crawl/c-1/errors", kNoErrors);
  reconciler.closed("c-1");
  pass(5s);
  EXPECT_EQ(world.pages, (std::set<std::string>{"https://e.test/a", "https://e.test/c"}));
  EXPECT_EQ(world.log.back(), "ended");
}

TEST_F(ReconcilerTest, KeepsAnyIdInsideItsSegmentOfThePath) {
  reconciler.closed("../team?x=1#é");
  pass(5s);
  EXPECT_EQ(world.asked[0], "/v2/crawl/%2E%2E%2Fteam%3Fx%3D1%23%C3%A9");
}

TEST_F(ReconcilerTest, AsksAboutAFewCrawlsAtATimeAndForgetsNone) {
  close_crawls(200);
  pass(300s);
  EXPECT_EQ(std::count(world.log.begin(), world.log.end(), "ended"), 200);
}

}  // namespace
}  // namespace firecrawl
