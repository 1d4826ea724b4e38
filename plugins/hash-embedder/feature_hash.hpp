// FeatureHash: text to a vector of unit length, by counting hashed words and pieces of words. The
// same text gives the same bits on every machine with IEEE floats: nothing depends on locale or
// word size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace hash_embedder {

inline constexpr std::uint32_t kMinDimension = 8;
inline constexpr std::uint32_t kMaxDimension = 4096;

// Writes the vector of the parts, read as if blanks stood between them, over all of `out`, whose
// size is the dimension. Text without a letter or digit gives the first unit vector: a vector of
// zeros has no direction, and some stores refuse it. Linear in the text. Any thread.
void embed(std::span<const std::string_view> parts, std::span<float> out);

}  // namespace hash_embedder
