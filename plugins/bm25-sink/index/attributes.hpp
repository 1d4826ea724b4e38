// What search results can be filtered by, interned: a chunk carries one small number for all of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bm25 {

struct Attributes {
  std::string domain;
  std::string language;
  std::string country;
  std::string crawl_id;
  std::optional<bool> is_mobile;

  bool operator==(const Attributes&) const = default;
};

using AttributeId = std::uint32_t;

// Equal attributes share one id while a chunk has them. Not thread-safe.
class AttributeTable {
 public:
  AttributeId acquire(const Attributes& attributes);
  void release(AttributeId id);

  const Attributes& operator[](AttributeId id) const { return entries_[id].attributes; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(entries_.size()); }

 private:
  struct Entry {
    Attributes attributes;
    std::uint32_t chunks = 0;
  };
  std::vector<Entry> entries_;
  std::vector<AttributeId> free_;
  std::unordered_map<std::string, AttributeId> ids_;
};

// A condition on attributes, from the JSON object of a search request: each key names an attribute,
// its value one value or a list of which any will do. All keys must hold. Comparison is exact, but
// domains have no case, a language has its regional ones, and what is not said to be mobile is not.
class Filter {
 public:
  // Throws std::invalid_argument with a sentence when `json` is not such an object.
  static Filter parse(std::string_view json);

  bool is_empty() const;
  bool passes(const Attributes& attributes) const;

 private:
  using Values = std::optional<std::vector<std::string>>;
  Values domain_;
  Values language_;
  Values country_;
  Values crawl_id_;
  std::optional<std::vector<bool>> is_mobile_;
};

}  // namespace bm25
