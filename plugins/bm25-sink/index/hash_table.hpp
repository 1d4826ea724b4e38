// A hash table of numbers whose keys are kept elsewhere: 8 bytes an entry.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace bm25 {

// Split into shards that grow one by one, so that no insertion ever rehashes the whole table. The
// caller brings the hash and decides equality. Not thread-safe.
class HashTable {
 public:
  template <class EqualFn>
  std::optional<std::uint32_t> find(std::uint64_t hash, EqualFn&& equal) const {
    const Shard& shard = shards_[hash >> kShardShift];
    if (shard.slots.empty()) return std::nullopt;
    const std::size_t mask = shard.slots.size() - 1;
    for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
      const Entry& entry = shard.slots[at];
      if (entry.value == kFree) return std::nullopt;
      if (entry.tag == tag_of(hash) && equal(entry.value)) return entry.value;
    }
  }

  // Asks for the memory that find will need, to be there when it comes to it.
  // Always inline: GCC takes a function that does nothing but prefetch for one without effect.
  [[gnu::always_inline]] void prefetch(std::uint64_t hash) const {
    const Shard& shard = shards_[hash >> kShardShift];
    if (!shard.slots.empty()) __builtin_prefetch(&shard.slots[hash & (shard.slots.size() - 1)]);
  }

  // The value that find will most likely try first.
  std::optional<std::uint32_t> guess(std::uint64_t hash) const {
    return find(hash, [](std::uint32_t) { return true; });
  }

  // `value` must not be in the table yet, nor be UINT32_MAX.
  void insert(std::uint64_t hash, std::uint32_t value) {
    Shard& shard = shards_[hash >> kShardShift];
    if (shard.used + 1 > shard.slots.size() / 4 * 3) grow(shard);
    place(shard.slots, {tag_of(hash), value});
    ++shard.used;
  }

  void erase(std::uint64_t hash, std::uint32_t value) {
    Shard& shard = shards_[hash >> kShardShift];
    const std::size_t mask = shard.slots.size() - 1;
    std::size_t hole = hash & mask;
    while (shard.slots[hole].value != value) hole = (hole + 1) & mask;
    // Close the gap, so that searches need no tombstones.
    for (std::size_t at = (hole + 1) & mask; shard.slots[at].value != kFree; at = (at + 1) & mask) {
      const std::size_t home = shard.slots[at].tag & mask;
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        shard.slots[hole] = shard.slots[at];
        hole = at;
      }
    }
    shard.slots[hole] = Entry{};
    --shard.used;
  }

 private:
  static constexpr std::uint32_t kFree = UINT32_MAX;
  static constexpr unsigned kShardShift = 56;  // the top 8 bits choose one of 256

  struct Entry {
    std::uint32_t tag = 0;  // the low half of the hash
    std::uint32_t value = kFree;
  };
  struct Shard {
    std::vector<Entry> slots;  // a power of two of them
    std::size_t used = 0;
  };

  static std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash); }

  static void place(std::vector<Entry>& slots, Entry entry) {
    const std::size_t mask = slots.size() - 1;
    std::size_t at = entry.tag & mask;
    while (slots[at].value != kFree) at = (at + 1) & mask;
    slots[at] = entry;
  }

  // When there is no memory for it, the shard stays as it is.
  static void grow(Shard& shard) {
    std::vector<Entry> wider(shard.slots.empty() ? 8 : shard.slots.size() * 2);
    for (const Entry& entry : shard.slots) {
      if (entry.value != kFree) place(wider, entry);
    }
    shard.slots = std::move(wider);
  }

  std::array<Shard, 256> shards_;
};

}  // namespace bm25
