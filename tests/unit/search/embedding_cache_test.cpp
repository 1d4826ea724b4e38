// Vectors of recent queries: bounded, and not for ever.
#include "search/embedding_cache.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sluice::search {
namespace {

using namespace std::chrono_literals;

const Steady::time_point kNow(1h);

EmbeddingCache::Vector vector(float value) {
  return std::make_shared<const std::vector<float>>(3, value);
}

TEST(EmbeddingCache, GivesBackWhatWasAdded) {
  EmbeddingCache cache({10, 1h});
  cache.add("a", vector(1), kNow);
  cache.add("b", vector(2), kNow);
  ASSERT_TRUE(cache.find("a", kNow));
  EXPECT_EQ((*cache.find("a", kNow))[0], 1);
  EXPECT_EQ((*cache.find("b", kNow))[0], 2);
  EXPECT_FALSE(cache.find("c", kNow));
}

TEST(EmbeddingCache, LetsGoOfTheOneAskedForLongestAgo) {
  EmbeddingCache cache({2, 1h});
  cache.add("a", vector(1), kNow);
  cache.add("b", vector(2), kNow);
  EXPECT_TRUE(cache.find("a", kNow));
  cache.add("c", vector(3), kNow);
  EXPECT_TRUE(cache.find("a", kNow));
  EXPECT_FALSE(cache.find("b", kNow));
  EXPECT_TRUE(cache.find("c", kNow));
  EXPECT_EQ(cache.size(), 2U);
}

TEST(EmbeddingCache, ForgetsAfterItsTime) {
  EmbeddingCache cache({10, 5s});
  cache.add("a", vector(1), kNow);
  EXPECT_TRUE(cache.find("a", kNow + 4999ms));
  EXPECT_FALSE(cache.find("a", kNow + 5s));
  EXPECT_EQ(cache.size(), 0U);
}

TEST(EmbeddingCache, ReplacesWhatIsThere) {
  EmbeddingCache cache({10, 5s});
  cache.add("a", vector(1), kNow);
  cache.add("a", vector(2), kNow + 3s);
  EXPECT_EQ(cache.size(), 1U);
  ASSERT_TRUE(cache.find("a", kNow + 6s));
  EXPECT_EQ((*cache.find("a", kNow + 6s))[0], 2);
}

TEST(EmbeddingCache, ShrinksWithItsLimits) {
  EmbeddingCache cache({100, 1h});
  for (int i = 0; i < 100; ++i) cache.add(std::to_string(i), vector(1), kNow);
  cache.set_limits({3, 1h});
  EXPECT_EQ(cache.size(), 3U);
  EXPECT_TRUE(cache.find("99", kNow));
  cache.set_limits({0, 1h});
  EXPECT_EQ(cache.size(), 0U);
  cache.add("a", vector(1), kNow);
  EXPECT_EQ(cache.size(), 0U);
}

}  // namespace
}  // namespace sluice::search
