// TokenCounter: how many tokens an embedding model will make of a text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace chunker {

// One thread at a time: a counter may remember words it has met. Every counter promises:
//   - a text costs no more tokens than it has bytes
//   - cut at white space, beside an ideograph or beside punctuation, the parts cost what the whole
//   does
class TokenCounter {
 public:
  virtual ~TokenCounter() = default;
  virtual std::uint32_t count(std::string_view text) = 0;
};

}  // namespace chunker
