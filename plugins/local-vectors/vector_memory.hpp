// VectorMemory: every vector of the store as int8 codes in memory, and the scan that finds which of
// them can be among the best.
#pragma once

#include "attribute_sets.hpp"
#include "attributes.hpp"
#include "place_table.hpp"
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

  struct Segment {
    explicit Segment(std::size_t stride) : codes(kRows * stride) { document.fill(kFree); }

    mutable std::shared_mutex mutex;  // guards everything below
    std::vector<std::int8_t> codes;
    std::array<float, kRows> scale{};
    std::array<float, kRows> error{};
    std::array<std::uint32_t, kRows> document{};  // dense number, kFree for an empty slot
    std::array<std::int64_t, kRows> key{};        // of an empty slot: the next empty one
    std::array<AttributeSets::Id, kRows> attributes{};
    std::size_t used = 0;  // slots from here on were never filled
  };
  // A document number is large and sparse; its dense number indexes the arrays of a scan.
  struct Document {
    std::int64_t number = 0;  // of a dense number nobody has: the next such
    std::uint32_t chunks = 0;
  };
  using Slot = std::uint32_t;  // segment * kRows + row
  class FilterOfScan;
  struct Pass;  // one scan under way

  std::uint32_t dense_of(std::int64_t document);
  void make_room_for_row();
  Slot take_slot() noexcept;
  std::uint32_t take_dense(std::int64_t document) noexcept;
  void release_chunk(std::uint32_t dense) noexcept;
  Segment& segment_of(Slot slot) const;
  std::int64_t key_at(Slot slot) const { return segment_of(slot).key[slot % kRows]; }
  void scan_segment(const Segment& segment, FilterOfScan& filter, Pass& pass) const;

  const DotRows dot_rows_;

  mutable std::shared_mutex shape_mutex_;  // guards dimension_, segments_ (not what they point to)
  std::size_t dimension_ = 0;
  std::vector<std::unique_ptr<Segment>> segments_;

  AttributeSets attributes_;  // has its own lock

  // Only the writer touches these. Empty slots and unused dense numbers are chains through the
  // things themselves, so that giving one back needs no memory.
  PlaceTable slots_;  // by key
  Slot empty_slot_ = kFree;
  Slot slot_end_ = 0;                // slots from here on were never filled
  PlaceTable denses_;                // by document number
  std::vector<Document> documents_;  // by dense number
  std::uint32_t unused_dense_ = kFree;

  // For readers, written by the writer; each stands alone, so relaxed order is enough.
  std::atomic<std::uint32_t> dense_end_ = 0;  // every dense number is below
  std::atomic<std::uint64_t> document_count_ = 0;
  std::atomic<std::uint64_t> chunk_count_ = 0;
};

}  // namespace local_vectors
