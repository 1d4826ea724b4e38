// Notices of changedetection.io: checked, kept, scraped, and only then forgotten.
#include "change_queue.hpp"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace firecrawl {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

class ChangeWorld final : public Api, public Pipeline, public Shelf {
 public:
  void ask(ApiRequest request, Answered answered) override {
    asked.push_back(json::parse(request.body)["url"]);
    answered(reply);
  }
  void take(CrawlNews news, Taken taken) override {
    const std::vector<PageVerdict> verdicts(news.records.size(), PageVerdict::kAccepted);
    const Intake now = intake;
    if (now == Intake::kTaken) taken_news.push_back(std::move(news));
    taken(now, verdicts);
  }
  bool put(const std::string& key, const std::string& value) override {
    kept[key] = value;
    return can_keep;
  }
  void erase(const std::string& key) override { kept.erase(key); }
  std::vector<std::pair<std::string, std::string>> all() override {
    return {kept.begin(), kept.end()};
  }

  ApiReply reply{.status = 200,
                 .body = R"({"success":true,"data":{"markdown":"# New","metadata":)"
                         R"({"url":"https://docs.example/a","statusCode":200}}})"};
  Intake intake = Intake::kTaken;
  bool can_keep = true;
  std::map<std::string, std::string> kept;
  std::vector<std::string> asked;
  std::vector<CrawlNews> taken_news;
  std::chrono::steady_clock::time_point time{1h};
};

class ChangeQueueTest : public ::testing::Test {
 protected:
  ChangeQueue make(const std::string& secret = {}) {
    return ChangeQueue({.secret = secret},
                       {world, world, world, [](const std::function<void()>& work) { work(); },
                        [this] { return world.time; }});
  }
  static std::string notice(const std::string& url = "https://docs.example/a") {
    return json{{"watch_id", "w"}, {"watch_url", url}, {"detected_at", "2026-11-22T05:00:00Z"}}
        .dump();
  }
  void pass(ChangeQueue& queue, std::chrono::seconds time) {
    for (std::chrono::seconds second{0}; second < time; ++second) {
      world.time += 1s;
      queue.tick();
    }
  }
  ChangeWorld world;
};

TEST_F(ChangeQueueTest, ScrapesAndReplacesAChangedPage) {
  ChangeQueue queue = make();
  const Answer answer = queue.take({.signature = {}, .body = notice()});
  EXPECT_EQ(answer.status, 202);
  const json body = json::parse(answer.body);
  EXPECT_EQ(body["status"], "queued");
  EXPECT_EQ(body["url"], "https://docs.example/a");
  EXPECT_TRUE(body["change_event_id"].is_number_integer());
  EXPECT_EQ(world.kept.size(), 1U);
  pass(queue, 1s);
  ASSERT_EQ(world.taken_news.size(), 1U);
  EXPECT_EQ(world.taken_news[0].job_id, body["job_id"]);
  EXPECT_EQ(world.taken_news[0].records[0].document.markdown, "# New");
  EXPECT_EQ(world.taken_news[0].end, CrawlEnd::kCompleted);
  EXPECT_TRUE(world.kept.empty());
  pass(queue, 60s);
  EXPECT_EQ(world.asked.size(), 1U);
}

TEST_F(ChangeQueueTest, ChecksTheSignatureInBothSpellings) {
  ChangeQueue queue = make("sluice-key-1");
  const std::string body = R"({"success":true,"type":"crawl.started","id":"c-1","data":[]})";
  const std::string hex = "0006d97468937cdfcd325d5b6666e79b3f91f0d5d7c1e0bd6de70c7c4dc2afa5";
  EXPECT_EQ(queue.take({.signature = {}, .body = body}).status, 401);
  EXPECT_EQ(queue.take({.signature = "nonsense", .body = body}).status, 401);
  EXPECT_EQ(queue.take({.signature = std::string(64, 'a'), .body = body}).status, 401);
  EXPECT_EQ(queue.take({.signature = hex, .body = body}).status, 400);  // signed, and no notice
  EXPECT_EQ(queue.take({.signature = "sha256=" + hex, .body = body}).status, 400);
}

TEST_F(ChangeQueueTest, SaysWhatIsWrongWithANotice) {
  ChangeQueue queue = make();
  const auto fault = [&](json notice) {
    const Answer answer = queue.take({.signature = {}, .body = notice.dump()});
    EXPECT_EQ(answer.status, 400);
    return json::parse(answer.body)["detail"].get<std::string>();
  };
  json good = json::parse(notice());
  json bad = good;
  bad.erase("watch_id");
  EXPECT_EQ(fault(bad), "The notice has no watch_id.");
  bad = good;
  bad["detected_at"] = "yesterday";
  EXPECT_EQ(fault(bad), "The notice's detected_at is not an ISO 8601 time.");
  bad = good;
  bad["watch_url"] = "file:///etc/passwd";
  EXPECT_EQ(fault(bad), "The notice's watch_url is not an http or https address.");
  bad["watch_url"] = "http://192.168.1.1/";
  EXPECT_EQ(fault(bad).substr(0, 44), "The notice's watch_url leads into a private ");
  EXPECT_EQ(fault(json::array()), "The notice is not a JSON object in UTF-8.");
  EXPECT_EQ(queue.take({.signature = {}, .body = "{"}).status, 400);
  EXPECT_TRUE(world.kept.empty());
}

TEST_F(ChangeQueueTest, TriesAgainWhileFirecrawlIsAway) {
  ChangeQueue queue = make();
  world.reply = {.lack = ApiReply::Lack::kUnreachable};
  queue.take({.signature = {}, .body = notice()});
  pass(queue, 120s);
  EXPECT_GT(world.asked.size(), 4U);
  EXPECT_LT(world.asked.size(), 12U);
  EXPECT_EQ(world.kept.size(), 1U);
  world.reply = ChangeWorld{}.reply;
  pass(queue, 300s);
  EXPECT_EQ(world.taken_news.size(), 1U);
  EXPECT_TRUE(world.kept.empty());
}

TEST_F(ChangeQueueTest, FilesARefusalInTheLedger) {
  ChangeQueue queue = make();
  world.reply = {.status = 200, .body = R"({"success":false,"error":"DNS resolution failed"})"};
  queue.take({.signature = {}, .body = notice()});
  pass(queue, 1s);
  ASSERT_EQ(world.taken_news.size(), 1U);
  EXPECT_EQ(world.taken_news[0].left_out[0].detail, "DNS resolution failed");
  EXPECT_EQ(world.taken_news[0].left_out[0].document, "https://docs.example/a");
}

TEST_F(ChangeQueueTest, KeepsTheNoticeUntilThePipelineHasThePage) {
  ChangeQueue queue = make();
  world.intake = Intake::kFull;
  queue.take({.signature = {}, .body = notice()});
  pass(queue, 3s);
  EXPECT_EQ(world.kept.size(), 1U);
  ChangeQueue restarted = make();
  world.intake = Intake::kTaken;
  pass(restarted, 2s);
  EXPECT_EQ(world.taken_news.size(), 1U);
  EXPECT_TRUE(world.kept.empty());
}

TEST_F(ChangeQueueTest, QueuesAPageOnceAndNotMorePagesThanItCanHold) {
  ChangeQueue queue = make();
  const json first = json::parse(queue.take({.signature = {}, .body = notice()}).body);
  EXPECT_EQ(json::parse(queue.take({.signature = {}, .body = notice()}).body)["job_id"],
            first["job_id"]);
  for (std::size_t i = 1; i < ChangeQueue::kMost; ++i) {
    queue.take({.signature = {}, .body = notice("https://docs.example/" + std::to_string(i))});
  }
  EXPECT_EQ(queue.take({.signature = {}, .body = notice("https://docs.example/more")}).status, 503);
  world.can_keep = false;
  pass(queue, 1s);
  EXPECT_EQ(queue.take({.signature = {}, .body = notice("https://docs.example/more")}).status, 503);
}

}  // namespace
}  // namespace firecrawl
