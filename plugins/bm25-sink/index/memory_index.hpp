// The inverted index in memory: what a keyword search reads and a batch updates in place.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "index/analyzer.hpp"
#include "index/attributes.hpp"
#include "index/chunk_table.hpp"
#include "index/dictionary.hpp"
#include "index/fair_mutex.hpp"

namespace bm25 {

// One step of an update: a chunk that comes, or one that goes with the terms it came with.
struct IndexChange {
  enum class Kind { kAdd, kRemove };
  Kind kind = Kind::kAdd;
  RowId row = 0;
  AnalyzedChunk terms;
  // Of an added chunk:
  std::string document;
  std::uint32_t ordinal = 0;
  Attributes attributes;
};

struct Bm25Parameters {
  double k1 = 1.2;
  double b = 0.75;
};

struct IndexQuery {
  std::span<const QueryWord> words;
  const Filter& filter;
  std::size_t limit;
  Bm25Parameters parameters;
};

struct IndexHit {
  std::string document;
  RowId row = 0;  // of the document's best chunk
  std::uint32_t ordinal = 0;
  float score = 0;
};

struct IndexResult {
  std::vector<IndexHit> hits;  // best first; equal scores by document id
  std::uint64_t total = 0;     // documents that match
  std::vector<double> idf;     // of each word of the query
};

struct IndexCounts {
  std::uint32_t documents = 0;
  std::uint32_t chunks = 0;
  std::uint32_t terms = 0;
  std::uint64_t tokens = 0;
  std::uint32_t allocated_pages = 0;
};

// Any thread may search. apply, compact, tighten and load must be called by one thread at a time;
// they take the lock for slices of a fraction of a millisecond, so that searches run between them.
// A chunk is always seen whole.
//
// A removed chunk is marked dead and its terms' statistics are corrected at once; its postings
// stay until they are a quarter of a term's list, which is then rewritten beside the old one.
class MemoryIndex {
 public:
  MemoryIndex();
  ~MemoryIndex();

  void apply(std::span<const IndexChange> changes);

  // Rewrites lists with many dead postings until none is left or `budget` is spent. Returns true
  // when some are left.
  bool compact(std::chrono::microseconds budget);

  // Gives back the room that lists keep for growing, if it is much; by the writing thread, at rest.
  // For a moment the terms are there twice. Does less when there is no memory.
  void tighten();

  // What names and postings of terms take. By the writing thread, which may be about to change it
  // without the lock.
  std::size_t reserved_bytes() const { return dictionary_.arena().reserved_bytes(); }

  IndexResult search(const IndexQuery& query) const;
  IndexCounts counts() const;
  std::uint32_t languages() const;  // a bit for each Language that queries must be analysed in

  // Rows of the live chunks of the emptiest page that no chunk can be added to any more; empty when
  // pages are well used. Writing these rows anew frees the page.
  std::vector<RowId> sparse_rows() const;

  // ---- for snapshots -----------------------------------------------------------------------
  // A chunk of the state a snapshot describes, copied out in one go.
  struct ChunkImage {
    Slot slot;
    RowId row;
    std::uint32_t document;  // index into StateImage::documents
    std::uint32_t ordinal;
    std::uint32_t length;
    std::uint32_t attributes;  // index into StateImage::attributes
  };
  struct StateImage {
    Slot slot_limit = 0;
    TermId term_limit = 0;
    std::vector<ChunkImage> chunks;
    std::vector<std::string> documents;
    std::vector<Attributes> attributes;
  };
  StateImage image() const;  // called by the writing thread, like apply

  // Calls fn(name, postings) for terms with ids in [first, last) under one shared lock. Postings of
  // slots that died after image() may be missing; those of later slots are there too.
  void visit_terms(TermId first, TermId last,
                   const std::function<void(std::string_view, const Postings&)>& fn) const;

  // Fills an empty index. `bytes` are those of a term's postings, `slots` maps those of the image
  // to new ones, PostingCursor::kEnd to none.
  Slot load_chunk(const ChunkPlace& place, const Attributes& attributes, std::uint32_t length);
  void load_term(std::string_view name, std::span<const std::uint8_t> bytes,
                 std::span<const Slot> slots);

 private:
  struct Scratch;  // what one search needs, kept for the next one
  class Scorer;

  void find_terms(const AnalyzedChunk& chunk, std::vector<TermId>& ids) const;
  void apply_add(const IndexChange& change, std::span<const TermId> ids);
  void apply_remove(const IndexChange& change, std::span<const TermId> ids);
  void queue_if_wasteful(TermId id);
  std::unique_ptr<Scratch> take_scratch() const;
  void give_back(std::unique_ptr<Scratch> scratch) const;

  // Guards everything below up to the queue. The writing thread may read without it.
  mutable FairMutex mutex_;
  Dictionary dictionary_;
  ChunkTable chunks_;

  std::deque<TermId> queue_;  // of terms to compact; the writing thread's

  // Guards scratch_.
  mutable std::mutex scratch_mutex_;
  mutable std::vector<std::unique_ptr<Scratch>> scratch_;
};

}  // namespace bm25
