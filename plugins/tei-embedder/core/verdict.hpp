// What becomes of a text.
#pragma once

#include <chrono>
#include <string>

namespace tei {

enum class Outcome {
  kDone,      // its vector is in place
  kRetry,     // was tried; may work later
  kAgain,     // was not even tried: nothing speaks against the text, and nothing is counted
  kReject,    // will never work for this text
  kHold,      // will not work for any text until an operator has done something
  kUnfit,     // the same, and it is sure that the setting is wrong
  kStopping,  // the stage stops
};

struct Verdict {
  Outcome outcome = Outcome::kDone;
  std::string why = {};                     // a sentence; empty for kDone
  std::chrono::milliseconds retry_after{};  // of what may work later; 0: the host chooses
};

// Needs no memory itself: the sentence is short enough to lie inside the string.
inline Verdict out_of_memory() { return {Outcome::kAgain, "out of memory"}; }

}  // namespace tei
