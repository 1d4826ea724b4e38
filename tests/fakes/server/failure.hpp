// Scripted failures: what a fake server does instead of answering as it should.
#pragma once

#include "fakes/server/message.hpp"

#include <chrono>
#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace sluice::fakes {

constexpr std::uint64_t kUntilCleared = std::numeric_limits<std::uint64_t>::max();

struct Failure {
  enum class How {
    kAnswer,     // sends `answer`
    kLate,       // the handler's own answer, after `delay`
    kClose,      // closes without a byte
    kReset,      // resets the connection without a byte
    kResetBody,  // head and half of the body of the handler's answer, then a reset
    kTruncate,   // the same, then an orderly close: fewer bytes than Content-Length says
    kGarbage,    // bytes that are not HTTP, then a close
    kSilence,    // nothing, until the client gives up
  };
  // Whether the handler runs although its answer is lost or replaced: a write that was done and
  // whose confirmation did not arrive.
  enum class Work { kSkipped, kDone };

  How how = How::kAnswer;
  Answer answer = {};
  std::chrono::milliseconds delay{0};  // before anything else
  Work work = Work::kSkipped;          // of kAnswer, kClose, kReset, kGarbage, kSilence
  std::uint64_t times = 1;             // how many requests fail, or kUntilCleared
  std::uint64_t every = 1;             // of those that match, each so-manieth fails
  std::string method = {};             // empty: all
  std::string path = {};               // the beginning of the target; empty: all
};

// The failures still to come, oldest first; a request gets the first that matches. Any thread.
class Script {
 public:
  void add(Failure failure);
  void clear();
  // What happens to this request, if anything; counts it off.
  std::optional<Failure> take(const Request& request);

 private:
  struct Entry {
    Failure failure;
    std::uint64_t seen = 0;  // requests that matched
  };
  std::mutex mutex_;  // guards what follows
  std::vector<Entry> entries_;
};

}  // namespace sluice::fakes
