// Budget: full means refused, room is told, and one page always gets through.
#include "flow/budget.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace sluice::flow {
namespace {

using std::chrono::milliseconds;

TEST(Budget, RefusesBeyondEitherLimit) {
  Budget budget({2, 100});
  EXPECT_TRUE(budget.take({1, 60}, milliseconds(0)));
  EXPECT_FALSE(budget.take({1, 60}, milliseconds(0)));
  EXPECT_TRUE(budget.take({1, 40}, milliseconds(0)));
  EXPECT_FALSE(budget.take({1, 0}, milliseconds(0)));
  budget.give_back({1, 40});
  EXPECT_TRUE(budget.take({1, 1}, milliseconds(0)));
}

TEST(Budget, LetsInOnePageThatIsBiggerThanEverything) {
  Budget budget({2, 100});
  EXPECT_TRUE(budget.take({1, 5000}, milliseconds(0)));
  EXPECT_FALSE(budget.take({1, 1}, milliseconds(0)));
}

TEST(Budget, TellsOfRoomOnlyAfterARefusal) {
  Budget budget({1, 100});
  int told = 0;
  budget.on_room([&](Load room) {
    ++told;
    EXPECT_EQ(room.records, 1U);
  });
  ASSERT_TRUE(budget.take({1, 1}, milliseconds(0)));
  budget.give_back({1, 1});
  EXPECT_EQ(told, 0);
  ASSERT_TRUE(budget.take({1, 1}, milliseconds(0)));
  EXPECT_FALSE(budget.take({1, 1}, milliseconds(0)));
  budget.give_back({1, 1});
  EXPECT_EQ(told, 1);
}

TEST(Budget, WaitsForRoom) {
  Budget budget({1, 100});
  ASSERT_TRUE(budget.take({1, 1}, milliseconds(0)));
  std::thread other([&] { budget.give_back({1, 1}); });
  EXPECT_TRUE(budget.take({1, 1}, std::chrono::seconds(20)));
  other.join();
}

}  // namespace
}  // namespace sluice::flow
