#include "quantise.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdlib>
#include <limits>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace local_vectors {
namespace {

constexpr std::size_t kAhead = 8;        // rows; measured: a quarter faster than none, 4 or 16
constexpr std::size_t kCacheLine = 64;   // bytes
constexpr std::size_t kLanes = 16;       // int16 values in an AVX2 register
constexpr float kRowMax = 127;           // of int8, the same on both sides of zero
constexpr float kRoundingSlack = 2e-6F;  // above what float arithmetic adds to any bound here

float largest(std::span<const float> values) {
  float most = 0;
  for (const float value : values) most = std::max(most, std::abs(value));
  return most;
}

int rounded(float value) { return static_cast<int>(value + (value < 0 ? -0.5F : 0.5F)); }

// Writes the codes and returns their scale and error.
template <class Code>
Quantised quantise(std::span<const float> unit, float code_max, std::span<Code> codes) {
  const float most = largest(unit);
  const float scale = most / code_max;
  const float inverse = code_max / most;
  double error = 0;
  for (std::size_t i = 0; i < unit.size(); ++i) {
    const int code = rounded(unit[i] * inverse);
    codes[i] = static_cast<Code>(code);
    const double off = static_cast<double>(unit[i]) - static_cast<double>(scale) * code;
    error += off * off;
  }
  std::fill(codes.begin() + static_cast<std::ptrdiff_t>(unit.size()), codes.end(), Code{0});
  return {.scale = scale, .error = static_cast<float>(std::sqrt(error)) + kRoundingSlack};
}

}  // namespace

std::optional<std::vector<float>> unit_vector(std::span<const float> vector) {
  double square = 0;
  for (const float value : vector) square += static_cast<double>(value) * value;
  if (!std::isfinite(square) || square == 0) return std::nullopt;
  const double inverse = 1 / std::sqrt(square);
  std::vector<float> unit(vector.size());
  std::transform(vector.begin(), vector.end(), unit.begin(),
                 [&](float value) { return static_cast<float>(value * inverse); });
  return unit;
}

float exact_dot(std::span<const float> a, std::span<const float> b) {
  assert(a.size() == b.size());
  // Four sums side by side, since each addition waits for the one before it.
  double sums[4] = {};
  for (std::size_t i = 0; i < a.size(); ++i) sums[i % 4] += static_cast<double>(a[i]) * b[i];
  return static_cast<float>((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

std::size_t stride_for(std::size_t dimension) { return (dimension + kLanes - 1) / kLanes * kLanes; }

Quantised quantise_row(std::span<const float> unit, std::span<std::int8_t> codes) {
  return quantise(unit, kRowMax, codes);
}

QueryCodes quantise_query(std::span<const float> unit) {
  assert(unit.size() <= kMaxDimension);
  QueryCodes query;
  query.codes.resize(stride_for(unit.size()));
  // As fine as can be while the whole inner product fits an int32.
  const auto room = static_cast<float>(std::numeric_limits<std::int32_t>::max() / 128) /
                    static_cast<float>(query.codes.size());
  const float most = std::min<float>(std::numeric_limits<std::int16_t>::max(), std::floor(room));
  const Quantised made = quantise(unit, most, std::span(query.codes));
  query.scale = made.scale;
  query.error = made.error;
  return query;
}

void dot_rows_plain(std::span<const std::int16_t> query, const CodeRows& from,
                    std::span<const std::uint32_t> rows, std::int32_t* out) {
  for (const std::uint32_t row : rows) {
    const std::int8_t* codes = from.codes + row * from.stride;
    std::int32_t sum = 0;
    for (std::size_t i = 0; i < query.size(); ++i) sum += query[i] * codes[i];
    *out++ = sum;
  }
}

#if defined(__x86_64__)
namespace {

__attribute__((target("avx2"))) __m256i product(__m256i query, const std::int8_t* codes) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(codes));
  return _mm256_madd_epi16(query, _mm256_cvtepi8_epi16(bytes));
}

__attribute__((target("avx2"))) std::int32_t sum_of(__m256i lanes) {
  __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
  sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0x4E));
  sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0xB1));
  return _mm_cvtsi128_si32(sum);
}

__attribute__((target("avx2"))) void dot_with_avx2(std::span<const std::int16_t> query,
                                                   const CodeRows& from,
                                                   std::span<const std::uint32_t> rows,
                                                   std::int32_t* out) {
  const std::int16_t* codes = query.data();
  std::size_t next = 0;
  // Four rows at a time share each load of the query.
  for (; next + 4 <= rows.size(); next += 4, out += 4) {
    const std::int8_t* row[4] = {};
    const std::int8_t* later[4] = {};
    __m256i sums[4] = {};
    for (std::size_t r = 0; r < 4; ++r) {
      row[r] = from.codes + rows[next + r] * from.stride;
      later[r] = from.codes + rows[std::min(next + r + kAhead, rows.size() - 1)] * from.stride;
    }
    for (std::size_t i = 0; i < query.size(); i += kLanes) {
      if (i % kCacheLine == 0) {
        for (const std::int8_t* codes_later : later) _mm_prefetch(codes_later + i, _MM_HINT_T0);
      }
      const __m256i part = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes + i));
      sums[0] = _mm256_add_epi32(sums[0], product(part, row[0] + i));
      sums[1] = _mm256_add_epi32(sums[1], product(part, row[1] + i));
      sums[2] = _mm256_add_epi32(sums[2], product(part, row[2] + i));
      sums[3] = _mm256_add_epi32(sums[3], product(part, row[3] + i));
    }
    for (std::size_t r = 0; r < 4; ++r) out[r] = sum_of(sums[r]);
  }
  for (; next < rows.size(); ++next) {
    const std::int8_t* row = from.codes + rows[next] * from.stride;
    __m256i sum = _mm256_setzero_si256();
    for (std::size_t i = 0; i < query.size(); i += kLanes) {
      const __m256i part = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes + i));
      sum = _mm256_add_epi32(sum, product(part, row + i));
    }
    *out++ = sum_of(sum);
  }
}

}  // namespace

DotRows dot_rows_avx2() { return __builtin_cpu_supports("avx2") ? &dot_with_avx2 : nullptr; }
#else
DotRows dot_rows_avx2() { return nullptr; }
#endif

DotRows fastest_dot_rows() {
  static const DotRows fastest = dot_rows_avx2() != nullptr ? dot_rows_avx2() : &dot_rows_plain;
  return fastest;
}

}  // namespace local_vectors
