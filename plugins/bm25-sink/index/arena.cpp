#include "index/arena.hpp"

#include <algorithm>
#include <new>

namespace bm25 {

// From 8 bytes up in steps of about a quarter: a list is on average an eighth larger than it needs.
const std::array<std::size_t, Arena::kClasses>& Arena::sizes() {
  static const std::array<std::size_t, kClasses> table = [] {
    std::array<std::size_t, kClasses> out{};
    std::size_t size = 8;
    for (std::size_t& entry : out) {
      entry = size;
      size += std::max<std::size_t>(8, size / 4 / 8 * 8);
    }
    return out;
  }();
  return table;
}

Arena::~Arena() = default;

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
    reserved_ += size;
    return static_cast<std::uint8_t*>(::operator new(size));
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
