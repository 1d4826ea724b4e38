#include "index/arena.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace bm25 {

// From 8 bytes up in steps of a twelfth or 8 bytes, up to 4 GiB.
const std::array<std::size_t, Arena::kClasses>& Arena::sizes() {
  static const std::array<std::size_t, kClasses> table = [] {
    std::array<std::size_t, kClasses> out{};
    std::size_t size = 8;
    for (std::size_t& entry : out) {
      entry = size;
      size += std::max<std::size_t>(8, size / 12 / 8 * 8);
    }
    return out;
  }();
  return table;
}

Arena::~Arena() = default;

void Arena::swap(Arena& other) noexcept {
  free_.swap(other.free_);
  slabs_.swap(other.slabs_);
  std::swap(slab_left_, other.slab_left_);
  std::swap(reserved_, other.reserved_);
}

void Arena::absorb(Arena& other) noexcept {
  slabs_.splice(slabs_.begin(), other.slabs_);  // what is left of its last is not handed out
  for (std::size_t at = 0; at < kClasses; ++at) {
    FreeBlock** end = &other.free_[at];
    while (*end != nullptr) end = &(*end)->next;
    *end = std::exchange(free_[at], std::exchange(other.free_[at], nullptr));
  }
  reserved_ += std::exchange(other.reserved_, 0);
  other.slab_left_ = 0;
}

std::uint8_t Arena::class_for(std::size_t bytes) {
  const auto& table = sizes();
  const auto at = std::ranges::lower_bound(table, bytes);
  if (at == table.end()) {
    throw std::bad_alloc();  // a list of more than 4 GiB
  }
  return static_cast<std::uint8_t>(at - table.begin());
}

std::size_t Arena::capacity(std::uint8_t size_class) { return sizes()[size_class]; }

std::uint8_t* Arena::allocate(std::uint8_t size_class) {
  const std::size_t size = capacity(size_class);
  if (size > kLargestPooled) {
    auto* block = static_cast<std::uint8_t*>(::operator new(size));
    reserved_ += size;
    return block;
  }
  if (FreeBlock* block = free_[size_class]) {
    free_[size_class] = block->next;
    return reinterpret_cast<std::uint8_t*>(block);
  }
  if (slab_left_ < size) {
    slabs_.push_back(std::make_unique_for_overwrite<std::uint8_t[]>(kSlabBytes));
    slab_left_ = kSlabBytes;
    reserved_ += kSlabBytes;
  }
  std::uint8_t* block = slabs_.back().get() + (kSlabBytes - slab_left_);
  slab_left_ -= size;
  return block;
}

void Arena::release(std::uint8_t* block, std::uint8_t size_class) {
  const std::size_t size = capacity(size_class);
  if (size > kLargestPooled) {
    reserved_ -= size;
    ::operator delete(block);
    return;
  }
  free_[size_class] = new (block) FreeBlock{free_[size_class]};
}

}  // namespace bm25
