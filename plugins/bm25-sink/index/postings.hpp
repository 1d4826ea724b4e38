// The list of chunks that have a term: gaps and counts as variable-length integers.
#pragma once

#include <array>
#include <cstdint>

#include "index/arena.hpp"

namespace bm25 {

using Slot = std::uint32_t;  // number of a chunk in the index, ascending by age

// Slots ascend. Each posting is varint(gap * 2 + (count == 1)), then varint(count) unless it is 1,
// so most take one or two bytes. Short lists live in the object itself. The owner of the arena
// releases the list; copying it copies no bytes.
class Postings {
 public:
  void append(Arena& arena, Slot slot, std::uint32_t count);
  // Room for so many bytes in all, and little more.
  void reserve(Arena& arena, std::size_t bytes);
  // Into another arena, where the list takes no more than it needs. Throws std::bad_alloc, and then
  // it is where it was.
  void move(Arena& from, Arena& to);
  void release(Arena& arena);
  // Keeps the postings for which keep(slot) holds.
  template <class KeepFn>
  void retain(Arena& arena, KeepFn&& keep);

  // Asks for the memory that append will write to. Always inline: see HashTable::prefetch.
  [[gnu::always_inline]] void prefetch_end() const { __builtin_prefetch(end()); }

  std::uint32_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const std::uint8_t* begin() const { return is_inline() ? bytes_.data() : block(); }
  const std::uint8_t* end() const { return begin() + used_; }
  std::uint32_t byte_size() const { return used_; }

 private:
  static constexpr std::uint8_t kInline = 0xFF;

  bool is_inline() const { return size_class_ == kInline; }
  std::uint8_t* block() const;
  void use_block(std::uint8_t* block, std::uint8_t size_class);

  std::array<std::uint8_t, 8> bytes_{};  // the postings, or a pointer to their block
  std::uint32_t used_ = 0;               // bytes
  std::uint32_t size_ = 0;               // postings
  Slot last_ = 0;
  std::uint8_t size_class_ = kInline;
};

// Walks postings from the first on. At the end slot() is kEnd.
class PostingCursor {
 public:
  static constexpr Slot kEnd = UINT32_MAX;

  PostingCursor(const std::uint8_t* begin, const std::uint8_t* end) : at_(begin), end_(end) {
    next();
  }
  explicit PostingCursor(const Postings& postings)
      : PostingCursor(postings.begin(), postings.end()) {}

  Slot slot() const { return slot_; }
  std::uint32_t count() const { return count_; }

  void next() {
    if (at_ == end_) {
      slot_ = kEnd;
      return;
    }
    const std::uint64_t head = varint();
    slot_ += static_cast<Slot>(head >> 1);
    count_ = (head & 1u) != 0 ? 1 : static_cast<std::uint32_t>(varint());
  }

 private:
  std::uint64_t varint() {
    std::uint64_t value = *at_++;
    if (value < 0x80) return value;
    value &= 0x7F;
    for (unsigned shift = 7; at_ != end_; shift += 7) {
      const std::uint64_t byte = *at_++;
      value |= (byte & 0x7F) << (shift & 63u);
      if (byte < 0x80) break;
    }
    return value;
  }

  const std::uint8_t* at_;
  const std::uint8_t* end_;
  Slot slot_ = 0;
  std::uint32_t count_ = 0;
};

template <class KeepFn>
void Postings::retain(Arena& arena, KeepFn&& keep) {
  Postings kept;
  for (PostingCursor at(*this); at.slot() != PostingCursor::kEnd; at.next()) {
    if (keep(at.slot())) kept.append(arena, at.slot(), at.count());
  }
  release(arena);
  *this = kept;
}

}  // namespace bm25
