#include "vector_memory.hpp"

#include <algorithm>
#include <mutex>
#include <new>
#include <utility>

namespace local_vectors {
namespace {

// At least twice as much as before, so that growing stays cheap per number.
void make_room(std::vector<std::uint32_t>& numbers, std::size_t wanted) {
  if (wanted > numbers.capacity()) numbers.reserve(std::max(wanted, 2 * numbers.capacity()));
}

}  // namespace

// The filter in numbers.
struct VectorMemory::Conditions {
  struct One {
    std::size_t attribute = 0;
    std::vector<Interner::Id> any_of;  // sorted
  };
  std::vector<One> all;

  bool pass(const AttributeIds& ids) const {
    return std::all_of(all.begin(), all.end(), [&](const One& one) {
      return std::binary_search(one.any_of.begin(), one.any_of.end(), ids[one.attribute]);
    });
  }
  bool can_pass() const {
    return std::none_of(all.begin(), all.end(), [](const One& one) { return one.any_of.empty(); });
  }

  Conditions(const Filter& filter, const Interner& interner) {
    for (std::size_t attribute = 0; attribute < kAttributes; ++attribute) {
      if (!filter.any_of[attribute]) continue;
      One one{.attribute = attribute, .any_of = {}};
      for (const std::string& text : *filter.any_of[attribute]) {
        const Interner::Id id = interner.find(text);
        if (id != Interner::kNone) one.any_of.push_back(id);
      }
      std::sort(one.any_of.begin(), one.any_of.end());
      all.push_back(std::move(one));
    }
  }
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

VectorMemory::Segment& VectorMemory::segment_of(std::uint32_t slot) {
  return *segments_[slot / kRows];  // the writer reads segments_ unlocked: nobody else changes it
}

// Room first, numbers after it: when there is no room, nothing has changed. With it comes the room
// that erase needs to give the numbers back.
VectorMemory::Slot VectorMemory::new_slot(std::int64_t document) {
  if (free_slots_.empty()) add_segment();
  auto [at, is_new] = documents_.try_emplace(document);
  if (is_new && free_dense_.empty()) {
    const std::uint32_t next = dense_end_.load(std::memory_order_relaxed);
    try {
      make_room(free_dense_, next + 1);
    } catch (const std::bad_alloc&) {
      documents_.erase(at);
      throw;
    }
    at->second.dense = next;
    dense_end_.store(next + 1, std::memory_order_relaxed);
  } else if (is_new) {
    at->second.dense = free_dense_.back();
    free_dense_.pop_back();
  }
  if (is_new) document_count_.fetch_add(1, std::memory_order_relaxed);
  ++at->second.chunks;
  chunk_count_.fetch_add(1, std::memory_order_relaxed);
  const std::uint32_t slot = free_slots_.back();
  free_slots_.pop_back();
  return {.index = slot, .document = document};
}

void VectorMemory::add_segment() {
  const auto first = static_cast<std::uint32_t>(segments_.size() * kRows);
  auto segment = std::make_unique<Segment>(stride_for(dimension_));
  make_room(free_slots_, first + kRows);
  {
    const std::unique_lock lock(shape_mutex_);
    segments_.push_back(std::move(segment));
  }
  // Lowest first, so that the slots in use stay together.
  for (std::uint32_t row = kRows; row-- > 0;) free_slots_.push_back(first + row);
}

void VectorMemory::put(const MemoryRow& row) {
  if (dimension_ == 0) {
    const std::unique_lock lock(shape_mutex_);
    dimension_ = row.unit.size();
  }
  const std::size_t stride = stride_for(dimension_);
  std::vector<std::int8_t> codes(stride);
  const Quantised made = quantise_row(row.unit, codes);
  const auto [at, is_new] = slots_.try_emplace(row.key);
  try {
    if (is_new) at->second = new_slot(row.document);
  } catch (const std::bad_alloc&) {
    slots_.erase(at);
    throw;
  }
  AttributeIds ids = {};
  try {
    for (std::size_t i = 0; i < kAttributes; ++i) ids[i] = interner_.add(row.attributes[i]);
  } catch (const std::bad_alloc&) {
    for (const Interner::Id id : ids) interner_.release(id);
    if (is_new) erase(row.key);
    throw;
  }

  Segment& segment = segment_of(at->second.index);
  const std::size_t in = at->second.index % kRows;
  AttributeIds before{};
  {
    const std::unique_lock lock(segment.mutex);
    std::copy(codes.begin(), codes.end(),
              segment.codes.begin() + static_cast<std::ptrdiff_t>(in * stride));
    segment.scale[in] = made.scale;
    segment.error[in] = made.error;
    segment.document[in] = documents_.find(at->second.document)->second.dense;
    segment.key[in] = row.key;
    before = std::exchange(segment.attributes[in], ids);
    segment.used = std::max(segment.used, in + 1);
  }
  for (const Interner::Id id : before) interner_.release(id);
}

void VectorMemory::erase(std::int64_t key) noexcept {
  const auto at = slots_.find(key);
  if (at == slots_.end()) return;
  Segment& segment = segment_of(at->second.index);
  const std::size_t in = at->second.index % kRows;
  AttributeIds before{};
  {
    const std::unique_lock lock(segment.mutex);
    segment.document[in] = kFree;
    before = std::exchange(segment.attributes[in], AttributeIds{});
  }
  for (const Interner::Id id : before) interner_.release(id);
  free_slots_.push_back(at->second.index);  // there is room: see new_slot
  release_document(at->second.document);
  slots_.erase(at);
  chunk_count_.fetch_sub(1, std::memory_order_relaxed);
}

void VectorMemory::release_document(std::int64_t number) {
  const auto at = documents_.find(number);
  if (--at->second.chunks > 0) return;
  free_dense_.push_back(at->second.dense);
  documents_.erase(at);
  document_count_.fetch_sub(1, std::memory_order_relaxed);
}

Scan VectorMemory::scan(std::span<const float> unit_query, std::size_t limit, const Filter& filter,
                        Deadline deadline) const {
  const Conditions conditions(filter, interner_);
  std::vector<const Segment*> segments;
  {
    const std::shared_lock lock(shape_mutex_);
    for (const auto& segment : segments_) segments.push_back(segment.get());
  }
  if (!conditions.can_pass() || segments.empty()) return {};

  // Documents that come later have numbers from here on and are left to the next search.
  Pass pass(unit_query, limit, dense_end_.load(std::memory_order_relaxed));
  for (const Segment* segment : segments) {
    if (std::chrono::steady_clock::now() >= deadline)
      return {.candidates = {}, .documents = 0, .is_late = true};
    scan_segment(*segment, conditions, pass);
  }
  return {.candidates = pass.shortlist.take(), .documents = pass.documents, .is_late = false};
}

void VectorMemory::scan_segment(const Segment& segment, const Conditions& conditions,
                                Pass& pass) const {
  const std::shared_lock lock(segment.mutex);
  pass.rows.clear();
  for (std::uint32_t row = 0; row < segment.used; ++row) {
    const std::uint32_t document = segment.document[row];
    if (document >= pass.seen.size()) continue;  // free, or newer than this search
    if (!conditions.pass(segment.attributes[row])) continue;
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
