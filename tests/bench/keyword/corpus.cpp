#include "corpus.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace bench {
namespace {

constexpr double kVocabulary = 200'000;  // words that everybody uses
constexpr double kNewWordShare = 0.012;  // names, identifiers, typos: three in a chunk
constexpr std::uint64_t kStopWords = 60;
constexpr double kMedianWords = 200;  // of a chunk: about 1.5 kB
constexpr double kSpread = 0.5;       // sigma of the logarithm

// A pronounceable word for a number, shorter for smaller ones.
std::string spell(std::uint64_t number) {
  static constexpr std::array kSyllables = {"ba", "ce", "di", "fo", "gu", "la", "me",
                                            "ni", "po", "ru", "sa", "te", "vi", "zo",
                                            "ka", "ne", "li", "so", "tu", "ra"};
  std::string out;
  do {
    out += kSyllables[number % kSyllables.size()];
    number /= kSyllables.size();
  } while (number > 0);
  return out;
}

}  // namespace

double Corpus::uniform() {
  return static_cast<double>(random_() >> 11) * 0x1.0p-53;  // the same on every library
}

// Zipf with exponent 1: rank = V^u.
std::uint64_t Corpus::word_rank() {
  return static_cast<std::uint64_t>(std::pow(kVocabulary, uniform()));
}

std::uint64_t Corpus::content_rank() {
  std::uint64_t rank = 0;
  while (rank < kStopWords) rank = word_rank();
  return rank;
}

std::string Corpus::word() {
  if (uniform() < kNewWordShare) {
    return "x" + spell(static_cast<std::uint64_t>(kVocabulary) + ++new_words_);
  }
  return spell(word_rank());
}

Page Corpus::next() {
  if (ordinal_ == chunks_) {
    ++document_;
    ordinal_ = 0;
    chunks_ = 1 + static_cast<std::uint32_t>(uniform() * 8);
  }
  const double normal =
      std::sqrt(-2 * std::log(1 - uniform())) * std::cos(2 * std::numbers::pi * uniform());
  const double words = std::clamp(kMedianWords * std::exp(kSpread * normal), 10.0, 2'000.0);
  Page page;
  page.domain = "site" + std::to_string(document_ % 50) + ".example";
  page.document = "https://" + page.domain + "/page/" + std::to_string(document_);
  page.ordinal = ordinal_++;
  page.title = spell(document_) + " " + spell(document_ % 1'000);
  for (int i = 0; i < static_cast<int>(words); ++i) {
    page.text += word();
    page.text += i % 12 == 11 ? ". " : " ";
  }
  return page;
}

std::string Corpus::content_query() {
  const auto words = 1 + static_cast<int>(uniform() * 5);
  std::string out;
  for (int i = 0; i < words; ++i) out += spell(content_rank()) + " ";
  return out;
}

std::string Corpus::natural_query() {
  std::string out;
  for (int i = 0; i < 3; ++i) {
    out += spell(static_cast<std::uint64_t>(uniform() * kStopWords)) + " ";
    out += spell(content_rank()) + " ";
  }
  return out;
}

}  // namespace bench
