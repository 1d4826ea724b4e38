// Outage: one line for a thousand failures, one line for their end.
#include "common/outage/outage.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace plugin_common {
namespace {

using std::chrono::seconds;

class OutageTest : public ::testing::Test {
 protected:
  void fail(const std::string& sentence) { outage_.failed(sentence, Outage::Cure::kTime); }

  std::chrono::steady_clock::time_point now_ = std::chrono::steady_clock::time_point(seconds(100));
  std::vector<std::string> log_;
  std::vector<std::string> told_;
  Outage outage_{"Redis",
                 [this](Outage::Level level, std::string_view sentence) {
                   const char* const names[] = {"info ", "warn ", "error "};
                   log_.push_back(names[static_cast<int>(level)] + std::string(sentence));
                 },
                 [this](std::string_view reason) { told_.emplace_back(reason); },
                 [this] { return now_; }};
};

TEST_F(OutageTest, TellsEachReasonAndEachSuccessEvenWhereTheLogIsQuiet) {
  for (int i = 0; i < 2; ++i) {
    fail("away");
    outage_.succeeded();
  }
  outage_.succeeded();
  EXPECT_EQ(told_, (std::vector<std::string>{"away", "", "away", "", ""}));
  EXPECT_EQ(log_, (std::vector<std::string>{"warn away", "info Redis answers again after 0 s."}));
}

TEST_F(OutageTest, SaysEachThingOnceAndTheEndOnce) {
  outage_.succeeded();
  for (int i = 0; i < 1000; ++i) {
    fail("away");
    fail("loading");
  }
  now_ += seconds(12);
  outage_.succeeded();
  outage_.succeeded();
  EXPECT_EQ(log_, (std::vector<std::string>{"warn away", "warn loading",
                                            "info Redis answers again after 12 s."}));
}

TEST_F(OutageTest, SaysItAgainInALaterOutage) {
  fail("away");
  outage_.succeeded();
  now_ += std::chrono::minutes(1);
  fail("away");
  EXPECT_EQ(log_, (std::vector<std::string>{"warn away", "info Redis answers again after 0 s.",
                                            "warn away"}));
}

TEST_F(OutageTest, IsQuietAboutAServerThatComesAndGoes) {
  for (int i = 0; i < 59; ++i) {
    fail("away");
    outage_.succeeded();
    now_ += seconds(1);
  }
  EXPECT_EQ(log_.size(), 2U);
}

TEST_F(OutageTest, IsLouderWhenOnlyAPersonCanMendIt) {
  outage_.failed("wrong", Outage::Cure::kPerson);
  EXPECT_EQ(log_, (std::vector<std::string>{"error wrong"}));
}

TEST_F(OutageTest, DoesNotFillTheLogWithSentencesThatAllDiffer) {
  for (int i = 0; i < 1000; ++i) fail("port " + std::to_string(i));
  EXPECT_EQ(log_.size(), 8U);
}

TEST_F(OutageTest, IsFreshForASecond) {
  EXPECT_FALSE(outage_.is_fresh());
  fail("away");
  EXPECT_TRUE(outage_.is_fresh());
  now_ += seconds(1);
  EXPECT_FALSE(outage_.is_fresh());
  fail("away");
  EXPECT_TRUE(outage_.is_fresh());
  outage_.succeeded();
  EXPECT_FALSE(outage_.is_fresh());
}

}  // namespace
}  // namespace plugin_common
