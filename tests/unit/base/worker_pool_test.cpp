// WorkerPool: runs what was posted, joins, and lets go of threads that do not come back.
#include "base/worker_pool.hpp"

#include "base/clock.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>

namespace sluice {
namespace {

TEST(WorkerPool, RunsEverythingPostedBeforeStop) {
  std::atomic<int> ran = 0;
  WorkerPool pool("test", 3);
  for (int i = 0; i < 1000; ++i) pool.post([&] { ++ran; });
  pool.stop();
  EXPECT_EQ(ran, 1000);
}

TEST(WorkerPool, GrowTakesThePlaceOfAStuckThread) {
  WorkerPool pool("test", 1);
  std::promise<void> release;
  pool.post([&] { release.get_future().wait(); });
  std::promise<void> ran;
  pool.post([&] { ran.set_value(); });
  pool.grow();
  EXPECT_EQ(ran.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
  release.set_value();
}

TEST(WorkerPool, StopByLetsGoOfThreadsThatDoNotComeBack) {
  // Shared with the stuck thread, which outlives the pool until it is released below.
  auto release = std::make_shared<std::promise<void>>();
  auto left = std::make_shared<std::promise<void>>();
  WorkerPool pool("test", 2);
  pool.post([release, left] {
    release->get_future().wait();
    left->set_value();
  });
  EXPECT_EQ(pool.stop_by(Steady::now() + std::chrono::milliseconds(50)), 1U);
  release->set_value();
  EXPECT_EQ(left->get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
}

}  // namespace
}  // namespace sluice
