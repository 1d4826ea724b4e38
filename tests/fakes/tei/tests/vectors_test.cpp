// Tokens and vectors of the fake model.
#include "fakes/tei/vectors.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

namespace sluice::fakes {
namespace {

std::vector<float> embed(std::string_view text, std::size_t dimension = 64) {
  return vector_of(text, tokenize(text), {.model_dimension = dimension, .dimension = dimension});
}

float cosine(const std::vector<float>& a, const std::vector<float>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0F);
}

TEST(FakeTokens, AreShortPiecesWithByteOffsets) {
  const std::string_view text = "Hello, né";
  std::vector<std::string> pieces;
  for (const Token& token : tokenize(text)) {
    pieces.emplace_back(text.substr(token.start, token.stop - token.start));
  }
  EXPECT_EQ(pieces, (std::vector<std::string>{"Hell", "o", ",", "n", "é"}));
  EXPECT_TRUE(tokenize(" \n\t").empty());
}

TEST(FakeVectors, AreTheSameForTheSameTextAndOfUnitLength) {
  EXPECT_EQ(embed("the quick fox"), embed("the quick fox"));
  EXPECT_NEAR(cosine(embed("the quick fox"), embed("the quick fox")), 1, 1e-6);
  EXPECT_NEAR(cosine(embed(""), embed("")), 1, 1e-6);
}

TEST(FakeVectors, DifferForDifferentTextsAndAreNearForSimilarOnes) {
  EXPECT_NE(embed("fox the quick"), embed("the quick fox"));
  EXPECT_GT(cosine(embed("the quick brown fox"), embed("the quick brown dog")),
            cosine(embed("the quick brown fox"), embed("tax returns for companies")) + 0.2F);
}

TEST(FakeVectors, AreWrittenAsTheShortestDecimals) {
  std::string out;
  const std::vector<float> row = {0.1F, -2, std::numeric_limits<float>::quiet_NaN(), 1e-8F};
  write_json(row, out);
  EXPECT_EQ(out, "[0.1,-2,null,1e-08]");
}

TEST(FakeVectors, AreLittleEndianInBase64) {
  EXPECT_EQ(base64(std::vector<float>{1.0F}), "AACAPw==");
  EXPECT_EQ(base64(std::vector<float>{1.0F, -1.0F}), "AACAPwAAgL8=");
  EXPECT_EQ(base64({}), "");
}

}  // namespace
}  // namespace sluice::fakes
