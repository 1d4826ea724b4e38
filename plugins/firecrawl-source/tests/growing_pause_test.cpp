// Pauses that double, up to a longest.
#include "growing_pause.hpp"

#include <gtest/gtest.h>

namespace firecrawl {
namespace {

using namespace std::chrono_literals;

TEST(GrowingPause, DoublesUpToItsLongest) {
  constexpr GrowingPause kSome{.first = 500ms, .longest = 3s};
  EXPECT_EQ(kSome.after(0), 500ms);
  EXPECT_EQ(kSome.after(1), 1s);
  EXPECT_EQ(kSome.after(2), 2s);
  EXPECT_EQ(kSome.after(3), 3s);
  EXPECT_EQ(kSome.after(4'000'000'000), 3s);
}

}  // namespace
}  // namespace firecrawl
