// Fault: why Qdrant did not do what it was asked, in words for the operator.
#pragma once

#include "wire.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace qdrant_sink {

// How messages call the server, and what they may say about it.
struct Place {
  std::string url;  // without user and password
  bool has_key = false;
};

struct Fault {
  enum class Kind {
    kRetry,     // the same request may work later
    kAway,      // nobody there, or no room: nothing was tried
    kLate,      // no answer in time; it may have been done
    kDenied,    // the key: somebody has to look
    kMisfit,    // the collection, or the version: somebody has to look
    kMissing,   // there is no such collection
    kOutdated,  // the collection is no longer what we know of it: look again
    kTooLarge,  // the request is: split it
    kBad        // something in the request cannot be used
  };
  Kind kind = Kind::kRetry;
  std::string sentence;
  std::chrono::milliseconds after{0};  // not earlier than this; 0: whenever
};

// Nothing for an answer of 2xx.
std::optional<Fault> fault_of(const Place& place, const Reply& reply);

// An answer that is no answer of Qdrant's.
Fault nonsense(const Place& place);

}  // namespace qdrant_sink
