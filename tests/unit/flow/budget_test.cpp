// Budget: full means waiting or refused, room is told, and one page always gets through.
#include "flow/budget.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sluice::flow {
namespace {

using std::chrono::seconds;

constexpr Steady::time_point kStart{};

// Remembers who was let in and who was turned away, in order.
class Line {
 public:
  Budget::Then member(const std::string& name) {
    return [this, name](bool is_taken) { news_ += name + (is_taken ? "+" : "-"); };
  }
  const std::string& news() const { return news_; }

 private:
  std::string news_;
};

TEST(Budget, RefusesBeyondEitherLimit) {
  Budget budget({2, 100});
  EXPECT_TRUE(budget.take({1, 60}));
  EXPECT_FALSE(budget.take({1, 60}));
  EXPECT_TRUE(budget.take({1, 40}));
  EXPECT_FALSE(budget.take({1, 0}));
  budget.give_back({1, 40});
  EXPECT_TRUE(budget.take({1, 1}));
}

TEST(Budget, LetsInOnePageThatIsBiggerThanEverything) {
  Budget budget({2, 100});
  EXPECT_TRUE(budget.take({1, 5000}));
  EXPECT_FALSE(budget.take({1, 1}));
}

TEST(Budget, TellsOfRoomOnlyAfterARefusal) {
  Budget budget({1, 100});
  int told = 0;
  budget.on_room([&](Load room) {
    ++told;
    EXPECT_EQ(room.records, 1U);
  });
  ASSERT_TRUE(budget.take({1, 1}));
  budget.give_back({1, 1});
  EXPECT_EQ(told, 0);
  ASSERT_TRUE(budget.take({1, 1}));
  EXPECT_FALSE(budget.take({1, 1}));
  budget.give_back({1, 1});
  EXPECT_EQ(told, 1);
}

TEST(Budget, LetsInWhoeverFitsAtOnce) {
  Budget budget({1, 100});
  Line line;
  EXPECT_FALSE(budget.take({1, 1}, kStart, line.member("a")));
  EXPECT_EQ(line.news(), "a+");
}

TEST(Budget, ServesTheLineInItsOrder) {
  Budget budget({2, 100});
  Line line;
  ASSERT_TRUE(budget.take({2, 100}));
  EXPECT_TRUE(budget.take({1, 90}, kStart + seconds(1), line.member("a")));
  EXPECT_TRUE(budget.take({1, 5}, kStart + seconds(1), line.member("b")));
  budget.give_back({1, 20});
  EXPECT_EQ(line.news(), "");  // b would fit, but a was first
  budget.give_back({1, 80});
  EXPECT_EQ(line.news(), "a+b+");
  EXPECT_EQ(budget.used().bytes, 95U);
}

TEST(Budget, TurnsAwayWhoHasWaitedLongEnough) {
  Budget budget({1, 100});
  Line line;
  ASSERT_TRUE(budget.take({1, 1}));
  EXPECT_TRUE(budget.take({1, 1}, kStart + seconds(1), line.member("a")));
  EXPECT_TRUE(budget.take({1, 1}, kStart + seconds(2), line.member("b")));
  budget.expire(kStart + seconds(1));
  EXPECT_EQ(line.news(), "a-");
  budget.refuse_all();
  EXPECT_EQ(line.news(), "a-b-");
  EXPECT_EQ(budget.used().records, 1U);
}

TEST(Budget, BoundsTheLine) {
  Budget budget({1, 100});
  Line line;
  ASSERT_TRUE(budget.take({1, 1}));
  for (std::size_t i = 0; i < Budget::kMostWaiting; ++i) {
    ASSERT_TRUE(budget.take({1, 1}, kStart + seconds(1), line.member("w")));
  }
  EXPECT_FALSE(budget.take({1, 1}, kStart + seconds(1), line.member("x")));
  EXPECT_EQ(line.news(), "x-");
}

TEST(Budget, LetsTheOwnerOfTheRoomBeServedFirst) {
  Budget budget({1, 100});
  Line line;
  ASSERT_TRUE(budget.take({1, 1}));
  ASSERT_TRUE(budget.take({1, 1}, kStart + seconds(1), line.member("a")));
  budget.put_back({1, 1});
  EXPECT_TRUE(budget.take({1, 1}));
  budget.serve();
  EXPECT_EQ(line.news(), "");
}

}  // namespace
}  // namespace sluice::flow
