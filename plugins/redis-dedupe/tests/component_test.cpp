// The component: its settings, and what becomes of pages while Redis is away.
#include "fakes/redis/redis_server.hpp"

#include <sluice/testing.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <thread>

namespace redis_dedupe {
namespace {

using sluice::fakes::RedisServer;
using sluice::testing::Stage;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::string refusal(const std::string& settings) { return Stage(settings).configure(); }

class RedisDedupeComponent : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { std::signal(SIGPIPE, SIG_IGN); }

  // `more`: further settings, as members of a JSON object.
  std::unique_ptr<Stage> started(const std::string& more = {}) {
    auto stage = std::make_unique<Stage>(settings(more));
    EXPECT_EQ(stage->start(), "");
    return stage;
  }
  std::string settings(const std::string& more = {}) const {
    return R"({"url":")" + redis_.url() + "\"" + (more.empty() ? "" : "," + more) + "}";
  }
  static sluice_key key(const std::string& id) {
    sluice_key key{};
    key.scope = {"crawl", 5};
    key.id = {id.data(), id.size()};
    return key;
  }
  struct Said {
    sluice_status status = SLUICE_OK;
    uint8_t answer = 0;
    uint32_t retry_after_ms = 0;
    std::string message;
  };
  static Said claim(Stage& stage, const std::string& id, uint32_t lease_ms = 0) {
    std::vector<uint8_t> answers;
    const auto answer = stage.claim({key(id)}, answers, lease_ms);
    return {answer.status, answers[0], answer.retry_after_ms, answer.why};
  }
  static sluice_status settle(Stage& stage, const std::string& id, sluice_status verdict) {
    return stage.settle({key(id)}, verdict).status;
  }
  // What the far end says to a component that was configured and not started.
  std::string probe() const {
    Stage stage(settings());
    EXPECT_EQ(stage.configure(), "");
    const auto answer = stage.probe();
    return answer.ok() ? "fine" : answer.why;
  }

  RedisServer redis_;
};

TEST_F(RedisDedupeComponent, RefusesSettingsThatCannotWork) {
  EXPECT_NE(refusal(R"({"ttl":"1h"})").find("url"), std::string::npos);
  EXPECT_NE(refusal(R"({"url":"redis://h","ttll":"1h"})").find("ttl"), std::string::npos);
  EXPECT_EQ(refusal(R"({"url":"redis://h","lease":"0s"})"),
            "/lease: must be longer than nothing, 10m for example");
  EXPECT_NE(refusal(R"({"url":"redis://h","on_outage":"panic"})").find("hold"), std::string::npos);
  EXPECT_NE(refusal(R"({"url":"rediss://h"})").find("/url: asks for TLS"), std::string::npos);
  EXPECT_EQ(refusal(R"({"url":"redis://h","prefix":"a:","hash_tags":true,"on_outage":"process"})"),
            "");
}

TEST_F(RedisDedupeComponent, ClaimsAndSettlesAsTheRoleSays) {
  const auto box = started();
  EXPECT_EQ(claim(*box, "a").answer, SLUICE_KEY_NEW);
  EXPECT_EQ(settle(*box, "a", SLUICE_E_REJECT), SLUICE_OK);
  EXPECT_EQ(claim(*box, "a").answer, SLUICE_KEY_NEW);
  EXPECT_EQ(settle(*box, "a", SLUICE_DROPPED), SLUICE_OK);
  EXPECT_EQ(claim(*box, "a").answer, SLUICE_KEY_SAME);
  EXPECT_EQ(box->host().lines_with("Redis answers"), 1U);
  EXPECT_EQ(box->host().lines_with("version=7."), 1U);
}

TEST_F(RedisDedupeComponent, TakesTheLeaseOfTheCallOrElseItsOwn) {
  const auto box = started(R"("lease":"90s")");
  claim(*box, "a");
  claim(*box, "b", 5'000);
  EXPECT_GT(std::stol(redis_.ask({"PTTL", "crawl:crawl:lease:a"})), 80'000);
  EXPECT_LE(std::stol(redis_.ask({"PTTL", "crawl:crawl:lease:a"})), 90'000);
  EXPECT_LE(std::stol(redis_.ask({"PTTL", "crawl:crawl:lease:b"})), 5'000);
}

TEST_F(RedisDedupeComponent, HoldsPagesWhileRedisIsAwayAndSaysSoOnce) {
  const auto box = started();
  redis_.kill();
  for (int i = 0; i < 50; ++i) {
    const Said said = claim(*box, "a");
    EXPECT_EQ(said.status, SLUICE_E_RETRY);
    EXPECT_NE(said.message.find("cannot be reached (Connection refused)"), std::string::npos);
    EXPECT_EQ(settle(*box, "a", SLUICE_OK), SLUICE_E_RETRY);
  }
  redis_.start();
  EXPECT_EQ(claim(*box, "a").answer, SLUICE_KEY_NEW);
  EXPECT_EQ(settle(*box, "a", SLUICE_OK), SLUICE_OK);
  EXPECT_EQ(box->host().lines_with("cannot be reached"), 1U);
  EXPECT_EQ(box->host().lines_with("Redis answers again after"), 1U);
}

TEST_F(RedisDedupeComponent, GoesOnWithoutRedisWhenToldTo) {
  const auto box = started(R"("on_outage":"process")");
  EXPECT_EQ(claim(*box, "done").answer, SLUICE_KEY_NEW);
  EXPECT_EQ(settle(*box, "done", SLUICE_OK), SLUICE_OK);
  redis_.kill();
  for (int i = 0; i < 50; ++i) {
    const Said said = claim(*box, "done");
    EXPECT_EQ(said.status, SLUICE_OK);
    EXPECT_EQ(said.answer, SLUICE_KEY_NEW);
    EXPECT_EQ(settle(*box, "done", SLUICE_OK), SLUICE_OK);
  }
  EXPECT_EQ(box->host().lines_with("cannot be reached"), 1U);
  redis_.start();
  const auto deadline = steady_clock::now() + std::chrono::seconds(20);
  while (box->host().lines_with("answers again") == 0 && steady_clock::now() < deadline) {
    claim(*box, "next");
    std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_EQ(redis_.ask({"EXISTS", "crawl:crawl:lease:next"}), "1");
}

TEST_F(RedisDedupeComponent, DoesNotWaitForAFrozenRedisWithEveryPage) {
  const auto box = started(R"("on_outage":"process")");
  redis_.freeze();
  claim(*box, "a");  // waits its time-out
  const auto began = steady_clock::now();
  for (int i = 0; i < 50; ++i) EXPECT_EQ(claim(*box, "a").status, SLUICE_OK);
  EXPECT_LT(steady_clock::now() - began, milliseconds(900));
  redis_.thaw();
}

TEST_F(RedisDedupeComponent, StartsWithoutARedisAndConnectsWhenItComes) {
  redis_.kill();
  const auto box = started();
  EXPECT_EQ(box->host().lines_with("cannot be reached"), 1U);
  EXPECT_EQ(claim(*box, "a").status, SLUICE_E_RETRY);
  redis_.start();
  EXPECT_EQ(claim(*box, "a").answer, SLUICE_KEY_NEW);
  EXPECT_EQ(box->host().lines_with("answers again"), 1U);
}

TEST_F(RedisDedupeComponent, WrongCredentialsAreAskedAboutLessOftenAndNeverShown) {
  redis_.ask({"CONFIG", "SET", "requirepass", "richtig"});
  Stage box(R"({"url":"redis://:geheim@127.0.0.1:)" + std::to_string(redis_.port()) + "\"}");
  ASSERT_EQ(box.start(), "");
  const Said said = claim(box, "a");
  EXPECT_EQ(said.status, SLUICE_E_RETRY);
  EXPECT_EQ(said.retry_after_ms, 10'000U);
  EXPECT_NE(said.message.find("(WRONGPASS); correct them in 'url'"), std::string::npos);
  EXPECT_NE(box.probe().why.find("WRONGPASS"), std::string::npos);
  EXPECT_EQ(box.host().lines_with("ERROR "), 1U);
  EXPECT_EQ(box.host().lines_with("geheim"), 0U);
}

TEST_F(RedisDedupeComponent, ProbesWithoutBeingStarted) {
  EXPECT_EQ(probe(), "fine");
  redis_.kill();
  EXPECT_NE(probe().find("cannot be reached"), std::string::npos);
}

TEST_F(RedisDedupeComponent, WarnsOfARedisThatForgetsKeys) {
  redis_.ask({"CONFIG", "SET", "maxmemory-policy", "allkeys-lru"});
  const auto box = started();
  EXPECT_EQ(box->host().lines_with("set its 'maxmemory-policy' to noeviction"), 1U);
}

}  // namespace
}  // namespace redis_dedupe
