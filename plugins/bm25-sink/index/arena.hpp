// Memory for many small byte strings that grow and go: postings and names.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>

namespace bm25 {

// Hands out blocks of fixed size classes and keeps freed ones for the next taker, so that there is
// no per-block header and a freed list of postings is used again. Slabs go back to the system only
// with the arena; blocks above the largest class come from the heap one by one. Not thread-safe.
class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena();

  // Blocks of either are the other's from then on.
  void swap(Arena& other) noexcept;
  // Blocks of `other`, which is empty then, are this one's.
  void absorb(Arena& other) noexcept;

  // The class whose blocks hold at least `bytes`.
  static std::uint8_t class_for(std::size_t bytes);
  static std::size_t capacity(std::uint8_t size_class);

  std::uint8_t* allocate(std::uint8_t size_class);
  void release(std::uint8_t* block, std::uint8_t size_class);

  std::size_t reserved_bytes() const { return reserved_; }

 private:
  struct FreeBlock {
    FreeBlock* next;
  };
  static constexpr std::size_t kSlabBytes = 256UL * 1024;
  static constexpr std::size_t kClasses = 240;
  static constexpr std::size_t kLargestPooled = 16UL * 1024;

  static const std::array<std::size_t, kClasses>& sizes();

  std::array<FreeBlock*, kClasses> free_{};
  std::list<std::unique_ptr<std::uint8_t[]>> slabs_;  // the last is handed out
  std::size_t slab_left_ = 0;
  std::size_t reserved_ = 0;
};

}  // namespace bm25
