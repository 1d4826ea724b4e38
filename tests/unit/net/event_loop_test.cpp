// EventLoop: posting and timers.
#include "net/event_loop.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

namespace sluice::net {
namespace {

using std::chrono::milliseconds;

TEST(EventLoop, RunsWhatIsPostedOnItsThreads) {
  EventLoop loop(2);
  EXPECT_FALSE(loop.on_loop_thread());
  std::promise<bool> inside;
  loop.post([&] { inside.set_value(loop.on_loop_thread()); });
  EXPECT_TRUE(inside.get_future().get());
}

TEST(EventLoop, RunsATimerOnceAfterItsDelay) {
  EventLoop loop(1);
  std::promise<void> ran;
  const auto start = std::chrono::steady_clock::now();
  loop.start_timer(milliseconds(20), milliseconds(0), [&] { ran.set_value(); });
  ran.get_future().wait();
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(20));
}

TEST(EventLoop, RunsATimerAgainUntilItCancelsItself) {
  EventLoop loop(2);
  std::promise<TimerId> id;
  const auto known = id.get_future().share();
  std::promise<void> third;
  int runs = 0;
  id.set_value(loop.start_timer(milliseconds(1), milliseconds(1), [&, known] {
    if (++runs < 3) return;
    loop.cancel_timer(known.get());
    third.set_value();
  }));
  third.get_future().wait();
  std::this_thread::sleep_for(milliseconds(10));
  loop.stop();
  EXPECT_EQ(runs, 3);
}

TEST(EventLoop, CancelWaitsForARunUnderWay) {
  EventLoop loop(1);
  std::promise<void> entered;
  std::atomic<bool> has_left = false;
  const auto id = loop.start_timer(milliseconds(0), milliseconds(0), [&] {
    entered.set_value();
    std::this_thread::sleep_for(milliseconds(20));
    has_left = true;
  });
  entered.get_future().wait();
  loop.cancel_timer(id);
  EXPECT_TRUE(has_left);
  loop.cancel_timer(id);
}

TEST(EventLoop, CancelledTimerNeverRunsAndLetsGoOfItsCallback) {
  EventLoop loop(2);
  const auto captured = std::make_shared<int>(0);
  std::atomic<int> runs = 0;
  for (int i = 0; i < 200; ++i) {
    loop.cancel_timer(
        loop.start_timer(milliseconds(3'600'000), milliseconds(1), [&, captured] { ++runs; }));
  }
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (captured.use_count() > 1 && std::chrono::steady_clock::now() < give_up) {
    std::this_thread::yield();
  }
  EXPECT_EQ(captured.use_count(), 1);
  EXPECT_EQ(runs, 0);
}

}  // namespace
}  // namespace sluice::net
