// Latest: readers see whole values, the newest one in the end, and keep what they have loaded.
#include "base/latest.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace sluice {
namespace {

TEST(Latest, IsNothingAtFirst) { EXPECT_EQ(Latest<int>().load(), nullptr); }

TEST(Latest, LeavesALoadedValueToWhoHasIt) {
  Latest<int> latest(std::make_shared<const int>(1));
  const auto first = latest.load();
  latest.store(std::make_shared<const int>(2));
  EXPECT_EQ(*first, 1);
  EXPECT_EQ(*latest.load(), 2);
}

TEST(Latest, IsNeverHalfReplaced) {
  struct Pair {
    int one = 0;
    int other = 0;
  };
  constexpr int kStores = 2000;
  Latest<Pair> latest(std::make_shared<const Pair>());
  std::atomic<bool> has_seen_half{false};  // relaxed: read after the readers have ended
  {
    std::vector<std::jthread> readers;
    for (int i = 0; i < 2; ++i) {
      readers.emplace_back([&] {
        for (auto pair = latest.load(); pair->one < kStores; pair = latest.load()) {
          if (pair->one != pair->other) has_seen_half.store(true, std::memory_order_relaxed);
        }
      });
    }
    for (int i = 1; i <= kStores; ++i) latest.store(std::make_shared<const Pair>(Pair{i, i}));
  }
  EXPECT_FALSE(has_seen_half.load(std::memory_order_relaxed));
}

}  // namespace
}  // namespace sluice
