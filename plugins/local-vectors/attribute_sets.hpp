// AttributeSets: all attributes of a row as one small number, so that a scan compares one integer.
#pragma once

#include "attributes.hpp"
#include "interner.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace local_vectors {

// Any thread may ask what passes; one writer at a time adds and releases. A number is never given
// to another set, so a scan that asked before a set went away matches nothing wrong.
class AttributeSets {
 public:
  using Id = std::uint32_t;
  static constexpr Id kNone = 0;  // of an empty slot

  // A filter in numbers.
  class Condition {
   public:
    // Nothing did when it was made.
    bool passes_nothing() const { return passing_.empty(); }

   private:
    friend class AttributeSets;
    std::array<std::optional<std::vector<Interner::Id>>, kAttributes> any_of_;  // ascending
    std::vector<Id> passing_;                                                   // ascending
    Id end_ = kNone;  // sets from here on came later
  };

  // The number of these values together, with one more user. [writer] Throws std::bad_alloc, and
  // then nothing has changed.
  Id add(const AttributeViews& values);
  // One user less; the last takes the set along. Does nothing for kNone. [writer]
  void release(Id id) noexcept;

  Condition condition(const Filter& filter) const;
  // Of a set that has a user for as long as the call takes.
  bool passes(Id id, const Condition& condition) const;

 private:
  using Texts = std::array<Interner::Id, kAttributes>;
  struct Hash {
    std::size_t operator()(const Texts& texts) const noexcept;
  };
  struct Set {
    Texts texts{};
    std::uint64_t users = 0;
  };

  Id find(const AttributeViews& values) const;
  std::vector<Interner::Id> texts_of(std::size_t attribute,
                                     const std::vector<std::string>& wanted) const;
  static bool meets(const Texts& texts, const Condition& condition);
  void release_texts(const Texts& texts) noexcept;

  Interner interner_;  // has its own lock

  mutable std::shared_mutex mutex_;  // guards everything below
  std::unordered_map<Texts, Id, Hash> ids_;
  std::unordered_map<Id, Set> sets_;
  Id next_ = 1;
};

}  // namespace local_vectors
