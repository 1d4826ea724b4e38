// Vectors as small integers: how a float vector becomes int8 codes, how far off the codes can be,
// and the inner products that a search is made of, in plain C++ and with AVX2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace local_vectors {

// At 8,192 dimensions an int32 still holds the inner product of int8 codes with 12-bit ones.
inline constexpr std::size_t kMaxDimension = 8192;

// The vector scaled to length one; nothing for a vector with NaN or infinity, or of length zero.
std::optional<std::vector<float>> unit_vector(std::span<const float> vector);

// The inner product in double precision, always added up in the same order.
float exact_dot(std::span<const float> a, std::span<const float> b);

// Bytes from one row of codes to the next: the dimension rounded up to what AVX2 takes at a time.
std::size_t stride_for(std::size_t dimension);

// x is near scale * codes: the difference is a vector no longer than `error`.
struct Quantised {
  float scale = 0;
  float error = 0;
};

// `codes` has the stride as its size; what is beyond the dimension becomes zero.
Quantised quantise_row(std::span<const float> unit, std::span<std::int8_t> codes);

// The query has finer codes than the rows, so that practically all error is the rows'.
struct QueryCodes {
  std::vector<std::int16_t> codes;
  float scale = 0;
  float error = 0;
};
QueryCodes quantise_query(std::span<const float> unit);

// Rows of codes, `stride` bytes apart.
struct CodeRows {
  const std::int8_t* codes = nullptr;
  std::size_t stride = 0;
};

// Writes out[i] = query . row rows[i]. Exact integers, so both give the same.
using DotRows = void (*)(std::span<const std::int16_t> query, const CodeRows& from,
                         std::span<const std::uint32_t> rows, std::int32_t* out);
void dot_rows_plain(std::span<const std::int16_t> query, const CodeRows& from,
                    std::span<const std::uint32_t> rows, std::int32_t* out);

// The AVX2 one, or nullptr where this processor lacks it.
DotRows dot_rows_avx2();

// The fastest this processor has.
DotRows fastest_dot_rows();

}  // namespace local_vectors
