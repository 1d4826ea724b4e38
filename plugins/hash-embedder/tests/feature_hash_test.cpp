// What the vectors promise: the same everywhere, of unit length, near for shared words.
#include "feature_hash.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

namespace hash_embedder {
namespace {

std::vector<float> vector_of(std::string_view text, std::size_t dimension = 384) {
  std::vector<float> out(dimension, 42.0F);  // must be overwritten
  const std::array parts = {text};
  embed(parts, out);
  return out;
}

double dot(const std::vector<float>& a, const std::vector<float>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

double similarity(std::string_view a, std::string_view b) {
  return dot(vector_of(a), vector_of(b));
}

TEST(FeatureHash, UnitLengthInEveryDimension) {
  for (const std::size_t dimension :
       {std::size_t{kMinDimension}, std::size_t{384}, std::size_t{kMaxDimension}}) {
    for (const char* text :
         {"x", "hello world", "我们今天去吃饭", "مرحبا بالعالم", "\xFF\xFE ok"}) {
      const auto v = vector_of(text, dimension);
      EXPECT_NEAR(dot(v, v), 1.0, 1e-5) << text << " in " << dimension;
    }
  }
}

TEST(FeatureHash, NothingToHashIsTheFirstUnitVector) {
  for (const std::string_view text :
       {std::string_view(), std::string_view(" \n"), std::string_view("?!…"),
        std::string_view("\xFF\x80"), std::string_view("\0", 1)}) {
    std::vector<float> expected(16, 0.0F);
    expected[0] = 1;
    EXPECT_EQ(vector_of(text, 16), expected);
  }
}

TEST(FeatureHash, SameTextSameBits) {
  EXPECT_EQ(vector_of("Pipelines carry pages."), vector_of("Pipelines carry pages."));
}

TEST(FeatureHash, CaseAccentsAndPunctuationDoNotMatter) {
  EXPECT_EQ(vector_of("Événement, MÜNCHEN!"), vector_of("evenement munchen"));
}

TEST(FeatureHash, PartsAreReadAsOneText) {
  std::vector<float> out(384);
  const std::array<std::string_view, 3> parts = {"Install", "", "the host"};
  embed(parts, out);
  EXPECT_EQ(out, vector_of("install the host"));
}

TEST(FeatureHash, SharedWordsAreNearerThanSharedStemsThanNothing) {
  const std::string_view query = "install the search server";
  const double words = similarity(query, "how to install a search server on Debian");
  const double stems = similarity(query, "installation of searching servers");
  const double nothing = similarity(query, "bread dough needs flour");
  EXPECT_GT(words, stems);
  EXPECT_GT(stems, nothing + 0.1);
  EXPECT_LT(std::abs(nothing), 0.2);
}

TEST(FeatureHash, IdeographsShareByPair) {
  EXPECT_GT(similarity("今天去吃饭", "我们今天吃饭"), similarity("今天去吃饭", "数据库索引") + 0.2);
}

TEST(FeatureHash, LongRunsCostWhatTheyAreLong) {
  const std::string run(1'000'000, 'a');
  EXPECT_NEAR(dot(vector_of(run), vector_of(run)), 1.0, 1e-5);
}

TEST(FeatureHash, GoldenValues) {
  const auto v = vector_of("Hello, world", 8);
  const std::array<float, 8> expected = {0,           -0.2187975F, -0.72932494F, 0.2187975F,
                                         0.43759501F, 0.2187975F,  -0.2187975F,  0.29172999F};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_FLOAT_EQ(v[i], expected[i]) << i;
  }
}

}  // namespace
}  // namespace hash_embedder
