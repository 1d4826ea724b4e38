// WordpieceCounter: exactly the tokens that BERT's tokenizer makes of a text with a given
// vocabulary, the two special tokens around it left out.
#pragma once

#include "tokens/token_counter.hpp"
#include "tokens/vocabulary.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace chunker {

// Refers to a vocabulary that must outlive it. Remembers the counts of the words met last, 1 MiB of
// them. One thread at a time; make one for each.
class WordpieceCounter final : public TokenCounter {
 public:
  explicit WordpieceCounter(const Vocabulary& vocabulary);
  std::uint32_t count(std::string_view text) override;

 private:
  // A run of at most 31 bytes, zero-padded, its length in the last byte. All zero is free.
  using Key = std::array<std::uint64_t, 4>;
  static Key key_of(std::string_view run);

  std::uint32_t count_run(std::string_view run);
  std::uint32_t count_words(std::string_view run);
  void add_normalized(char32_t point, std::uint32_t& tokens);
  void add_to_word(char32_t point, std::uint32_t& tokens);
  std::uint32_t finish_word();

  const Vocabulary& vocabulary_;
  std::vector<Key> remembered_;  // one place per hash value: what collides is forgotten
  std::vector<std::uint8_t> remembered_tokens_;
  std::string word_;             // normalized, being collected
  std::size_t word_length_ = 0;  // in code points, also beyond what word_ holds
};

}  // namespace chunker
