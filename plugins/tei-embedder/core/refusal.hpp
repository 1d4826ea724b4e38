// What an answer without vectors means.
#pragma once

#include "core/exchange.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace tei {

enum class Meaning {
  kVectors,      // 200: look inside
  kTooLarge,     // fewer texts or bytes may pass
  kBadText,      // one of the texts cannot be embedded
  kOverloaded,   // the same later, and less at once
  kUnwell,       // the server, or the way to it, is broken; the same later
  kCredentials,  // an operator has to act
  kWrongPlace,   // an operator has to act
  kStopping,
};

struct Refusal {
  Meaning meaning = Meaning::kVectors;
  std::string why = {};                        // a sentence
  std::optional<std::size_t> most_texts = {};  // of kTooLarge, when the server names its limit
  std::chrono::milliseconds retry_after{};     // of kOverloaded and kUnwell; 0: not said
};

// `reply` to a call of `path`.
Refusal understand(const Reply& reply, std::string_view path);

// The number of seconds in a Retry-After header; dates, which a service behind no proxy does not
// send, are not understood. At most an hour.
std::chrono::milliseconds read_retry_after(std::string_view header);

}  // namespace tei
