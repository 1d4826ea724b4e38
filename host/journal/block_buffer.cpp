// Aligned memory that grows.
#include "journal/block_buffer.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace sluice::journal {

void BlockBuffer::Free::operator()(char* memory) const { std::free(memory); }

void BlockBuffer::append(std::string_view bytes) {
  if (bytes.empty()) return;
  reserve(size_ + bytes.size());
  std::memcpy(memory_.get() + size_, bytes.data(), bytes.size());
  size_ += bytes.size();
}

void BlockBuffer::clear(std::size_t kept) {
  size_ = 0;
  if (capacity_ <= kept) return;
  memory_.reset();
  capacity_ = 0;
}

std::span<const char> BlockBuffer::blocks() {
  const std::size_t padded = whole_blocks(size_);
  if (padded == 0) return {};
  std::memset(memory_.get() + size_, 0, padded - size_);  // there is room: reserve makes blocks
  return {memory_.get(), padded};
}

void BlockBuffer::reserve(std::size_t bytes) {
  if (bytes <= capacity_) return;
  const std::size_t capacity = whole_blocks(std::max(bytes, 2 * capacity_));
  std::unique_ptr<char[], Free> memory(static_cast<char*>(std::aligned_alloc(kBlock, capacity)));
  if (!memory) throw std::bad_alloc();
  if (size_ > 0) std::memcpy(memory.get(), memory_.get(), size_);
  memory_ = std::move(memory);
  capacity_ = capacity;
}

}  // namespace sluice::journal
