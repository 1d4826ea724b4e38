// Vectors and changes for tests, made from a seed.
#pragma once

#include "vector_index.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace local_vectors {

inline std::vector<float> random_vector(std::mt19937& random, std::size_t dimension) {
  std::normal_distribution<float> normal;
  std::vector<float> out(dimension);
  for (float& value : out) value = normal(random);
  return out;
}

// Points around a few centres, as the embeddings of texts on a few subjects are.
inline std::vector<float> near(std::mt19937& random, const std::vector<float>& centre,
                               float spread) {
  std::normal_distribution<float> normal(0, spread);
  std::vector<float> out = centre;
  for (float& value : out) value += normal(random);
  return out;
}

inline Change put(std::string_view document, std::uint32_t ordinal, std::span<const float> vector) {
  Change change;
  change.document_id = document;
  change.ordinal = ordinal;
  change.vector = vector;
  change.text = "text";
  change.metadata = "{}";
  return change;
}

inline Change remove_from(std::string_view document, std::uint32_t ordinal) {
  Change change;
  change.kind = Change::Kind::kRemove;
  change.document_id = document;
  change.ordinal = ordinal;
  return change;
}

}  // namespace local_vectors
