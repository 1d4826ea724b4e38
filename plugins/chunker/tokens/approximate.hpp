// ApproximateCounter: tokens without a vocabulary, by the length and script of words. Meant to be
// at or above what a WordPiece model makes of the text; the README says how far above.
#pragma once

#include "tokens/token_counter.hpp"

namespace chunker {

class ApproximateCounter final : public TokenCounter {
 public:
  std::uint32_t count(std::string_view text) override;
};

}  // namespace chunker
