#include "index/postings.hpp"

#include <cstring>

namespace bm25 {
namespace {

constexpr std::uint32_t kMaxPostingBytes = 10;  // 33 bits of gap, 32 bits of count
constexpr std::size_t kGrowth = 5;  // quarters: a growing list is an eighth too large on average

std::uint8_t* put_varint(std::uint8_t* at, std::uint64_t value) {
  while (value >= 0x80) {
    *at++ = static_cast<std::uint8_t>(value | 0x80);
    value >>= 7;
  }
  *at++ = static_cast<std::uint8_t>(value);
  return at;
}

}  // namespace

std::uint8_t* Postings::block() const {
  std::uint8_t* pointer = nullptr;
  std::memcpy(&pointer, bytes_.data(), sizeof pointer);
  return pointer;
}

void Postings::append(Arena& arena, Slot slot, std::uint32_t count) {
  std::array<std::uint8_t, kMaxPostingBytes> encoded{};
  const std::uint64_t head = (std::uint64_t{slot - last_} << 1) | (count == 1 ? 1u : 0u);
  std::uint8_t* end = put_varint(encoded.data(), head);
  if (count != 1) {
    end = put_varint(end, count);
  }
  const auto bytes = static_cast<std::uint32_t>(end - encoded.data());
  const std::size_t room = is_inline() ? bytes_.size() : Arena::capacity(size_class_);
  if (used_ + bytes > room) {
    reserve(arena, (used_ + bytes) * kGrowth / 4);
  }
  std::memcpy((is_inline() ? bytes_.data() : block()) + used_, encoded.data(), bytes);
  used_ += bytes;
  ++size_;
  last_ = slot;
}

void Postings::reserve(Arena& arena, std::size_t bytes) {
  const std::size_t room = is_inline() ? bytes_.size() : Arena::capacity(size_class_);
  if (bytes <= room) return;
  const std::uint8_t size_class = Arena::class_for(bytes);
  std::uint8_t* fresh = arena.allocate(size_class);
  std::memcpy(fresh, begin(), used_);
  if (!is_inline()) arena.release(block(), size_class_);
  use_block(fresh, size_class);
}

void Postings::move(Arena& from, Arena& to) {
  if (is_inline()) return;
  const std::uint8_t size_class = Arena::class_for(used_);
  std::uint8_t* fresh = to.allocate(size_class);
  std::memcpy(fresh, begin(), used_);
  from.release(block(), size_class_);
  use_block(fresh, size_class);
}

void Postings::use_block(std::uint8_t* block, std::uint8_t size_class) {
  std::memcpy(bytes_.data(), &block, sizeof block);
  size_class_ = size_class;
}

void Postings::release(Arena& arena) {
  if (!is_inline()) {
    arena.release(block(), size_class_);
  }
  *this = Postings();
}

}  // namespace bm25
