// sluice/testing/books.hpp - what a component owes and what it did against the contract. Every
// table of the fake host writes into these books.
#pragma once

#include <sluice/abi.h>

#include <algorithm>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice {
inline namespace sdk_v1 {
namespace testing {

// A rule of the headers that was broken. `kind` is a word to look for: "completed-twice".
struct Breach {
  std::string kind;
  std::string sentence;
};

// Where a component is in its life; what may be called depends on it.
enum class Phase : uint8_t {
  kNone,
  kCreate,
  kConfigure,
  kConfigured,
  kStart,
  kWork,
  kDrained,
  kStop,
  kStopped
};

// Any thread.
class Books {
 public:
  void breach(std::string_view kind, std::string sentence) {
    const std::scoped_lock lock(mutex_);
    const bool is_known = std::any_of(breaches_.begin(), breaches_.end(), [&](const Breach& b) {
      return b.kind == kind && b.sentence == sentence;
    });
    if (!is_known) breaches_.push_back({std::string(kind), std::move(sentence)});
  }
  std::vector<Breach> breaches() const {
    const std::scoped_lock lock(mutex_);
    return breaches_;
  }
  bool has(std::string_view kind) const {
    const std::scoped_lock lock(mutex_);
    return std::any_of(breaches_.begin(), breaches_.end(),
                       [&](const Breach& b) { return b.kind == kind; });
  }

  void enter(Phase phase) {
    const std::scoped_lock lock(mutex_);
    phase_ = phase;
  }
  Phase phase() const {
    const std::scoped_lock lock(mutex_);
    return phase_;
  }
  // A function of the host was called that create must leave alone, or that comes after the end.
  void expect_alive(const char* function) {
    const Phase now = phase();
    if (now == Phase::kCreate) {
      breach("host-call-in-create", std::string(function) +
                                        " was called in create; only get_interface may be, the "
                                        "rest from configure on");
    } else if (now == Phase::kStopped) {
      breach("host-call-after-stop", std::string(function) +
                                         " was called after stop had returned; stop has to end "
                                         "every thread and callback");
    }
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Breach> breaches_;  // guarded by mutex_
  Phase phase_ = Phase::kNone;    // guarded by mutex_
};

// Which tag of abi/base.h holds on this thread: SLUICE_THREAD_*.
inline uint32_t& thread_tag() noexcept {
  thread_local uint32_t tag = SLUICE_THREAD_FOREIGN;
  return tag;
}

// The calling thread has `tag` for as long as this lives. Nests.
class ThreadScope {
 public:
  explicit ThreadScope(uint32_t tag) noexcept : previous_(std::exchange(thread_tag(), tag)) {}
  ~ThreadScope() { thread_tag() = previous_; }
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  uint32_t previous_;
};

}  // namespace testing
}  // namespace sdk_v1
}  // namespace sluice
