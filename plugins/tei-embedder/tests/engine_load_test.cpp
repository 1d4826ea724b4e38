// How much the engine sends at once, and what it does when that is too much.
#include "engine_fixture.hpp"

namespace tei {
namespace {

using EngineLoadTest = EngineFixture;

TEST_F(EngineLoadTest, AnOverloadIsWaitedOutAndLessIsSentAfterwards) {
  connect(R"("max_concurrent_requests":64)");  // of which 56 are ours
  Fate fate;
  submit(80, fate);
  EXPECT_EQ(service.open_calls(), Calls{"/embed 32"});
  service.answer(429, R"({"error":"Model is overloaded"})");
  EXPECT_TRUE(service.open.empty());
  service.advance(100ms);
  engine.tick();
  EXPECT_EQ(service.open_calls(), Calls{"/embed 16"}) << "the window is 28 wide";
  service.answer_vectors();
  while (!service.open.empty()) service.answer_vectors();
  EXPECT_EQ(fate.count("done"), 80U);
  EXPECT_EQ(service.lines, Calls{"TEI is overloaded; at most 28 texts at once from now on"});
}

TEST_F(EngineLoadTest, RefusalsOfOneBurstCountOnce) {
  connect();
  Fate fate;
  submit(320, fate);
  ASSERT_EQ(service.open.size(), 10U);
  while (!service.open.empty()) service.answer(429);
  service.advance(100ms);
  engine.tick();
  EXPECT_EQ(service.open.size(), 7U) << "half of 448, after one pause";
}

TEST_F(EngineLoadTest, RetryAfterIsHonoured) {
  connect();
  Fate fate;
  submit(1, fate);
  service.answer(Reply{.status = 429, .retry_after = 3s});
  service.advance(2'900ms);
  engine.tick();
  EXPECT_TRUE(service.open.empty());
  service.advance(100ms);
  engine.tick();
  EXPECT_EQ(service.open_calls(), Calls{"/embed 1"});
}

TEST_F(EngineLoadTest, WhatCannotWaitThatLongGoesBackWithTheTime) {
  connect();
  Fate fate;
  submit(1, fate, 10s);
  service.answer(Reply{.status = 429, .retry_after = 60s});
  EXPECT_EQ(fate.of(0), "again");
  EXPECT_EQ(fate.verdicts[0].retry_after, 60s);
}

TEST_F(EngineLoadTest, AStormOfOverloadsIsLoggedOnceAMinuteAndLosesNothing) {
  connect();
  Fate fate;
  submit(32, fate, 1h);
  int rounds = 0;
  for (; rounds < 200 && fate.count("open") > 0; ++rounds) {
    while (!service.open.empty()) {
      if (rounds < 20) {
        service.answer(429);
      } else {
        service.answer_vectors();
      }
    }
    service.advance(1s);
    engine.tick();
  }
  EXPECT_EQ(fate.count("done"), 32U);
  EXPECT_EQ(service.lines.size(), 1U);
}

TEST_F(EngineLoadTest, QueriesPassTheWindowAndPauses) {
  connect(R"("max_concurrent_requests":1)");
  Fate passages;
  submit(5, passages);
  service.answer(Reply{.status = 429, .retry_after = 10s});
  Fate query;
  engine.submit(
      {.job = make_job(1, query), .purpose = Purpose::kQuery, .deadline = service.now() + 5s});
  EXPECT_EQ(service.open_calls(), Calls{"/embed 1"});
  service.answer(429);
  EXPECT_TRUE(service.open.empty());
  service.advance(50ms);
  engine.tick();
  service.answer_vectors();
  EXPECT_EQ(query.of(0), "done");
  EXPECT_EQ(service.calls, 1U) << "queries are not the pipeline's texts";
}

TEST_F(EngineLoadTest, TailsOfBatchesShareRequestsUnderLoad) {
  connect(R"("max_concurrent_requests":36)");  // 32 are ours: one request at a time
  Fate first;
  Fate second;
  submit(80, first);
  submit(80, second);
  std::size_t requests = 0;
  while (!service.open.empty()) {
    ++requests;
    service.answer_vectors();
  }
  EXPECT_EQ(requests, 5U) << "160 texts in requests of 32";
  EXPECT_EQ(first.count("done") + second.count("done"), 160U);
}

}  // namespace
}  // namespace tei
