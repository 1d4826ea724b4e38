// Window: as wide as the server bears.
#include "core/window.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tei {
namespace {

TEST(Window, BeginsAtWhatTheServerSays) {
  Window window(64);
  EXPECT_TRUE(window.has_room(64));
  window.sent(32);
  EXPECT_TRUE(window.has_room(32));
  EXPECT_FALSE(window.has_room(33));
}

TEST(Window, AlwaysLetsOneRequestThrough) {
  Window window(1);
  EXPECT_TRUE(window.has_room(32));
  window.sent(32);
  EXPECT_FALSE(window.has_room(1));
}

TEST(Window, HalvesWhenRefusedButOnceForAllThatWasUnderWay) {
  Window window(128);
  const auto first = window.sent(32);
  const auto second = window.sent(32);
  EXPECT_TRUE(window.overloaded(first));
  EXPECT_EQ(window.size(), 64U);
  EXPECT_FALSE(window.overloaded(second));
  EXPECT_EQ(window.size(), 64U);
  window.overloaded(window.sent(32));
  EXPECT_EQ(window.size(), 32U);
  EXPECT_EQ(window.in_flight(), 0U);
}

TEST(Window, NeverClosesAltogether) {
  Window window(8);
  for (int i = 0; i < 10; ++i) window.overloaded(window.sent(1));
  EXPECT_EQ(window.size(), 1U);
  EXPECT_TRUE(window.has_room(1));
}

TEST(Window, WidensByTheSameStepForEachWindowOfAnswersUpToTheMost) {
  Window window(128);
  window.overloaded(window.sent(32));
  ASSERT_EQ(window.size(), 64U);
  for (int i = 0; i < 2; ++i) window.answered(window.sent(32));
  EXPECT_NEAR(static_cast<double>(window.size()), 64 + 16, 2);
  for (int i = 0; i < 1000; ++i) window.answered(window.sent(32));
  EXPECT_EQ(window.size(), 128U);
}

TEST(Window, LearnsNothingFromWhatIsLost) {
  Window window(128);
  window.overloaded(window.sent(32));
  window.lost(window.sent(32));
  EXPECT_EQ(window.size(), 64U);
  EXPECT_EQ(window.in_flight(), 0U);
}

TEST(Window, BeginsAnewWithAnotherServer) {
  Window window(128);
  const auto old = window.sent(32);
  window.set_most(16);
  EXPECT_EQ(window.size(), 16U);
  EXPECT_FALSE(window.overloaded(old)) << "it says nothing about the new one";
  EXPECT_EQ(window.size(), 16U);
}

}  // namespace
}  // namespace tei
