// What the kernel made of a wish for short slices.
#include "base/thread_slice.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <thread>

namespace sluice {
namespace {

using namespace std::chrono_literals;

// struct sched_attr of sched_setattr(2), in its first version.
struct Attributes {
  std::uint32_t size = 0, policy = 0;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime = 0, deadline = 0, period = 0;
};

Attributes attributes() {
  Attributes now;
  EXPECT_EQ(::syscall(SYS_sched_getattr, 0, &now, sizeof now, 0U), 0);
  return now;
}

TEST(AskForSlices, ChangesNothingElse) {
  std::thread([] {
    const Attributes before = attributes();
    ask_for_slices(500us);
    const Attributes after = attributes();
    EXPECT_EQ(after.policy, before.policy);
    EXPECT_EQ(after.nice, before.nice);
  }).join();
}

TEST(AskForSlices, IsOfTheCallingThreadAlone) {
  const auto before = attributes().runtime;
  std::thread([] { ask_for_slices(500us); }).join();
  EXPECT_EQ(attributes().runtime, before);
}

TEST(AskForSlices, IsGrantedWhereTheKernelHasSuchSlices) {
  std::thread([] {
    if (attributes().runtime == 0) GTEST_SKIP() << "this kernel has none: Linux 6.12 has";
    ASSERT_TRUE(ask_for_slices(500us));
    EXPECT_EQ(attributes().runtime, 500'000U);
  }).join();
}

TEST(AskForSlices, LeavesAloneWhatSomebodyHasDecided) {
  std::thread([] {
    const sched_param none{};
    ASSERT_EQ(::sched_setscheduler(0, SCHED_IDLE, &none), 0);
    EXPECT_FALSE(ask_for_slices(500us));
  }).join();
}

}  // namespace
}  // namespace sluice
