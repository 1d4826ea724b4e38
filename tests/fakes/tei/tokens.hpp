// A stand-in for a model's tokenizer: deterministic, and about as many tokens as a real one makes.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace sluice::fakes {

struct Token {
  std::size_t start = 0;  // bytes
  std::size_t stop = 0;
};

// Pieces of at most four letters or digits of a word, and every other visible code point. Without
// the two special tokens that frame an input.
std::vector<Token> tokenize(std::string_view text);

inline constexpr std::size_t kSpecialTokens = 2;

}  // namespace sluice::fakes
