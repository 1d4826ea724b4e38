// Doubt: who is to blame, by what worked before and for how long nothing has.
#include "doubt.hpp"

#include <gtest/gtest.h>

namespace qdrant_sink {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Blame = Doubt::Blame;

class DoubtTest : public ::testing::Test {
 protected:
  Blame fail() { return doubt_.failed(now_); }

  Doubt::Clock::time_point now_{std::chrono::hours(1)};
  Doubt doubt_{[this] { return now_; }};
};

TEST_F(DoubtTest, AFailureAmongSuccessesIsThePoints) {
  EXPECT_FALSE(doubt_.is_there());
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(fail(), Blame::kPoints);
    EXPECT_TRUE(doubt_.is_there());
    doubt_.worked();
    EXPECT_FALSE(doubt_.is_there());
  }
}

TEST_F(DoubtTest, FailuresInARowAreTheServersForFiveMinutes) {
  fail();
  for (int i = 0; i < 299; ++i) {
    now_ += seconds(1);
    EXPECT_EQ(fail(), Blame::kServer);
  }
  now_ += seconds(1);
  EXPECT_EQ(fail(), Blame::kPoints);
  doubt_.worked();
  fail();
  EXPECT_EQ(fail(), Blame::kServer) << "a new one";
}

TEST_F(DoubtTest, WhatWasSentInAnOutageIsTheServersAfterItToo) {
  fail();
  const auto sent = now_;
  now_ += seconds(2);
  doubt_.worked();
  EXPECT_EQ(doubt_.failed(sent), Blame::kServer);
  EXPECT_FALSE(doubt_.is_there()) << "it says nothing about now";
  EXPECT_EQ(fail(), Blame::kPoints);
}

TEST_F(DoubtTest, ThePauseGrowsWithTheOutage) {
  fail();
  EXPECT_EQ(doubt_.pause(), std::chrono::milliseconds(500));
  now_ += seconds(20);
  EXPECT_EQ(doubt_.pause(), seconds(5));
  now_ += minutes(30);
  EXPECT_EQ(doubt_.pause(), seconds(30));
}

}  // namespace
}  // namespace qdrant_sink
