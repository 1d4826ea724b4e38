// Inlet: what leaves together, and when, under each policy.
#include "flow/inlet.hpp"

#include "flow/manual_clock.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sluice::flow {
namespace {

using std::chrono::milliseconds;

data::RecordRef page(const std::string& id, const std::string& group = "") {
  auto record = data::make_document(id, data::make_buffer("text"));
  record->group_name = group;
  return record;
}

std::string ids(const Inlet::Taken& taken) {
  std::string all;
  for (const auto& record : taken.records) all += record->id;
  return all;
}

TEST(Inlet, WithoutAWaitLeavesAtOnceAndTogetherWithWhoeverCameMeanwhile) {
  ManualClock clock;
  Inlet inlet({.max_records = 3});
  inlet.add(page("a"), clock.now());
  EXPECT_EQ(ids(inlet.take(clock.now())), "a");
  for (const char* id : {"b", "c", "d", "e"}) inlet.add(page(id), clock.now());
  EXPECT_EQ(ids(inlet.take(clock.now())), "bcd");
  EXPECT_EQ(ids(inlet.take(clock.now())), "e");
  EXPECT_TRUE(inlet.take(clock.now()).records.empty());
  EXPECT_FALSE(inlet.next_due().has_value());
}

TEST(Inlet, WaitsForCompanyFromTheOldestRecordOn) {
  ManualClock clock;
  Inlet inlet({.max_records = 3, .max_wait = milliseconds(100)});
  inlet.add(page("a"), clock.now());
  clock.advance(milliseconds(60));
  inlet.add(page("b"), clock.now());
  EXPECT_TRUE(inlet.take(clock.now()).records.empty());
  ASSERT_TRUE(inlet.next_due().has_value());
  EXPECT_EQ(*inlet.next_due() - clock.now(), milliseconds(40));
  clock.advance(milliseconds(40));
  EXPECT_EQ(ids(inlet.take(clock.now())), "ab");
}

TEST(Inlet, LeavesWhenFullWithoutWaiting) {
  ManualClock clock;
  Inlet inlet({.max_records = 2, .max_wait = milliseconds(100)});
  for (const char* id : {"a", "b", "c"}) inlet.add(page(id), clock.now());
  EXPECT_EQ(ids(inlet.take(clock.now())), "ab");
  EXPECT_TRUE(inlet.take(clock.now()).records.empty());
}

TEST(Inlet, KeepsCrawlsApartAndServesThemInTurn) {
  ManualClock clock;
  Inlet inlet({.max_records = 2, .is_by_group = true});
  for (const char* id : {"a", "b", "c", "d"}) inlet.add(page(id, "big"), clock.now());
  inlet.add(page("x", "small"), clock.now());
  EXPECT_EQ(ids(inlet.take(clock.now())), "ab");
  EXPECT_EQ(ids(inlet.take(clock.now())), "x");
  EXPECT_EQ(ids(inlet.take(clock.now())), "cd");
}

TEST(Inlet, AClosedCrawlLeavesAlone) {
  ManualClock clock;
  Inlet inlet({.max_records = 10, .max_wait = milliseconds(100), .is_by_group = true});
  inlet.add(page("a", "one"), clock.now());
  inlet.add(page("b", "two"), clock.now());
  inlet.flush("two");
  EXPECT_EQ(ids(inlet.take(clock.now())), "b");
  EXPECT_TRUE(inlet.take(clock.now()).records.empty());
  EXPECT_EQ(inlet.size(), 1U);
}

TEST(Inlet, BoundsABatchByBytesButNeverHoldsOneRecordBack) {
  ManualClock clock;
  auto big = data::make_document("a", data::make_buffer(std::string(10'000, 'x')));
  auto also = data::make_document("b", data::make_buffer(std::string(10'000, 'x')));
  Inlet inlet({.max_records = 10, .max_bytes = 5000});
  inlet.add(std::move(big), clock.now());
  inlet.add(std::move(also), clock.now());
  EXPECT_EQ(ids(inlet.take(clock.now())), "a");
  EXPECT_EQ(ids(inlet.take(clock.now())), "b");
}

TEST(Inlet, AnUrgentRecordWaitsForNobody) {
  ManualClock clock;
  Inlet inlet({.max_records = 10, .max_wait = milliseconds(100)});
  inlet.add_urgent(page("a"), clock.now());
  EXPECT_EQ(ids(inlet.take(clock.now())), "a");
}

TEST(Inlet, ANewPolicyMovesWhatWaits) {
  ManualClock clock;
  Inlet inlet({.max_records = 10, .max_wait = milliseconds(100), .is_by_group = true});
  inlet.add(page("a", "one"), clock.now());
  inlet.add(page("b", "two"), clock.now());
  inlet.set_policy({.max_records = 10});
  EXPECT_EQ(ids(inlet.take(clock.now())), "ab");
  EXPECT_TRUE(inlet.is_empty());
}

}  // namespace
}  // namespace sluice::flow
