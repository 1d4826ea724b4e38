// A made-up collection whose statistics are those of real pages: Zipf words with a tail that keeps
// growing, log-normal lengths. The same for everybody who runs it.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace bench {

struct Page {
  std::string document;
  std::uint32_t ordinal;
  std::string title;
  std::string domain;
  std::string text;
};

class Corpus {
 public:
  explicit Corpus(std::uint32_t seed) : random_(seed) {}

  Page next();
  // 1 to 5 words drawn as they occur, without the most frequent ones.
  std::string content_query();
  // Three of the most frequent words and three others, as in a question.
  std::string natural_query();

 private:
  double uniform();
  std::uint64_t word_rank();
  std::string word();
  std::uint64_t content_rank();

  std::mt19937_64 random_;
  std::uint64_t document_ = 0;
  std::uint32_t ordinal_ = 0;
  std::uint32_t chunks_ = 0;
  std::uint64_t new_words_ = 0;
};

}  // namespace bench
