// Outage: one line for a thousand failures, one line for their end.
#include "outage.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace qdrant_sink {
namespace {

using std::chrono::seconds;

class OutageTest : public ::testing::Test {
 protected:
  static Fault fault(const std::string& sentence) {
    return {.kind = Fault::Kind::kRetry, .sentence = sentence};
  }

  std::chrono::steady_clock::time_point now_ = std::chrono::steady_clock::time_point(seconds(100));
  std::vector<std::string> log_;
  Outage outage_{[this](Outage::Level level, std::string_view sentence) {
                   const char* const names[] = {"info ", "warn ", "error "};
                   log_.push_back(names[static_cast<int>(level)] + std::string(sentence));
                 },
                 [this] { return now_; }};
};

TEST_F(OutageTest, SaysEachThingOnceAndTheEndOnce) {
  outage_.succeeded();
  for (int i = 0; i < 1000; ++i) {
    outage_.failed(fault("away"));
    outage_.failed(fault("loading"));
  }
  now_ += seconds(12);
  outage_.succeeded();
  outage_.succeeded();
  EXPECT_EQ(log_, (std::vector<std::string>{"warn away", "warn loading",
                                            "info Qdrant answers again after 12 s."}));
}

TEST_F(OutageTest, SaysItAgainInALaterOutage) {
  outage_.failed(fault("away"));
  outage_.succeeded();
  now_ += std::chrono::minutes(1);
  outage_.failed(fault("away"));
  EXPECT_EQ(log_, (std::vector<std::string>{"warn away", "info Qdrant answers again after 0 s.",
                                            "warn away"}));
}

TEST_F(OutageTest, IsQuietAboutAServerThatComesAndGoes) {
  for (int i = 0; i < 59; ++i) {
    outage_.failed(fault("away"));
    outage_.succeeded();
    now_ += seconds(1);
  }
  EXPECT_EQ(log_.size(), 2U);
}

TEST_F(OutageTest, IsLouderWhenOnlyAPersonCanMendIt) {
  outage_.failed({.kind = Fault::Kind::kMisfit, .sentence = "wrong"});
  EXPECT_EQ(log_, (std::vector<std::string>{"error wrong"}));
}

TEST_F(OutageTest, DoesNotFillTheLogWithSentencesThatAllDiffer) {
  for (int i = 0; i < 1000; ++i) outage_.failed(fault("port " + std::to_string(i)));
  EXPECT_EQ(log_.size(), 8U);
}

}  // namespace
}  // namespace qdrant_sink
