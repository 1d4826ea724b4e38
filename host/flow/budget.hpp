// Budget: how much of a pipeline's memory its pages take, against `limits:` of the pipeline file.
// What does not fit is refused at the door: the source hears SLUICE_E_AGAIN.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>

namespace sluice::flow {

struct Load {
  uint64_t records = 0;  // pages
  uint64_t bytes = 0;    // of their text and vectors
};

// Any thread.
class Budget {
 public:
  explicit Budget(Load limits) : limits_(limits) {}

  // Takes `load`, waiting up to `wait` for room. A load bigger than the whole budget is let in when
  // nothing else is there, or it could never pass.
  bool take(Load load, std::chrono::milliseconds wait);
  // Takes it whatever is there already: what a stage made of pages that are inside.
  void charge(Load load);
  void give_back(Load load);

  // Runs on the thread that gives back, each time room appears after a refusal.
  void on_room(std::function<void(Load room)> call);

  Load used() const;
  Load limits() const { return limits_; }
  bool has_room() const;

 private:
  bool fits(Load load) const;

  const Load limits_;
  mutable std::mutex mutex_;
  std::condition_variable freed_;
  Load used_;                          // guarded by mutex_
  bool was_refused_ = false;           // guarded by mutex_
  std::function<void(Load)> on_room_;  // guarded by mutex_; called without it
};

}  // namespace sluice::flow
