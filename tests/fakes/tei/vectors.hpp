// Vectors from hashed tokens: equal texts have equal vectors, texts with common words near ones.
#pragma once

#include "fakes/tei/tokens.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::fakes {

enum class Length { kAsIs, kUnit };

// The first `dimension` numbers of the model's vector for the tokens of the text.
struct VectorShape {
  std::size_t model_dimension = 0;
  std::size_t dimension = 0;  // at most the model's
  Length length = Length::kUnit;
};
std::vector<float> vector_of(std::string_view text, std::span<const Token> tokens,
                             const VectorShape& shape);

// As the real server writes them: the shortest decimal that reads back the same; NaN as null.
void write_json(std::span<const float> vector, std::string& out);
// Little-endian float32 in base64, with padding.
std::string base64(std::span<const float> vector);

}  // namespace sluice::fakes
