// The terms of the index and their postings.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "index/arena.hpp"
#include "index/hash_table.hpp"
#include "index/paged.hpp"
#include "index/postings.hpp"

namespace bm25 {

using TermId = std::uint32_t;

struct Term {
  std::uint8_t* name = nullptr;  // null: the id is free
  Postings postings;
  std::uint32_t live = 0;  // chunks that have the term and are not deleted: its df
  std::uint8_t size = 0;   // of the name
  bool is_queued = false;  // for compaction

  std::string_view view() const { return {reinterpret_cast<const char*>(name), size}; }
};

// Ids of terms that are gone are used again. Not thread-safe.
class Dictionary {
 public:
  Dictionary() = default;
  Dictionary(const Dictionary&) = delete;
  Dictionary& operator=(const Dictionary&) = delete;
  ~Dictionary();

  std::optional<TermId> find(std::string_view name, std::uint64_t hash) const;
  std::optional<TermId> find(std::string_view name) const;
  // Steps that bring what find will read closer, each to be taken some terms after the one before.
  [[gnu::always_inline]] void prefetch_slot(std::uint64_t hash) const { index_.prefetch(hash); }
  [[gnu::always_inline]] void prefetch_term(std::uint64_t hash) const {
    if (const auto id = index_.guess(hash)) __builtin_prefetch(&terms_[*id]);
  }
  [[gnu::always_inline]] void prefetch_name(std::uint64_t hash) const {
    if (const auto id = index_.guess(hash)) __builtin_prefetch(terms_[*id].name);
  }
  TermId find_or_add(std::string_view name, std::uint64_t hash);
  void erase(TermId id);

  // Whether the arena has clearly more than names and postings need: a list keeps room to grow, and
  // leaves the blocks that it has outgrown.
  bool is_loose() const;
  // To give that back: terms move to a new arena one by one, which is swapped for the old one after
  // the last, or absorbed when there is no memory for the rest. Throws std::bad_alloc, and then the
  // term is usable as before.
  void move_term(TermId id, Arena& to);

  Term& operator[](TermId id) { return terms_[id]; }
  const Term& operator[](TermId id) const { return terms_[id]; }
  TermId limit() const { return terms_.size(); }  // one past the largest id
  std::uint32_t size() const { return count_; }
  Arena& arena() { return arena_; }
  const Arena& arena() const { return arena_; }
  // A bit for each Language that some term has had.
  std::uint32_t languages() const { return languages_; }

 private:
  Arena arena_;
  Paged<Term> terms_;
  std::vector<TermId> free_;
  HashTable index_;
  std::uint32_t count_ = 0;
  std::uint32_t languages_ = 0;
};

}  // namespace bm25
