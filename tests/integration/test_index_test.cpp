// POST /api/test-index, and what each stage spent on a crawl.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <future>
#include <map>
#include <set>

namespace sluice::testing {
namespace {

using nlohmann::json;

json body_of(const TestPage& page) {
  return {{"url", page.url}, {"title", page.title}, {"markdown", page.markdown}};
}

std::map<std::string, json> steps_of(const json& answer) {
  std::map<std::string, json> steps;
  for (const auto& step : answer["steps"]) steps[step["step"].get<std::string>()] = step;
  return steps;
}

class IndexTest : public ::testing::Test {
 protected:
  json run(const json& body) {
    const Answer answer = host_.http().post("/api/test-index", body);
    EXPECT_EQ(answer.status, 200U) << answer;
    return answer.json();
  }

  TestHost host_;
  PageMaker maker_{"tested"};
};

TEST_F(IndexTest, RunsADocumentThroughEveryStage) {
  host_.start();
  TestPage page = maker_.make();
  page.markdown += maker_.prose(100);  // several chunks

  const json answer = run(body_of(page));

  EXPECT_EQ(answer["status"], "success") << answer;
  const auto steps = steps_of(answer);
  for (const char* stage : {"accept", "seen", "chunk", "embed", "vectors", "words"}) {
    ASSERT_TRUE(steps.contains(stage)) << stage << '\n' << answer.dump(1);
  }
  EXPECT_EQ(steps.at("seen")["status"], "new");
  EXPECT_EQ(steps.at("chunk")["details"]["records"], 1);
  const int chunks = answer["summary"]["chunks_indexed"].get<int>();
  EXPECT_GT(chunks, 1);
  EXPECT_EQ(steps.at("embed")["details"]["records"], chunks);
  EXPECT_GT(answer["summary"]["total_tokens"], 100);
  EXPECT_EQ(answer["summary"]["indexed_to"].size(), 2U);
  EXPECT_GT(steps.at("words")["duration_ms"], 0);
  EXPECT_GE(answer["total_duration_ms"], steps.at("words")["duration_ms"]);
  EXPECT_TRUE(host_.finds_one(page.word));  // no need to wait: it is indexed
}

TEST_F(IndexTest, SaysWhenADocumentIsUnchanged) {
  host_.start();
  const TestPage page = maker_.make();
  run(body_of(page));
  const json answer = run(body_of(page));
  EXPECT_EQ(answer["summary"]["outcome"], "unchanged");
  EXPECT_EQ(steps_of(answer).at("seen")["status"], "unchanged");
  EXPECT_FALSE(steps_of(answer).contains("chunk"));
}

TEST_F(IndexTest, SaysWhichStageFailed) {
  host_.set_file({.moody = "reject_word: poisonword"});
  host_.start();
  TestPage page = maker_.make();
  page.markdown += " poisonword";
  const json answer = run(body_of(page));
  EXPECT_EQ(answer["status"], "failed") << answer;
  EXPECT_EQ(steps_of(answer).at("moody")["status"], "failed");
  EXPECT_FALSE(answer["error"].get<std::string>().empty());
}

TEST_F(IndexTest, IsNotHeldBackInBatchMode) {
  host_.set_file({.top = "mode: batch\n"});
  host_.start();
  EXPECT_EQ(run(body_of(maker_.make()))["summary"]["outcome"], "indexed");
}

TEST_F(IndexTest, HearsAtOnceOfAReloadThatTakesItsPageBack) {
  host_.set_file({.moody = "retry_word: stubbornword, retry_times: 1000"});
  host_.start();
  TestPage page = maker_.make();
  page.markdown += " stubbornword";
  auto asked = std::async(std::launch::async, [&] { return run(body_of(page)); });
  EXPECT_TRUE(eventually([&] {
    return host_.metrics().sum("sluice_retries_total", {{"stage", "moody"}}) > 0;
  }));
  host_.set_file({});
  EXPECT_EQ(host_.http().post("/api/pipeline/reload", json::object()).status, 200U);

  ASSERT_EQ(asked.wait_for(patient(seconds(10))), std::future_status::ready);
  EXPECT_EQ(asked.get()["status"], "pending");
  EXPECT_TRUE(eventually([&] { return host_.finds_one(page.word); }));
}

TEST_F(IndexTest, RefusesWhatIndexRefuses) {
  host_.start();
  EXPECT_EQ(host_.http().post("/api/test-index", json::object()).status, 422U);
  EXPECT_EQ(host_.http().send("POST", "/api/test-index", "{").status, 400U);
}

TEST(CrawlMetrics, SayWhatEachStageSpent) {
  TestHost host;
  host.start();
  PageMaker maker("spent");
  const Crawl crawl("spent");
  deliver(host.http(), crawl.pages(maker.make(5)));
  deliver(host.http(), crawl.completed());
  host.await_crawl("spent");

  const json metrics = host.http().get("/api/metrics/crawls/spent").json();

  EXPECT_EQ(metrics["status"], "done");
  EXPECT_EQ(metrics["pages_indexed"], 5);
  EXPECT_GE(metrics["duration_ms"], 0);
  for (const char* stage : {"chunk", "embed", "vectors", "words"}) {
    const json& time = metrics["aggregate_timing"][stage];
    ASSERT_TRUE(time.is_object()) << stage << '\n' << metrics.dump(1);
    EXPECT_EQ(time["pages"], 5);
    EXPECT_GT(time["total_ms"], 0);
    EXPECT_GE(time["max_ms"], time["mean_ms"]);
  }
  host.restart(SIGTERM);
  EXPECT_EQ(host.http().get("/api/metrics/crawls/spent").json(), metrics);
  EXPECT_EQ(host.http().get("/api/metrics/crawls/none").status, 404U);
}

}  // namespace
}  // namespace sluice::testing
