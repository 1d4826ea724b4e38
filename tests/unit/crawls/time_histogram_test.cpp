// Percentiles within the promised error, and the stored form.
#include "crawls/time_histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <vector>

namespace sluice::crawls {
namespace {

using std::chrono::milliseconds;

TEST(TimeHistogram, HasNoPercentileWhenEmpty) { EXPECT_FALSE(TimeHistogram().percentile(0.5)); }

TEST(TimeHistogram, IsWithinItsErrorOfTheTruePercentile) {
  std::mt19937 random(7);
  std::lognormal_distribution<double> times(7, 2);
  TimeHistogram histogram;
  std::vector<double> all;
  for (int i = 0; i < 10'001; ++i) {
    const milliseconds time(static_cast<std::int64_t>(times(random)) + 20);
    all.push_back(static_cast<double>(time.count()));
    histogram.add(time);
  }
  std::sort(all.begin(), all.end());
  for (const double share : {0.01, 0.5, 0.95, 0.999}) {
    const double truth = all[static_cast<std::size_t>(std::ceil(share * 10'001)) - 1];
    // Half a millisecond for rounding to whole ones.
    EXPECT_NEAR(static_cast<double>(histogram.percentile(share)->count()), truth,
                truth * 0.045 + 0.5)
        << share;
  }
}

TEST(TimeHistogram, TakesTimesBeyondItsScale) {
  TimeHistogram histogram;
  histogram.add(milliseconds(-5));
  EXPECT_EQ(histogram.percentile(1)->count(), 1);
  histogram.add(milliseconds::max());
  EXPECT_GT(histogram.percentile(1)->count(), 1'000'000'000);
}

TEST(TimeHistogram, ComesBackFromItsBytes) {
  TimeHistogram histogram;
  histogram.add(milliseconds(300));
  EXPECT_EQ(TimeHistogram::from_bytes(histogram.bytes()).percentile(0.5),
            histogram.percentile(0.5));
  EXPECT_FALSE(TimeHistogram::from_bytes({}).percentile(0.5));
  const std::array<std::byte, 3> odd{};
  EXPECT_FALSE(TimeHistogram::from_bytes(odd).percentile(0.5));
}

}  // namespace
}  // namespace sluice::crawls
