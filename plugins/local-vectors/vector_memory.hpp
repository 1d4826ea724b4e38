// VectorMemory: every vector of the store as int8 codes in memory, and the scan that finds which of
// them can be among the best.
#pragma once

#include "attributes.hpp"
#include "interner.hpp"
#include "quantise.hpp"
#include "shortlist.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <shared_mutex>
#include <span>
#include <unordered_map>
#include <vector>

namespace local_vectors {

using Deadline = std::chrono::steady_clock::time_point;

// One chunk as it is kept here. `key` and `document` are the numbers the file gave it; neither is
// ever given to another chunk or document.
struct MemoryRow {
  std::int64_t key = 0;
  std::int64_t document = 0;
  std::span<const float> unit;
  AttributeViews attributes;
};

struct Scan {
  std::vector<Candidate> candidates;  // best bound first
  std::uint64_t documents = 0;        // with a chunk that passes the filter
  bool is_late = false;               // the deadline passed; the rest means nothing
};

// One writer at a time (put, erase); any number of threads scan meanwhile. A writer holds back a
// scan for one row at most, and a scan a writer for one segment.
class VectorMemory {
 public:
  explicit VectorMemory(DotRows dot_rows) : dot_rows_(dot_rows) {}

  // 0 until the first row; all rows have the same.
  std::size_t dimension() const;
  std::uint64_t documents() const { return document_count_.load(std::memory_order_relaxed); }
  std::uint64_t chunks() const { return chunk_count_.load(std::memory_order_relaxed); }

  // [writer] Adds the row, or replaces the one with its key. Throws std::bad_alloc, and then
  // nothing has changed.
  void put(const MemoryRow& row);
  // [writer] Does nothing for a key that is not there. Needs no memory.
  void erase(std::int64_t key) noexcept;

  // Which rows may belong to the best `limit` documents for this query, and certainly all that do.
  Scan scan(std::span<const float> unit_query, std::size_t limit, const Filter& filter,
            Deadline deadline) const;

 private:
  static constexpr std::size_t kRows = 1024;  // per segment: a scan holds its lock for some 20 us
  static constexpr std::uint32_t kFree = ~std::uint32_t{0};  // in place of a document

  using AttributeIds = std::array<Interner::Id, kAttributes>;

  struct Segment {
    explicit Segment(std::size_t stride) : codes(kRows * stride) { document.fill(kFree); }

    mutable std::shared_mutex mutex;  // guards everything below
    std::vector<std::int8_t> codes;
    std::array<float, kRows> scale{};
    std::array<float, kRows> error{};
    std::array<std::uint32_t, kRows> document{};  // dense number, kFree for an empty slot
    std::array<std::int64_t, kRows> key{};
    std::array<AttributeIds, kRows> attributes{};
    std::size_t used = 0;  // slots from here on were never filled
  };
  // A document number is large and sparse; its dense number indexes the arrays of a scan.
  struct Document {
    std::uint32_t dense = 0;
    std::uint32_t chunks = 0;
  };
  struct Slot {
    std::uint32_t index = 0;  // segment * kRows + row
    std::int64_t document = 0;
  };
  struct Conditions;
  struct Pass;  // one scan under way

  Slot new_slot(std::int64_t document);
  void add_segment();
  Segment& segment_of(std::uint32_t slot);
  void release_document(std::int64_t number);
  void scan_segment(const Segment& segment, const Conditions& conditions, Pass& pass) const;

  const DotRows dot_rows_;

  mutable std::shared_mutex shape_mutex_;  // guards dimension_, segments_ (not what they point to)
  std::size_t dimension_ = 0;
  std::vector<std::unique_ptr<Segment>> segments_;

  Interner interner_;  // has its own lock

  // Only the writer touches these.
  std::unordered_map<std::int64_t, Slot> slots_;
  std::unordered_map<std::int64_t, Document> documents_;
  std::vector<std::uint32_t> free_slots_;
  std::vector<std::uint32_t> free_dense_;

  // For readers, written by the writer; each stands alone, so relaxed order is enough.
  std::atomic<std::uint32_t> dense_end_ = 0;  // every dense number is below
  std::atomic<std::uint64_t> document_count_ = 0;
  std::atomic<std::uint64_t> chunk_count_ = 0;
};

}  // namespace local_vectors
