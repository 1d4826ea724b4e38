// The component: its settings, and what becomes of pages while Redis is away.
#include "fakes/redis/redis_server.hpp"
#include "fakes/stage/stage_box.hpp"

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
using sluice::fakes::StageBox;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

sluice_str to_c(const std::string& text) { return {text.data(), text.size()}; }

std::string refusal(const std::string& yaml) {
  StageBox box(yaml);
  return box.configure().value_or("none");
}

class RedisDedupeComponent : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { std::signal(SIGPIPE, SIG_IGN); }

  std::unique_ptr<StageBox> started(const std::string& more = {}) {
    auto box = std::make_unique<StageBox>("url: " + redis_.url() + "\n" + more);
    EXPECT_EQ(box->configure().value_or("none"), "none");
    const auto outcome = box->start();
    EXPECT_TRUE(outcome) << outcome.error().message;
    return box;
  }
  struct Said {
    sluice_status status = SLUICE_OK;
    uint8_t answer = 0;
    uint32_t retry_after_ms = 0;
    std::string message;
  };
  static Said claim(const StageBox& box, const std::string& id, uint32_t lease_ms = 0) {
    const auto& table = box.role<sluice_dedupe>(SLUICE_ROLE_DEDUPE);
    const std::string crawl = "crawl";
    sluice_key key{};
    key.scope = to_c(crawl);
    key.id = to_c(id);
    sluice_error err{};
    err.struct_size = sizeof err;
    Said said;
    said.status = table.claim(box.raw(), &key, 1, lease_ms, &said.answer, &err);
    said.retry_after_ms = err.retry_after_ms;
    said.message = err.message;
    return said;
  }
  static sluice_status settle(const StageBox& box, const std::string& id, sluice_status verdict) {
    const auto& table = box.role<sluice_dedupe>(SLUICE_ROLE_DEDUPE);
    const std::string crawl = "crawl";
    sluice_key key{};
    key.scope = to_c(crawl);
    key.id = to_c(id);
    return table.settle(box.raw(), &key, 1, verdict, nullptr);
  }

  RedisServer redis_;
};

TEST_F(RedisDedupeComponent, RefusesSettingsThatCannotWork) {
  EXPECT_NE(refusal("ttl: 1h").find("url"), std::string::npos);
  EXPECT_NE(refusal("url: redis://h\nttll: 1h").find("ttl"), std::string::npos);
  EXPECT_EQ(refusal("url: redis://h\nlease: 0s"),
            "/lease: must be longer than nothing, 10m for example");
  EXPECT_NE(refusal("url: redis://h\non_outage: panic").find("hold"), std::string::npos);
  EXPECT_NE(refusal("url: rediss://h").find("/url: asks for TLS"), std::string::npos);
  EXPECT_EQ(refusal("url: redis://h\nprefix: 'a:'\nhash_tags: true\non_outage: process"), "none");
}

TEST_F(RedisDedupeComponent, ClaimsAndSettlesAsTheRoleSays) {
  const auto box = started();
  EXPECT_EQ(claim(*box, "a").answer, SLUICE_KEY_NEW);
  EXPECT_EQ(settle(*box, "a", SLUICE_E_REJECT), SLUICE_OK);
  EXPECT_EQ(claim(*box, "a").answer, SLUICE_KEY_NEW);
  EXPECT_EQ(settle(*box, "a", SLUICE_DROPPED), SLUICE_OK);
  EXPECT_EQ(claim(*box, "a").answer, SLUICE_KEY_SAME);
  EXPECT_EQ(box->lines_with("Redis answers"), 1U);
  EXPECT_EQ(box->lines_with("version=7."), 1U);
}

TEST_F(RedisDedupeComponent, TakesTheLeaseOfTheCallOrElseItsOwn) {
  const auto box = started("lease: 90s");
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
  EXPECT_EQ(box->lines_with("cannot be reached"), 1U);
  EXPECT_EQ(box->lines_with("Redis answers again after"), 1U);
}

TEST_F(RedisDedupeComponent, GoesOnWithoutRedisWhenToldTo) {
  const auto box = started("on_outage: process");
  EXPECT_EQ(claim(*box, "done").answer, SLUICE_KEY_NEW);
  EXPECT_EQ(settle(*box, "done", SLUICE_OK), SLUICE_OK);
  redis_.kill();
  for (int i = 0; i < 50; ++i) {
    const Said said = claim(*box, "done");
    EXPECT_EQ(said.status, SLUICE_OK);
    EXPECT_EQ(said.answer, SLUICE_KEY_NEW);
    EXPECT_EQ(settle(*box, "done", SLUICE_OK), SLUICE_OK);
  }
  EXPECT_EQ(box->lines_with("cannot be reached"), 1U);
  redis_.start();
  const auto deadline = steady_clock::now() + std::chrono::seconds(20);
  while (box->lines_with("answers again") == 0 && steady_clock::now() < deadline) {
    claim(*box, "next");
    std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_EQ(redis_.ask({"EXISTS", "crawl:crawl:lease:next"}), "1");
}

TEST_F(RedisDedupeComponent, DoesNotWaitForAFrozenRedisWithEveryPage) {
  const auto box = started("on_outage: process");
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
  EXPECT_EQ(box->lines_with("cannot be reached"), 1U);
  EXPECT_EQ(claim(*box, "a").status, SLUICE_E_RETRY);
  redis_.start();
  EXPECT_EQ(claim(*box, "a").answer, SLUICE_KEY_NEW);
  EXPECT_EQ(box->lines_with("answers again"), 1U);
}

TEST_F(RedisDedupeComponent, WrongCredentialsAreAskedAboutLessOftenAndNeverShown) {
  redis_.ask({"CONFIG", "SET", "requirepass", "richtig"});
  StageBox box("url: redis://:geheim@127.0.0.1:" + std::to_string(redis_.port()));
  ASSERT_EQ(box.configure().value_or("none"), "none");
  ASSERT_TRUE(box.start());
  const Said said = claim(box, "a");
  EXPECT_EQ(said.status, SLUICE_E_RETRY);
  EXPECT_EQ(said.retry_after_ms, 10'000U);
  EXPECT_NE(said.message.find("(WRONGPASS); correct them in 'url'"), std::string::npos);
  EXPECT_NE(box.probe().find("WRONGPASS"), std::string::npos);
  EXPECT_EQ(box.lines_with("ERROR"), 1U);
  EXPECT_EQ(box.lines_with("geheim"), 0U);
}

TEST_F(RedisDedupeComponent, ProbesWithoutBeingStarted) {
  StageBox box("url: " + redis_.url());
  ASSERT_EQ(box.configure().value_or("none"), "none");
  EXPECT_EQ(box.probe(), "fine");
  redis_.kill();
  EXPECT_NE(box.probe().find("cannot be reached"), std::string::npos);
}

TEST_F(RedisDedupeComponent, WarnsOfARedisThatForgetsKeys) {
  redis_.ask({"CONFIG", "SET", "maxmemory-policy", "allkeys-lru"});
  const auto box = started();
  EXPECT_EQ(box->lines_with("set its 'maxmemory-policy' to noeviction"), 1U);
}

}  // namespace
}  // namespace redis_dedupe
