// From text to terms: tokens are folded, stemmed in the language of the page, and counted.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/hash_table.hpp"
#include "index/languages.hpp"
#include "index/tokenizer.hpp"

struct sb_stemmer;

namespace bm25 {

// Goes up with every change that gives some text other terms; indexes made before are rebuilt.
inline constexpr std::uint32_t kAnalyzerVersion = 1;

struct AnalyzerSettings {
  std::string language = "auto";  // or one tag for every page
  bool stemming = true;
};

// What a chunk is found by. Views into the caller's strings.
struct ChunkText {
  std::string_view title;
  std::string_view headings;
  std::string_view text;
  std::string_view language;  // as the page declares it
};

struct AnalyzedTerm {
  std::uint64_t hash;  // hash_key of the term
  std::uint32_t begin;
  std::uint32_t size;
  std::uint32_t count;
};

// The distinct terms of one chunk with their counts. A term is its Language as one byte, then text.
struct AnalyzedChunk {
  std::string bytes;
  std::vector<AnalyzedTerm> terms;
  std::uint32_t length = 0;  // tokens, repetitions included

  std::string_view text(const AnalyzedTerm& term) const {
    return std::string_view(bytes).substr(term.begin, term.size);
  }
};

// One word of a query: a chunk matches it by any of the terms.
struct QueryWord {
  std::vector<std::string> terms;
  std::uint32_t count = 0;  // how often the query has it
  std::string single;       // of a script without spaces: matches every bigram that contains it
};

// Frees a stemmer the way libstemmer wants it.
struct StemmerDeleter {
  void operator()(sb_stemmer* stemmer) const;
};

// Keeps a cache of words it has met, so one per thread; not for concurrent use.
//
// Terms of words are kept apart by language, because stems of different languages mean different
// things; everything that is not stemmed is common to all. A query has no language: its words are
// analysed once in every language and a chunk, which has one language, can match one form only, so
// nothing scores twice and any page is found by the words it was written with.
class Analyzer {
 public:
  explicit Analyzer(const AnalyzerSettings& settings);

  AnalyzedChunk analyze(const ChunkText& chunk);
  // `languages` has a bit for each Language that pages may be in.
  std::vector<QueryWord> analyze_query(std::string_view query, std::uint32_t languages);

  // The language that `chunk` is analysed in.
  Language language_of(const ChunkText& chunk) const;

  // The term of one token in a text of that language; empty when the token has none. Valid until
  // the next call.
  std::string_view term_of(const RawToken& token, Language language);

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr std::size_t kCacheSlots = 1u << 17;  // a power of two; 4 MiB
  static constexpr std::size_t kCacheWords = kCacheSlots / 4 * 3;
  static constexpr std::size_t kMaxTerms = 1u << 17;  // remembered from one chunk to the next

  // What a word becomes, with the word itself: one look at memory for most tokens. Longer words are
  // analysed each time.
  struct alignas(32) CachedWord {
    std::uint32_t term = kNone;  // index into terms_; kNone for a token without a term
    std::uint8_t size = 0;       // of the word; 0 when the slot is free
    std::uint8_t space = 0;      // the language times two, plus one if the word is stemmed
    std::array<char, 26> word{};
  };
  struct CachedTerm {
    std::uint64_t hash;
    std::uint64_t begin;  // in term_bytes_
    std::uint32_t size;
  };

  // A token on its way through the cache of words.
  struct Lookup {
    RawToken token;
    std::uint8_t space;
    std::size_t slot;  // where the search in words_ starts
  };
  static constexpr std::size_t kLookAhead = 8;  // tokens between asking for memory and using it

  Lookup start_lookup(const RawToken& token, Language language) const;
  std::uint32_t finish_lookup(const Lookup& lookup);
  void count(std::uint32_t term, AnalyzedChunk& out);
  std::uint32_t term_index(std::string_view text);
  std::string_view text_of(const CachedTerm& term) const {
    return std::string_view(term_bytes_).substr(term.begin, term.size);
  }
  std::string make_term(const RawToken& token, Language language);
  void stem(std::string& word, Language language);
  void make_room();

  AnalyzerSettings settings_;
  Language fixed_ = kNoLanguage;
  std::vector<std::unique_ptr<sb_stemmer, StemmerDeleter>> stemmers_;  // made on first use
  std::vector<CachedWord> words_;  // a hash table with open addressing; none until a text comes
  std::size_t word_count_ = 0;
  std::vector<CachedTerm> terms_;
  std::string term_bytes_;
  HashTable term_indexes_;
  std::vector<std::uint32_t> counts_;  // by term, in the chunk at hand; zero in between
  std::vector<std::uint32_t> seen_;    // terms of the chunk at hand, in order of appearance
};

}  // namespace bm25
