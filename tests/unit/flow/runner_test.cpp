// Runner: verdicts, retries, bisection, deadlines; with a stage that does what the test says.
#include "flow/runner.hpp"

#include "flow/manual_clock.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace sluice::flow {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Outcomes final : Outlet {
  std::vector<std::string> passed_ids;
  std::vector<std::string> dropped_ids;
  std::vector<std::string> reasons;  // of those
  std::map<std::string, Failure> rejected_ids;
  void passed(data::RecordRef record, std::vector<data::RecordRef>) override {
    passed_ids.push_back(record->id);
  }
  void dropped(data::RecordRef record, std::string reason) override {
    dropped_ids.push_back(record->id);
    reasons.push_back(std::move(reason));
  }
  void rejected(data::RecordRef record, Failure failure) override {
    rejected_ids.emplace(record->id, std::move(failure));
  }
  void worked(const data::Record&, uint64_t, Steady::duration) override { ++worked_records; }
  std::size_t worked_records = 0;
};

// A stage that never blocks, so that everything runs on the test's thread.
class RunnerTest : public testing::Test {
 protected:
  using Submit = std::function<sluice_status(sluice_batch*)>;

  std::unique_ptr<Runner> make(RunnerOptions options, Submit submit) {
    options.stage = "stage";
    options.seed = 1;
    return std::make_unique<Runner>(loop_, StagePort{std::move(submit), true, nullptr},
                                    std::move(options), outcomes_, meters_);
  }
  void add(Runner& runner, const std::string& id) {
    runner.add(data::make_document(id, data::make_buffer("text")));
  }
  static void complete(sluice_batch* batch) {
    batch->is_completed.store(true);
    batch->on_complete(batch);
  }
  static sluice_status judge_all(sluice_batch* batch, sluice_status verdict) {
    for (auto& slot : batch->slots) {
      slot.verdict = verdict;
      slot.message = "because";
    }
    complete(batch);
    return SLUICE_OK;
  }
  static std::string ids(const sluice_batch* batch) {
    std::string all;
    for (const auto& slot : batch->slots) all += slot.record->id;
    return all;
  }
  void run_for(Steady::duration time) {
    for (Steady::duration passed{}; passed < time; passed += milliseconds(10)) {
      clock_.advance(milliseconds(10));
      loop_.turn();
    }
  }

  ManualClock clock_;
  Loop loop_{clock_};
  observe::Metrics metrics_;
  StageMeters meters_{metrics_, "stage", "org.test.stage", 1};
  Outcomes outcomes_;
};

TEST_F(RunnerTest, RecordsThatComeTogetherLeaveTogether) {
  std::vector<std::string> batches;
  auto runner = make({}, [&](sluice_batch* b) {
    batches.push_back(ids(b));
    return judge_all(b, SLUICE_OK);
  });
  for (const char* id : {"a", "b", "c"}) add(*runner, id);
  loop_.turn();
  EXPECT_EQ(batches, std::vector<std::string>{"abc"});
  EXPECT_EQ(outcomes_.passed_ids, (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(RunnerTest, NeverHoldsMoreBatchesThanItsConcurrency) {
  std::vector<sluice_batch*> held;
  auto runner = make({.concurrency = 2}, [&](sluice_batch* b) {
    held.push_back(b);
    return SLUICE_OK;
  });
  for (const char* id : {"a", "b", "c", "d"}) {
    add(*runner, id);
    loop_.turn();
  }
  ASSERT_EQ(held.size(), 2U);
  EXPECT_EQ(runner->in_flight(), 2U);
  EXPECT_EQ(runner->waiting(), 2U);
  judge_all(held[0], SLUICE_OK);
  loop_.turn();
  ASSERT_EQ(held.size(), 3U);
  EXPECT_EQ(ids(held[2]), "cd");  // they waited together, so they go together
  judge_all(held[1], SLUICE_OK);
  judge_all(held[2], SLUICE_OK);
  loop_.turn();
  EXPECT_TRUE(runner->is_idle());
}

TEST_F(RunnerTest, RetriesOnlyTheRecordsThatFailed) {
  std::vector<std::string> batches;
  auto runner = make({}, [&](sluice_batch* b) {
    batches.push_back(ids(b));
    for (auto& slot : b->slots) {
      const bool fails = slot.record->id == "b" && slot.record->attempts < 2;
      slot.verdict = fails ? SLUICE_E_RETRY : SLUICE_OK;
    }
    complete(b);
    return SLUICE_OK;
  });
  for (const char* id : {"a", "b", "c"}) add(*runner, id);
  loop_.turn();
  run_for(seconds(5));
  EXPECT_EQ(batches, (std::vector<std::string>{"abc", "b", "b"}));
  EXPECT_EQ(outcomes_.passed_ids, (std::vector<std::string>{"a", "c", "b"}));
}

TEST_F(RunnerTest, GivesUpAfterItsAttempts) {
  int calls = 0;
  auto runner =
      make({.retry = {.attempts = 3, .initial = milliseconds(10), .max = milliseconds(50)}},
           [&](sluice_batch* b) {
             ++calls;
             return judge_all(b, SLUICE_E_RETRY);
           });
  add(*runner, "a");
  loop_.turn();
  run_for(seconds(2));
  EXPECT_EQ(calls, 3);
  ASSERT_TRUE(outcomes_.rejected_ids.contains("a"));
  const Failure& failure = outcomes_.rejected_ids.at("a");
  EXPECT_EQ(failure.attempts, 3U);
  EXPECT_EQ(failure.stage, "stage");
  EXPECT_EQ(failure.reason, "because");
}

TEST_F(RunnerTest, GivesUpWhenItHasTriedLongEnough) {
  auto runner = make({.retry = {.attempts = 1000,
                                .initial = milliseconds(500),
                                .max = milliseconds(500),
                                .elapsed = seconds(3)}},
                     [&](sluice_batch* b) { return judge_all(b, SLUICE_E_RETRY); });
  add(*runner, "a");
  loop_.turn();
  run_for(seconds(10));
  EXPECT_TRUE(outcomes_.rejected_ids.contains("a"));
}

TEST_F(RunnerTest, HonoursRetryAfter) {
  std::vector<Steady::time_point> calls;
  auto runner = make({}, [&](sluice_batch* b) {
    calls.push_back(clock_.now());
    for (auto& slot : b->slots) {
      slot.verdict = calls.size() == 1 ? SLUICE_E_RETRY : SLUICE_OK;
      slot.retry_after_ms = 1500;
    }
    complete(b);
    return SLUICE_OK;
  });
  add(*runner, "a");
  loop_.turn();
  run_for(seconds(3));
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_GE(calls[1] - calls[0], milliseconds(1500));
  EXPECT_LE(calls[1] - calls[0], milliseconds(1520));
}

TEST_F(RunnerTest, FindsThePoisonPageAndLosesOnlyIt) {
  int calls = 0;
  auto runner = make({.inlet = {.max_records = 100}}, [&](sluice_batch* b) {
    ++calls;
    const bool is_poisoned = ids(b).find('!') != std::string::npos;
    return judge_all(b, is_poisoned ? SLUICE_E_INTERNAL : SLUICE_OK);
  });
  for (int i = 0; i < 64; ++i)
    add(*runner, i == 37 ? "!" : std::string(1, static_cast<char>('A' + i % 26)));
  loop_.turn();
  EXPECT_EQ(outcomes_.passed_ids.size(), 63U);
  ASSERT_EQ(outcomes_.rejected_ids.size(), 1U);
  EXPECT_TRUE(outcomes_.rejected_ids.contains("!"));
  EXPECT_LE(calls, 1 + 2 * 6);  // two halves a level, log2(64) levels
}

TEST_F(RunnerTest, OffersASinglePageOnceMoreBeforeItIsRejected) {
  int calls = 0;
  auto runner = make({}, [&](sluice_batch* b) {
    return judge_all(b, ++calls == 1 ? SLUICE_E_INTERNAL : SLUICE_OK);
  });
  add(*runner, "a");
  loop_.turn();
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(outcomes_.passed_ids, std::vector<std::string>{"a"});
}

TEST_F(RunnerTest, ARejectedRecordIsNotTriedAgain) {
  int calls = 0;
  auto runner = make({}, [&](sluice_batch* b) {
    ++calls;
    return judge_all(b, SLUICE_E_REJECT);
  });
  add(*runner, "a");
  loop_.turn();
  run_for(seconds(60));
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(outcomes_.rejected_ids.at("a").reason, "because");
}

TEST_F(RunnerTest, APendingRecordIsNeverTakenForDelivered) {
  int calls = 0;
  auto runner = make({}, [&](sluice_batch* b) {
    if (++calls == 1) {
      complete(b);  // without a verdict
      return sluice_status{SLUICE_OK};
    }
    return judge_all(b, SLUICE_OK);
  });
  add(*runner, "a");
  loop_.turn();
  EXPECT_TRUE(outcomes_.passed_ids.empty());
  run_for(seconds(2));
  EXPECT_EQ(outcomes_.passed_ids, std::vector<std::string>{"a"});
  EXPECT_NE(metrics_.text().find("sluice_plugin_faults_total{kind=\"pending\""), std::string::npos);
}

TEST_F(RunnerTest, ABatchThatWasNotTakenIsOfferedAgainSoonWithoutCountingAsAnAttempt) {
  int calls = 0;
  auto runner = make({.retry = {.attempts = 2}}, [&](sluice_batch* b) {
    return ++calls < 10 ? sluice_status{SLUICE_E_AGAIN} : judge_all(b, SLUICE_OK);
  });
  add(*runner, "a");
  loop_.turn();
  run_for(seconds(2));
  EXPECT_EQ(outcomes_.passed_ids, std::vector<std::string>{"a"});
}

TEST_F(RunnerTest, ARecordThatWasNotTriedComesBackWhenTheStageSays) {
  int calls = 0;
  auto runner = make({.retry = {.attempts = 2}}, [&](sluice_batch* b) {
    if (++calls == 10) return judge_all(b, SLUICE_OK);
    for (auto& slot : b->slots) {
      slot.verdict = SLUICE_E_AGAIN;
      slot.message = "the service is away";
      slot.retry_after_ms = 1000;
    }
    complete(b);
    return sluice_status{SLUICE_OK};
  });
  add(*runner, "a");
  loop_.turn();
  run_for(milliseconds(8900));
  EXPECT_EQ(calls, 9);
  EXPECT_EQ(runner->last_error(), "the service is away");
  run_for(milliseconds(200));
  EXPECT_EQ(outcomes_.passed_ids, std::vector<std::string>{"a"});
  EXPECT_TRUE(outcomes_.rejected_ids.empty());
}

TEST_F(RunnerTest, AnOutageDoesNotUseUpTheTimeForRetries) {
  int calls = 0;
  auto runner = make({.retry = {.attempts = 4,
                                .initial = milliseconds(100),
                                .max = milliseconds(100),
                                .elapsed = seconds(5)}},
                     [&](sluice_batch* b) {
                       ++calls;
                       if (calls == 1 || calls == 22) return judge_all(b, SLUICE_E_RETRY);
                       if (calls == 23) return judge_all(b, SLUICE_OK);
                       for (auto& slot : b->slots) {
                         slot.verdict = SLUICE_E_AGAIN;
                         slot.retry_after_ms = 1000;
                       }
                       complete(b);
                       return sluice_status{SLUICE_OK};
                     });
  add(*runner, "a");
  loop_.turn();
  run_for(seconds(22));
  EXPECT_EQ(outcomes_.passed_ids, std::vector<std::string>{"a"});
  EXPECT_TRUE(outcomes_.rejected_ids.empty());
}

TEST_F(RunnerTest, ABatchPastItsDeadlineIsAbandonedAndItsLateWordIgnored) {
  std::vector<sluice_batch*> held;
  auto runner = make({.concurrency = 1, .timeout = milliseconds(100)}, [&](sluice_batch* b) {
    held.push_back(b);
    if (held.size() > 1) return judge_all(b, SLUICE_OK);
    return sluice_status{SLUICE_OK};
  });
  add(*runner, "a");
  loop_.turn();
  run_for(seconds(1));
  EXPECT_FALSE(held[0]->abandoned.load()) << "it may be on its way back";
  run_for(seconds(7));
  ASSERT_EQ(held.size(), 2U);  // a copy went on its way
  EXPECT_TRUE(held[0]->abandoned.load());
  EXPECT_EQ(outcomes_.passed_ids, std::vector<std::string>{"a"});
  judge_all(held[0], SLUICE_E_REJECT);
  loop_.turn();
  EXPECT_EQ(outcomes_.passed_ids.size(), 1U);
  EXPECT_TRUE(outcomes_.rejected_ids.empty());
  EXPECT_FALSE(runner->is_circuit_open());
}

// As all do that wait for one service which has become silent.
TEST_F(RunnerTest, BatchesThatComeBackLateAllAtOnceAreNotLost) {
  std::vector<sluice_batch*> held;
  std::string stuck;
  auto runner = make({.concurrency = 8, .timeout = milliseconds(100)}, [&](sluice_batch* b) {
    held.push_back(b);
    return SLUICE_OK;
  });
  runner->set_alarms({{}, [&](const std::string& stage) { stuck = stage; }});
  for (const char* id : {"a", "b", "c", "d", "e", "f", "g", "h"}) {
    add(*runner, id);
    loop_.turn();
  }
  ASSERT_EQ(held.size(), 8U);
  run_for(milliseconds(900));
  EXPECT_FALSE(held.front()->abandoned.load());
  for (auto* batch : held) judge_all(batch, SLUICE_OK);
  run_for(seconds(10));
  EXPECT_EQ(stuck, "");
  EXPECT_EQ(outcomes_.passed_ids.size(), 8U);
}

TEST_F(RunnerTest, AStageThatKeepsItsBatchesIsNotCalledAnyMore) {
  int calls = 0;
  std::string stuck;
  auto runner = make({.concurrency = 1, .timeout = milliseconds(100), .retry = {.attempts = 100}},
                     [&](sluice_batch*) {
                       ++calls;
                       return SLUICE_OK;
                     });
  runner->set_alarms({{}, [&](const std::string& stage) { stuck = stage; }});
  add(*runner, "a");
  loop_.turn();
  run_for(seconds(20));
  EXPECT_EQ(calls, 2);
  EXPECT_TRUE(runner->is_circuit_open());
  EXPECT_EQ(stuck, "stage");
}

TEST_F(RunnerTest, DrainingLeavesFailedRecordsWhereTheyAre) {
  int calls = 0;
  auto runner = make({}, [&](sluice_batch* b) {
    ++calls;
    return judge_all(b, SLUICE_E_RETRY);
  });
  add(*runner, "a");
  loop_.turn();
  runner->stop_retrying();
  run_for(seconds(60));
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(runner->is_idle());
  EXPECT_EQ(runner->retrying(), 1U);
}

TEST(BlockingRunner, RunsBatchesOnWorkersAtOnce) {
  SystemClock clock;
  Loop loop(clock);
  observe::Metrics metrics;
  StageMeters meters(metrics, "stage", "org.test.stage", 4);
  Outcomes outcomes;
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  RunnerOptions options{.stage = "stage", .concurrency = 4, .inlet = {.max_records = 1}};
  Runner runner(loop,
                {[&](sluice_batch* b) -> sluice_status {
                   const int now = ++inside;
                   int seen = most.load();
                   while (seen < now && !most.compare_exchange_weak(seen, now)) {
                   }
                   std::this_thread::sleep_for(milliseconds(5));
                   --inside;
                   for (auto& slot : b->slots) slot.verdict = SLUICE_OK;
                   b->is_completed.store(true);
                   b->on_complete(b);
                   return SLUICE_OK;
                 },
                 false, nullptr},
                options, outcomes, meters);
  loop.start();
  loop.run([&] {
    for (int i = 0; i < 40; ++i)
      runner.add(data::make_document(std::to_string(i), data::make_buffer("")));
  });
  const auto deadline = Steady::now() + seconds(30);
  std::size_t passed = 0;
  while (passed < 40 && Steady::now() < deadline) {
    loop.run([&] { passed = outcomes.passed_ids.size(); });
    std::this_thread::sleep_for(milliseconds(1));
  }
  EXPECT_EQ(passed, 40U);
  EXPECT_LE(most.load(), 4);
  EXPECT_GT(most.load(), 1);
  runner.stop_workers(Steady::now() + seconds(5));
  loop.stop();
}

}  // namespace
}  // namespace sluice::flow
