// Back-off stays within its bounds, and the heap gives back what is due.
#include "flow/retry.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::flow {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, SpreadsUpToADoublingCeiling) {
  std::mt19937_64 random(7);
  const RetryPolicy policy{
      .attempts = 8, .initial = milliseconds(100), .max = milliseconds(1000), .elapsed = {}};
  const milliseconds ceilings[] = {milliseconds(100), milliseconds(200),  milliseconds(400),
                                   milliseconds(800), milliseconds(1000), milliseconds(1000)};
  for (uint32_t attempt = 1; attempt <= 6; ++attempt) {
    milliseconds most{0};
    for (int i = 0; i < 2000; ++i) {
      const auto delay = backoff(policy, attempt, random);
      EXPECT_GE(delay.count(), 0);
      EXPECT_LE(delay, ceilings[attempt - 1]);
      most = std::max(most, delay);
    }
    EXPECT_GT(most, ceilings[attempt - 1] * 9 / 10)
        << attempt;  // full jitter reaches up to the ceiling
  }
}

TEST(Backoff, DoesNotOverflow) {
  std::mt19937_64 random(7);
  const RetryPolicy policy{
      .attempts = 1, .initial = milliseconds(1), .max = std::chrono::hours(1), .elapsed = {}};
  EXPECT_LE(backoff(policy, UINT32_MAX, random), std::chrono::hours(1));
}

TEST(RetryHeap, GivesWhatIsDueOldestFirst) {
  RetryHeap heap;
  const Steady::time_point start{};
  heap.add(start + milliseconds(20), data::make_document("b", data::make_buffer("")));
  heap.add(start + milliseconds(10), data::make_document("a", data::make_buffer("")));
  heap.add(start + milliseconds(30), data::make_document("c", data::make_buffer("")));
  EXPECT_EQ(heap.next(), start + milliseconds(10));
  const auto due = heap.take_due(start + milliseconds(20));
  ASSERT_EQ(due.size(), 2U);
  EXPECT_EQ(due[0]->id, "a");
  EXPECT_EQ(due[1]->id, "b");
  EXPECT_EQ(heap.take_all().size(), 1U);
  EXPECT_TRUE(heap.is_empty());
}

}  // namespace
}  // namespace sluice::flow
