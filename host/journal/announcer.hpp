// Announcer: tells who waited for a transaction, after the disk has it where that was asked for,
// while the writer goes on with the next one.
#pragma once

#include "base/result.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace sluice::journal {

// Of the writer and the announcer. Everybody who pushes waits for both, and both wait for the disk
// or for each other every millisecond: on a busy machine each wake-up would cost the slice of
// another thread, which is several of them.
inline constexpr std::chrono::microseconds kSlice{100};

// Its own thread, which runs the callbacks. Owned by GroupCommit.
class Announcer final {
 public:
  using Done = std::function<void(const Result<void>&)>;
  struct Outcome {
    Done done;
    Result<void> result;
    bool waits_for_disk = false;  // done comes after a sync that begins from now on
  };
  struct Options {
    // Puts the database on the disk, as far as it is written when called. Once it fails it does so
    // for good, and every outcome from then on is its error.
    std::function<Result<void>()> sync = [] { return Result<void>(); };
    // Whether a sync has failed, without one.
    std::function<Result<void>()> state = [] { return Result<void>(); };
    std::function<void()> on_free = [] {};  // is_free has become true
  };

  explicit Announcer(Options options);
  ~Announcer() { stop(); }
  Announcer(const Announcer&) = delete;
  Announcer& operator=(const Announcer&) = delete;

  // The outcomes of a transaction that has ended; they are told in this order.
  void tell(std::vector<Outcome> outcomes);
  // Nobody waits to be told.
  bool is_free() const;
  // From a Done: `work` runs after everybody in its round was told.
  void after_round(std::function<void()> work) { after_round_.push_back(std::move(work)); }
  // Tells what is left, and ends the thread. May be called again.
  void stop();

 private:
  void run();
  void round(std::vector<Outcome>& outcomes);

  const Options options_;
  std::vector<std::function<void()>> after_round_;  // the thread's

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Outcome> waiting_;  // guarded by mutex_
  bool is_telling_ = false;       // guarded by mutex_
  bool is_stopping_ = false;      // guarded by mutex_

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace sluice::journal
