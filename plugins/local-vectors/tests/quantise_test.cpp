// Codes: the bounds hold, and AVX2 gives the very numbers that plain C++ gives.
#include "quantise.hpp"

#include "sample.hpp"
#include "shortlist.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

namespace local_vectors {
namespace {

constexpr std::array<std::size_t, 9> kDimensions = {1,   2,   15,   16,           17,
                                                    384, 768, 1024, kMaxDimension};

TEST(UnitVector, HasLengthOneWhateverTheScale) {
  for (const float scale : {1e-30F, 1.0F, 1e30F}) {
    const auto unit = unit_vector(std::vector<float>{3 * scale, 0, -4 * scale});
    ASSERT_TRUE(unit);
    EXPECT_NEAR((*unit)[0], 0.6F, 1e-6F);
    EXPECT_NEAR((*unit)[2], -0.8F, 1e-6F);
  }
}

TEST(UnitVector, RefusesWhatHasNoDirection) {
  EXPECT_FALSE(unit_vector(std::vector<float>{0, 0, -0.0F}));
  EXPECT_FALSE(unit_vector(std::vector<float>{1, std::numeric_limits<float>::quiet_NaN()}));
  EXPECT_FALSE(unit_vector(std::vector<float>{1, std::numeric_limits<float>::infinity()}));
  EXPECT_FALSE(unit_vector({}));
}

TEST(Quantise, TheTrueScoreLiesWithinTheBounds) {
  std::mt19937 random(7);
  for (const std::size_t dimension : kDimensions) {
    for (int round = 0; round < 20; ++round) {
      std::vector<float> raw = random_vector(random, dimension);
      if (round % 3 == 0) {  // few values that are not zero, as hashed features have
        for (std::size_t i = 0; i + 1 < dimension; ++i)
          if (random() % 16 != 0) raw[i] = 0;
      }
      const auto row = *unit_vector(raw);
      const auto query = *unit_vector(random_vector(random, dimension));
      std::vector<std::int8_t> codes(stride_for(dimension));
      const Quantised made = quantise_row(row, codes);
      const QueryCodes asked = quantise_query(query);
      std::int32_t dot = 0;
      const std::uint32_t first = 0;
      dot_rows_plain(asked.codes, {.codes = codes.data(), .stride = codes.size()}, {&first, 1},
                     &dot);
      const float near = static_cast<float>(dot) * asked.scale * made.scale;
      EXPECT_LE(std::abs(near - exact_dot(row, query)), made.error + asked.error * (1 + made.error))
          << dimension;
      EXPECT_LT(made.error, 0.02F) << dimension;
    }
  }
}

TEST(Quantise, TheLargestProductFitsItsInteger) {
  const std::vector<float> ones(kMaxDimension, 1.0F);
  const auto unit = *unit_vector(ones);
  std::vector<std::int8_t> codes(stride_for(kMaxDimension));
  const Quantised made = quantise_row(unit, codes);
  const QueryCodes asked = quantise_query(unit);
  const std::uint32_t first = 0;
  std::int32_t dot = 0;
  dot_rows_plain(asked.codes, {.codes = codes.data(), .stride = codes.size()}, {&first, 1}, &dot);
  EXPECT_NEAR(static_cast<float>(dot) * asked.scale * made.scale, 1.0F, 1e-3F);
}

TEST(DotRows, Avx2EqualsPlain) {
  const DotRows avx2 = dot_rows_avx2();
  // Such a processor runs the plain loop, which the tests above hold to the same values.
  if (avx2 == nullptr) GTEST_SKIP() << "no AVX2 on this processor";
  std::mt19937 random(11);
  for (const std::size_t dimension : kDimensions) {
    constexpr std::size_t kRows = 23;
    const std::size_t stride = stride_for(dimension);
    std::vector<std::int8_t> codes(kRows * stride);
    for (auto& code : codes)
      code = static_cast<std::int8_t>(static_cast<int>(random() % 255) - 127);
    const QueryCodes query = quantise_query(*unit_vector(random_vector(random, dimension)));
    for (std::size_t count = 0; count <= kRows; ++count) {
      std::vector<std::uint32_t> rows(kRows);
      std::iota(rows.begin(), rows.end(), 0U);
      std::shuffle(rows.begin(), rows.end(), random);
      rows.resize(count);
      std::vector<std::int32_t> plain(count);
      std::vector<std::int32_t> fast(count);
      const CodeRows from{.codes = codes.data(), .stride = stride};
      dot_rows_plain(query.codes, from, rows, plain.data());
      avx2(query.codes, from, rows, fast.data());
      ASSERT_EQ(plain, fast) << dimension;
    }
  }
}

TEST(Shortlist, KeepsEveryRowThatCanBeAmongTheBest) {
  std::mt19937 random(13);
  std::uniform_real_distribution<float> score(-1, 1);
  std::uniform_real_distribution<float> width(0, 0.05F);
  constexpr std::size_t kDocuments = 2000;
  constexpr std::size_t kLimit = 10;
  Shortlist shortlist(kLimit, kDocuments);
  std::vector<float> best(kDocuments, -2);  // a true score for each row, between its bounds
  std::vector<std::int64_t> best_key(kDocuments);
  for (std::int64_t key = 0; key < 20'000; ++key) {
    const auto document = static_cast<std::uint32_t>(random() % kDocuments);
    const float true_score = score(random);
    const Candidate row{.key = key,
                        .document = document,
                        .lower = true_score - width(random),
                        .upper = true_score + width(random)};
    if (true_score > best[document]) {
      best[document] = true_score;
      best_key[document] = key;
    }
    if (row.upper >= shortlist.threshold()) shortlist.add(row);
  }
  const std::vector<Candidate> left = shortlist.take();
  EXPECT_LT(left.size(), 2000U);
  std::vector<std::uint32_t> order(kDocuments);
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return best[a] > best[b]; });
  for (std::size_t i = 0; i < kLimit; ++i) {
    const auto is_best = [&](const Candidate& row) { return row.key == best_key[order[i]]; };
    EXPECT_TRUE(std::any_of(left.begin(), left.end(), is_best)) << i;
  }
}

}  // namespace
}  // namespace local_vectors
