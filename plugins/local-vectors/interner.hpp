// Interner: attribute values as small numbers, so that a scan compares integers.
#pragma once

#include <cstdint>
#include <functional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace local_vectors {

// Any thread may look up; one writer at a time adds and releases. A number is never given to
// another text, so a scan that looked one up before its text went away matches nothing wrong.
class Interner {
 public:
  using Id = std::uint32_t;
  static constexpr Id kNone = 0;  // of the empty text

  // The number of `text`, with one more user. [writer]
  Id add(std::string_view text);
  // One user less; the last takes the text along. [writer]
  void release(Id id);

  // kNone for a text that nobody uses.
  Id find(std::string_view text) const;
  // Those for whose texts it holds, in no order.
  std::vector<Id> find_all(const std::function<bool(std::string_view)>& holds) const;

 private:
  struct Entry {
    const std::string* text = nullptr;  // the key in ids_
    std::uint64_t users = 0;
  };

  mutable std::shared_mutex mutex_;  // guards everything below
  std::unordered_map<std::string, Id> ids_;
  std::unordered_map<Id, Entry> entries_;
  Id next_ = 1;
};

}  // namespace local_vectors
