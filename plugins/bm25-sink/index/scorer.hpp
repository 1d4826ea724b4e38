// How one search walks the postings: page by page, word by word.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "index/memory_index.hpp"

namespace bm25 {

// The state of a search, reused from one to the next so that nothing of the size of the corpus is
// cleared per query.
struct MemoryIndex::Scratch {
  struct Best {               // of a document
    std::uint32_t stamp = 0;  // of the search that wrote it
    float score = 0;
    Slot slot = 0;
  };
  std::array<float, kPageSlots> scores{};  // of the chunks of the page at hand; zero in between
  std::array<std::uint64_t, kPageSlots / 64> touched{};  // a bit per chunk with a score
  std::vector<Best> best;                                // by DocumentId
  std::uint32_t stamp = 0;
  std::vector<DocumentId> candidates;  // for the result, with repetitions
  std::vector<char> passes;            // by AttributeId; empty without a filter
};

// One search. Used under the shared lock.
class MemoryIndex::Scorer {
 public:
  Scorer(const MemoryIndex& index, const IndexQuery& query, Scratch& scratch);
  ~Scorer();
  Scorer(const Scorer&) = delete;
  Scorer& operator=(const Scorer&) = delete;

  IndexResult run();

 private:
  struct List {
    PostingCursor cursor;
    float weight;
  };

  void add_word(const QueryWord& word);
  // The chunks that contain a character of a script without spaces, by the bigrams it is part of.
  void merge_single(const QueryWord& word);
  double idf(std::uint64_t df) const;
  void score_page(std::uint32_t number);
  void harvest(const ChunkPage& page, std::uint32_t number);
  void offer(DocumentId document);
  bool is_better(DocumentId a, DocumentId b) const;
  void prune(std::size_t keep);
  std::uint32_t ordinal_of(Slot slot) const;

  const MemoryIndex& index_;
  const IndexQuery& query_;
  Scratch& scratch_;
  Arena arena_;  // of merged postings
  std::vector<List> lists_;
  std::deque<Postings> merged_;  // does not move what lists_ points into
  float norm_base_ = 0;          // k1 * (1 - b)
  float norm_factor_ = 0;        // k1 * b / average length
  float threshold_ = 0;          // what a document must reach to be among the best
  IndexResult result_;
};

}  // namespace bm25
