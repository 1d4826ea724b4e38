// BlockBuffer: bytes on their way to a file that is written in whole blocks.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace sluice::journal {

// What every disk of today can write by itself, without the page cache: its block, and the memory's
// page.
inline constexpr std::size_t kBlock = 4096;

constexpr std::size_t whole_blocks(std::size_t bytes) {
  return (bytes + kBlock - 1) / kBlock * kBlock;
}

// Begins at a multiple of kBlock in memory, as writing past the page cache wants it. One thread's.
class BlockBuffer final {
 public:
  void append(std::string_view bytes);
  void truncate(std::size_t size) { size_ = size; }  // to at most what it has
  // Empty again; keeps room for `kept` bytes at most.
  void clear(std::size_t kept);
  std::size_t size() const { return size_; }
  // All of it, filled up with zeros to a whole number of blocks.
  std::span<const char> blocks();

 private:
  struct Free {
    void operator()(char* memory) const;
  };

  void reserve(std::size_t bytes);

  std::unique_ptr<char[], Free> memory_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

}  // namespace sluice::journal
