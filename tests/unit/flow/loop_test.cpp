// Loop: order of posted work, timers by a hand-turned clock, and the thread.
#include "flow/loop.hpp"

#include "flow/manual_clock.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sluice::flow {
namespace {

using std::chrono::milliseconds;

TEST(Loop, RunsPostedWorkInOrder) {
  ManualClock clock;
  Loop loop(clock);
  std::string order;
  loop.post([&] {
    order += 'a';
    loop.post([&] { order += 'c'; });
  });
  loop.post([&] { order += 'b'; });
  EXPECT_EQ(loop.turn(), 3U);
  EXPECT_EQ(order, "abc");
}

TEST(Loop, RunsTimersWhenTheyAreDueAndInTheirOrder) {
  ManualClock clock;
  Loop loop(clock);
  std::string order;
  loop.after(milliseconds(20), [&] { order += 'b'; });
  loop.after(milliseconds(10), [&] { order += 'a'; });
  const auto id = loop.after(milliseconds(15), [&] { order += 'x'; });
  loop.turn();
  EXPECT_EQ(order, "");
  loop.cancel(id);
  clock.advance(milliseconds(10));
  loop.turn();
  EXPECT_EQ(order, "a");
  clock.advance(milliseconds(10));
  loop.turn();
  EXPECT_EQ(order, "ab");
}

TEST(Loop, StopRunsWhatWasPosted) {
  SystemClock clock;
  Loop loop(clock);
  loop.start();
  int ran = 0;
  for (int i = 0; i < 100; ++i) loop.post([&] { ++ran; });
  loop.run([&] { EXPECT_TRUE(loop.is_current()); });
  loop.stop();
  EXPECT_EQ(ran, 100);
}

}  // namespace
}  // namespace sluice::flow
