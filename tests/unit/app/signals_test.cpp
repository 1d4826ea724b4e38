// Signals: what ends the wait, and what does no harm after it. On threads of their own, as a
// blocked signal that was sent to a thread goes with it.
#include "app/signals.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace sluice::app {
namespace {

TEST(Signals, AnAlarmEndsTheWait) {
  std::thread([] {
    Signals signals;
    EXPECT_FALSE(signals.is_alarmed());
    signals.alarm();
    signals.wait([] { ADD_FAILURE() << "nobody asked for a reload"; });
    EXPECT_TRUE(signals.is_alarmed());
  }).join();
}

TEST(Signals, AHangupDoesNot) {
  std::thread([] {
    Signals signals;
    int reloads = 0;
    pthread_kill(pthread_self(), SIGHUP);
    signals.wait([&] {
      ++reloads;
      pthread_kill(pthread_self(), SIGTERM);
    });
    EXPECT_EQ(reloads, 1);
    EXPECT_FALSE(signals.is_alarmed());
  }).join();
}

TEST(Signals, AnAlarmAfterTheWaitIsHeardAndEndsNothing) {
  std::thread([] {
    Signals signals;
    pthread_kill(pthread_self(), SIGTERM);
    signals.wait([] {});
    signals.alarm();
    pthread_kill(pthread_self(), SIGHUP);
    EXPECT_TRUE(signals.is_alarmed());
  }).join();
}

}  // namespace
}  // namespace sluice::app
