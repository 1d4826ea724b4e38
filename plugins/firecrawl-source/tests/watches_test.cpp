// Pages that changedetection.io is asked to watch: each once, a few at a time, and never in the
// way.
#include "watches.hpp"
#include "change_queue.hpp"
#include "signature.hpp"
#include "watched_pipeline.hpp"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace firecrawl {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

class WatchWorld final : public Api, public Pipeline {
 public:
  void ask(ApiRequest request, Answered answered) override {
    if (request.method == "GET") {
      ++lists;
      waiting.push_back([this, answered] { answered(list); });
    } else {
      made.push_back(json::parse(request.body));
      waiting.push_back([this, answered] { answered(reply); });
    }
    EXPECT_EQ(request.path, "/api/v1/watch");
    if (answers) answer();
  }
  void answer() {
    for (const auto& one : std::exchange(waiting, {})) one();
  }
  void take(CrawlNews news, Taken taken) override {
    const std::vector<PageVerdict> verdicts(news.records.size(), PageVerdict::kAccepted);
    taken(intake, verdicts);
  }
  std::vector<std::string> urls() const {
    std::vector<std::string> all;
    for (const json& one : made) all.push_back(one["url"]);
    return all;
  }

  bool answers = true;
  ApiReply list{.status = 200, .body = "{}"};
  ApiReply reply{.status = 201, .body = R"({"uuid":"u"})"};
  Intake intake = Intake::kTaken;
  std::size_t lists = 0;
  std::vector<json> made;
  std::vector<std::function<void()>> waiting;
  std::vector<std::string> said;
  std::chrono::steady_clock::time_point time{1h};
};

class WatchesTest : public ::testing::Test {
 protected:
  Watches make(std::size_t most = 1000, const std::string& secret = {}) {
    return Watches(
        {.notify = "http://sluice:8080/api/webhook/changedetection",
         .secret = secret,
         .interval = 600s,
         .tag = "docs",
         .most = most},
        {world, [](const std::function<void()>& work) { work(); }, [this] { return world.time; },
         [this](const std::string& text) { world.said.push_back("warn: " + text); },
         [this](const std::string& text) { world.said.push_back("info: " + text); }});
  }
  void pass(Watches& watches, std::chrono::seconds time) {
    for (std::chrono::seconds second{0}; second < time; ++second) {
      world.time += 1s;
      watches.tick();
    }
  }
  WatchWorld world;
};

const std::string kPageA = "https://docs.example/a";
const std::string kPageB = "https://docs.example/b";

TEST_F(WatchesTest, AsksForAWatchOnce) {
  Watches watches = make();
  watches.want(kPageA, "Page A");
  EXPECT_TRUE(world.made.empty());  // nobody waits for it
  pass(watches, 2s);
  watches.want(kPageA, "Page A");
  pass(watches, 60s);
  ASSERT_EQ(world.made.size(), 1U);
  EXPECT_EQ(world.lists, 1U);
  const json& body = world.made[0];
  EXPECT_EQ(body["url"], kPageA);
  EXPECT_EQ(body["title"], "Page A");
  EXPECT_EQ(body["tag"], "docs");
  EXPECT_EQ(body["time_between_check"], json({{"seconds", 600}}));
  EXPECT_EQ(body["notification_urls"],
            json::array({"post://sluice:8080/api/webhook/changedetection"}));
}

TEST_F(WatchesTest, HasItsReportSigned) {
  Watches watches = make(1000, "key");
  watches.want(kPageA, "");
  pass(watches, 2s);
  ASSERT_EQ(world.made.size(), 1U);
  const std::string report = world.made[0]["notification_body"];
  const std::string address = world.made[0]["notification_urls"][0];
  constexpr std::string_view kSigned = "?+X-Signature=";
  const auto at = address.find(kSigned);
  ASSERT_NE(at, std::string::npos) << address;
  const std::string signature = address.substr(at + kSigned.size());
  EXPECT_EQ(check_signature("key", "sha256=" + signature, report), SignatureCheck::kOk);
  EXPECT_EQ(json::parse(report)["watch_url"], kPageA);
}

TEST_F(WatchesTest, LeavesAloneWhatIsWatched) {
  world.list.body = R"({"u1":{"url":"HTTPS://Docs.Example/a#top","title":null},"u2":{"url":7},)"
                    R"("u3":"odd","u4":{}})";
  Watches watches = make();
  watches.want(kPageA, "A");
  watches.want(kPageB, "B");
  pass(watches, 5s);
  EXPECT_EQ(world.urls(), std::vector<std::string>{kPageB});
}

TEST_F(WatchesTest, AsksNothingWhileNothingIsWanted) {
  Watches watches = make();
  pass(watches, 10s);
  EXPECT_EQ(world.lists, 0U);
}

TEST_F(WatchesTest, WatchesNoPrivateAddress) {
  Watches watches = make();
  watches.want("http://192.168.1.1/", "router");
  watches.want("mailto:a@b.example", "mail");
  pass(watches, 5s);
  EXPECT_EQ(world.lists, 0U);
}

TEST_F(WatchesTest, HasAFewRequestsUnderWayAtATime) {
  world.answers = false;
  Watches watches = make();
  for (int i = 0; i < 20; ++i) watches.want(kPageA + std::to_string(i), "");
  pass(watches, 5s);
  EXPECT_EQ(world.lists, 1U);
  world.answer();
  pass(watches, 5s);
  EXPECT_EQ(world.made.size(), Watches::kAtOnce);
  world.answers = true;
  world.answer();
  pass(watches, 10s);
  EXPECT_EQ(world.made.size(), 20U);
}

TEST_F(WatchesTest, StopsAtTheLimitAndSaysSoOnce) {
  world.list.body = R"({"u1":{"url":"https://other.example/"}})";
  Watches watches = make(3);
  watches.want(kPageA, "");
  pass(watches, 5s);
  for (int i = 0; i < 100; ++i) watches.want(kPageB + std::to_string(i), "");
  pass(watches, 60s);
  EXPECT_EQ(world.made.size(), 2U);
  EXPECT_EQ(world.said,
            std::vector<std::string>{"warn: there are as many watches as watch_limit allows (3); "
                                     "further pages are not watched"});
}

TEST_F(WatchesTest, ComesBackAfterAnOutage) {
  world.list = {.status = 0, .lack = ApiReply::Lack::kUnreachable};
  world.reply = {.status = 503};
  Watches watches = make();
  watches.want(kPageA, "");
  watches.want(kPageB, "");
  pass(watches, 3600s);
  EXPECT_LT(world.lists, 30U);  // not once a second
  world.list = {.status = 200, .body = "{}"};
  pass(watches, 600s);
  EXPECT_GT(world.made.size(), 1U);
  world.reply = {.status = 201};
  world.made.clear();
  pass(watches, 600s);
  EXPECT_EQ(world.made.size(), 2U);
  EXPECT_EQ(world.said.front(),
            "warn: changedetection.io cannot be reached at watch_url; pages are watched later");
  EXPECT_EQ(world.said.back(), "info: changedetection.io answers again");
}

TEST_F(WatchesTest, DoesNotAskTwiceForWhatIsRefused) {
  world.reply = {.status = 400, .body = R"("Invalid or unsupported URL")"};
  Watches watches = make();
  watches.want(kPageA, "");
  watches.want(kPageB, "");
  pass(watches, 600s);
  EXPECT_EQ(world.made.size(), 2U);
  ASSERT_EQ(world.said.size(), 1U);
  EXPECT_NE(world.said[0].find("answers 400"), std::string::npos) << world.said[0];
}

TEST_F(WatchesTest, TakesNoHeedOfAListThatIsNone) {
  for (const char* body : {"", "[]", "<html>", "{\"a\":", "null"}) {
    world.list = {.status = 200, .body = body};
    Watches watches = make();
    watches.want(kPageA, "");
    pass(watches, 20s);
    EXPECT_TRUE(world.made.empty()) << body;
  }
}

TEST_F(WatchesTest, HearsOfPagesThatTheirPipelineHasTaken) {
  Watches watches = make();
  WatchedPipeline pipeline(world, watches);
  const auto news = [](const std::string& url, PageRecord::Op op) {
    CrawlNews out{.job_id = "c"};
    out.records.push_back({.op = op, .id = sluice::canonical_url(url), .url = url, .document = {}});
    return out;
  };
  std::vector<Intake> heard;
  const Pipeline::Taken taken = [&](Intake intake, std::span<const PageVerdict>) {
    heard.push_back(intake);
  };
  pipeline.take(news(kPageA, PageRecord::Op::kIndex), taken);
  pipeline.take(news("https://docs.example/gone", PageRecord::Op::kDelete), taken);
  world.intake = Intake::kFull;
  pipeline.take(news(kPageB, PageRecord::Op::kIndex), taken);
  pass(watches, 5s);
  EXPECT_EQ(heard, (std::vector<Intake>{Intake::kTaken, Intake::kTaken, Intake::kFull}));
  EXPECT_EQ(world.urls(), std::vector<std::string>{kPageA});
}

TEST(ChangeReport, HasNothingForATemplateInIt) {
  const std::string url = "https://docs.example/{{x}}?a=1&b=<c>&d=%7B*_`#[ü";
  const std::string report = change_report(url);
  EXPECT_EQ(json::parse(report)["watch_url"], url);
  EXPECT_EQ(report.find_first_of("&<>*_`#[%"), std::string::npos) << report;
  EXPECT_EQ(report.find("{{"), std::string::npos);
}

TEST(ChangeReport, GoesWhereItShallGo) {
  EXPECT_EQ(notification_url("http://h:1/p", ""), "post://h:1/p");
  EXPECT_EQ(notification_url("https://h/p", "ab"), "posts://h/p?+X-Signature=ab");
}

}  // namespace
}  // namespace firecrawl
