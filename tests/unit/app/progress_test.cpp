#include "app/progress.hpp"

#include "app/terminal_text.hpp"

#include <gtest/gtest.h>

namespace sluice::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const ProgressMeter::Time kStart = ProgressMeter::Time() + seconds(1'000);

TEST(ProgressMeter, PromisesNothingBeforeSomethingMoved) {
  ProgressMeter meter(100, kStart);
  const Progress progress = meter.at(kStart + seconds(5), 0);
  EXPECT_EQ(progress.rate, 0);
  EXPECT_FALSE(progress.left);
  EXPECT_EQ(progress.percent(), 0U);
}

TEST(ProgressMeter, WorksOutRateAndTimeLeft) {
  ProgressMeter meter(100, kStart);
  const Progress progress = meter.at(kStart + seconds(2), 20);
  EXPECT_DOUBLE_EQ(progress.rate, 10);
  EXPECT_EQ(progress.left, milliseconds(8'000));
  EXPECT_EQ(progress.percent(), 20U);
}

TEST(ProgressMeter, FollowsAChangeOfPace) {
  ProgressMeter meter(10'000, kStart);
  for (int second = 1; second <= 10; ++second) {
    meter.at(kStart + seconds(second), static_cast<std::uint64_t>(second) * 100);
  }
  Progress progress;
  for (int second = 11; second <= 30; ++second) {
    progress = meter.at(kStart + seconds(second), 1'000 + static_cast<std::uint64_t>(second - 10));
  }
  EXPECT_NEAR(progress.rate, 1, 0.01) << "the fast start is forgotten";
}

TEST(ProgressMeter, ForgetsAPauseToo) {
  ProgressMeter meter(100, kStart);
  meter.at(kStart + seconds(100), 0);
  EXPECT_DOUBLE_EQ(meter.at(kStart + seconds(101), 10).rate, 10);
}

TEST(ProgressMeter, CountsPastItsTotal) {
  ProgressMeter meter(1, kStart);
  const Progress progress = meter.at(kStart + seconds(1), 3);
  EXPECT_EQ(progress.total, 3U);
  EXPECT_EQ(progress.percent(), 100U);
}

TEST(Progress, SaysHundredPercentOnlyAtTheEnd) {
  EXPECT_EQ((Progress{.done = 999'999, .total = 1'000'000}).percent(), 99U);
  EXPECT_EQ((Progress{.done = 0, .total = 0}).percent(), 100U);
}

TEST(ProgressLine, FitsTheTerminal) {
  const Progress progress{.done = 50, .total = 100, .rate = 8.1, .left = milliseconds(6'200)};
  EXPECT_EQ(progress_line("feeding", progress, {.width = 69}),
            "feeding  ##########----------  50/100 pages  50 %  8.1/s  6.2 s left");
  for (std::size_t width = 20; width < 120; ++width) {
    for (const bool has_unicode : {false, true}) {
      const Terminal terminal{.has_unicode = has_unicode, .width = width};
      EXPECT_LT(display_width(progress_line("feeding", progress, terminal)), width);
    }
  }
}

}  // namespace
}  // namespace sluice::app
