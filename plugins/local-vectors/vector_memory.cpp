#include "vector_memory.hpp"

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

namespace local_vectors {
// Neighbours mostly have the same attributes, so the last answer is kept.
class VectorMemory::FilterOfScan {
 public:
  FilterOfScan(const Filter& filter, const AttributeSets& sets) : sets_(sets) {
    if (!filter.is_empty()) condition_ = sets.condition(filter);
  }

  bool passes_nothing() const { return condition_ && condition_->passes_nothing(); }
  // Of a row, under the lock of its segment.
  bool passes(AttributeSets::Id set) {
    if (!condition_) return true;
    if (set != last_) {
      last_ = set;
      last_passes_ = sets_.passes(set, *condition_);
    }
    return last_passes_;
  }

 private:
  const AttributeSets& sets_;
  std::optional<AttributeSets::Condition> condition_;
  AttributeSets::Id last_ = AttributeSets::kNone;
  bool last_passes_ = false;
};

struct VectorMemory::Pass {
  Pass(std::span<const float> unit_query, std::size_t limit, std::size_t dense_end)
      : query(quantise_query(unit_query)), shortlist(limit, dense_end), seen(dense_end) {
    rows.reserve(kRows);
  }

  const QueryCodes query;
  Shortlist shortlist;
  std::vector<bool> seen;  // by dense document number
  std::uint64_t documents = 0;
  std::vector<std::uint32_t> rows;  // of this segment that pass
  std::array<std::int32_t, kRows> dots{};
};

std::size_t VectorMemory::dimension() const {
  const std::shared_lock lock(shape_mutex_);
  return dimension_;
}

VectorMemory::Segment& VectorMemory::segment_of(Slot slot) const {
  return *segments_[slot / kRows];  // the writer reads segments_ unlocked: nobody else changes it
}

std::uint32_t VectorMemory::dense_of(std::int64_t document) {
  return denses_.find(document, [this](std::uint32_t dense) { return documents_[dense].number; });
}

// For one row of a new document. Throws std::bad_alloc; nobody sees what it has made by then.
void VectorMemory::make_room_for_row() {
  slots_.make_room([this](Slot slot) { return key_at(slot); });
  denses_.make_room([this](std::uint32_t dense) { return documents_[dense].number; });
  if (unused_dense_ == kFree && documents_.size() == documents_.capacity()) {
    documents_.reserve(std::max<std::size_t>(kRows, documents_.size() / 2 * 3));
  }
  if (empty_slot_ == kFree && slot_end_ == segments_.size() * kRows) {
    auto segment = std::make_unique<Segment>(stride_for(dimension_));
    const std::unique_lock lock(shape_mutex_);
    segments_.push_back(std::move(segment));
  }
}

VectorMemory::Slot VectorMemory::take_slot() noexcept {
  if (empty_slot_ == kFree) return slot_end_++;
  return std::exchange(empty_slot_, static_cast<Slot>(key_at(empty_slot_)));
}

std::uint32_t VectorMemory::take_dense(std::int64_t document) noexcept {
  std::uint32_t dense = unused_dense_;
  if (dense == kFree) {
    dense = static_cast<std::uint32_t>(documents_.size());
    documents_.emplace_back();
    dense_end_.store(dense + 1, std::memory_order_relaxed);
  } else {
    unused_dense_ = static_cast<std::uint32_t>(documents_[dense].number);
  }
  documents_[dense].number = document;
  denses_.insert(dense, [this](std::uint32_t of) { return documents_[of].number; });
  document_count_.fetch_add(1, std::memory_order_relaxed);
  return dense;
}

void VectorMemory::release_chunk(std::uint32_t dense) noexcept {
  Document& document = documents_[dense];
  if (--document.chunks > 0) return;
  denses_.erase(dense, [this](std::uint32_t of) { return documents_[of].number; });
  document.number = std::exchange(unused_dense_, dense);
  document_count_.fetch_sub(1, std::memory_order_relaxed);
}

void VectorMemory::put(const MemoryRow& row) {
  if (dimension_ == 0) {
    const std::unique_lock lock(shape_mutex_);
    dimension_ = row.unit.size();
  }
  const std::size_t stride = stride_for(dimension_);
  std::vector<std::int8_t> codes(stride);
  const Quantised made = quantise_row(row.unit, codes);
  const auto key_of = [this](Slot at) { return key_at(at); };
  Slot slot = slots_.find(row.key, key_of);
  const bool is_new = slot == PlaceTable::kNone;
  if (is_new) make_room_for_row();
  const AttributeSets::Id attributes = attributes_.add(row.attributes);

  // From here on nothing fails.
  if (is_new) slot = take_slot();
  Segment& segment = segment_of(slot);
  const std::size_t in = slot % kRows;
  std::uint32_t dense = segment.document[in];
  if (is_new) {
    dense = dense_of(row.document);
    if (dense == PlaceTable::kNone) dense = take_dense(row.document);
    ++documents_[dense].chunks;
    chunk_count_.fetch_add(1, std::memory_order_relaxed);
  }
  AttributeSets::Id before = AttributeSets::kNone;
  {
    const std::unique_lock lock(segment.mutex);
    std::copy(codes.begin(), codes.end(),
              segment.codes.begin() + static_cast<std::ptrdiff_t>(in * stride));
    segment.scale[in] = made.scale;
    segment.error[in] = made.error;
    segment.document[in] = dense;
    segment.key[in] = row.key;
    before = std::exchange(segment.attributes[in], attributes);
    segment.used = std::max(segment.used, in + 1);
  }
  if (is_new) slots_.insert(slot, key_of);
  attributes_.release(before);
}

void VectorMemory::erase(std::int64_t key) noexcept {
  const auto key_of = [this](Slot at) { return key_at(at); };
  const Slot slot = slots_.find(key, key_of);
  if (slot == PlaceTable::kNone) return;
  slots_.erase(slot, key_of);
  Segment& segment = segment_of(slot);
  const std::size_t in = slot % kRows;
  AttributeSets::Id before = AttributeSets::kNone;
  std::uint32_t dense = kFree;
  {
    const std::unique_lock lock(segment.mutex);
    dense = std::exchange(segment.document[in], kFree);
    segment.key[in] = std::exchange(empty_slot_, slot);
    before = std::exchange(segment.attributes[in], AttributeSets::kNone);
  }
  attributes_.release(before);
  release_chunk(dense);
  chunk_count_.fetch_sub(1, std::memory_order_relaxed);
}

Scan VectorMemory::scan(std::span<const float> unit_query, std::size_t limit, const Filter& filter,
                        Deadline deadline) const {
  FilterOfScan filter_of_scan(filter, attributes_);
  std::vector<const Segment*> segments;
  {
    const std::shared_lock lock(shape_mutex_);
    for (const auto& segment : segments_) segments.push_back(segment.get());
  }
  if (filter_of_scan.passes_nothing() || segments.empty()) return {};

  // Documents that come later have numbers from here on and are left to the next search.
  Pass pass(unit_query, limit, dense_end_.load(std::memory_order_relaxed));
  for (const Segment* segment : segments) {
    if (std::chrono::steady_clock::now() >= deadline)
      return {.candidates = {}, .documents = 0, .is_late = true};
    scan_segment(*segment, filter_of_scan, pass);
  }
  return {.candidates = pass.shortlist.take(), .documents = pass.documents, .is_late = false};
}

void VectorMemory::scan_segment(const Segment& segment, FilterOfScan& filter, Pass& pass) const {
  const std::shared_lock lock(segment.mutex);
  pass.rows.clear();
  for (std::uint32_t row = 0; row < segment.used; ++row) {
    const std::uint32_t document = segment.document[row];
    if (document >= pass.seen.size()) continue;  // free, or newer than this search
    if (!filter.passes(segment.attributes[row])) continue;
    pass.rows.push_back(row);
    if (pass.seen[document]) continue;
    pass.seen[document] = true;
    ++pass.documents;
  }
  const CodeRows from{.codes = segment.codes.data(), .stride = pass.query.codes.size()};
  dot_rows_(pass.query.codes, from, pass.rows, pass.dots.data());
  for (std::size_t i = 0; i < pass.rows.size(); ++i) {
    const std::uint32_t row = pass.rows[i];
    const float near = static_cast<float>(pass.dots[i]) * pass.query.scale * segment.scale[row];
    // |q.x - q'.x'| <= |q|.|x-x'| + |q-q'|.|x'|, where q is a unit vector and |x'| <= 1 + |x-x'|.
    const float error = segment.error[row] + pass.query.error * (1 + segment.error[row]);
    if (near + error < pass.shortlist.threshold()) continue;
    pass.shortlist.add({.key = segment.key[row],
                        .document = segment.document[row],
                        .lower = near - error,
                        .upper = near + error});
  }
}

}  // namespace local_vectors
