// Budget: how much of a pipeline's memory its pages take, against `limits:` of the pipeline file.
// What does not fit waits its turn for a while, then the source hears SLUICE_E_AGAIN.
#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>

namespace sluice::flow {

struct Load {
  uint64_t records = 0;  // pages
  uint64_t bytes = 0;    // of their text and vectors
};

// Any thread; nothing blocks. Callbacks run without the lock.
class Budget {
 public:
  // Whether the load was taken. A load bigger than the whole budget is let in when nothing else is
  // there, or it could never pass.
  using Then = std::function<void(bool is_taken)>;

  // How many may wait for room at once; their pages are in memory all the while.
  static constexpr std::size_t kMostWaiting = 64;

  explicit Budget(Load limits) : limits_(limits) {}

  // Takes `load` at once when it fits, whoever waits.
  bool take(Load load);
  // The same behind those who wait, and then waits in line until expire is told `until` or later.
  // `then` runs exactly once: here, or on the thread that makes room or calls expire or refuse_all.
  // True: it waits.
  bool take(Load load, Steady::time_point until, Then then);
  // Turns away whoever has waited long enough.
  void expire(Steady::time_point now);
  // Turns away everybody who waits.
  void refuse_all() { expire(Steady::time_point::max()); }

  // Takes it whatever is there already: what a stage made of pages that are inside.
  void charge(Load load);
  // put_back and serve.
  void give_back(Load load);
  void put_back(Load load);
  // Lets those in who wait and fit by now.
  void serve();

  // Runs in serve, each time there is room after a refusal.
  void on_room(std::function<void(Load room)> call);

  // From now on; what is inside stays.
  void set_limits(Load limits);
  Load used() const;
  bool has_room() const;

 private:
  struct Waiting {
    Load load;
    Steady::time_point until;
    Then then;
  };

  bool fits(Load load) const;
  bool take_here(Load load);

  mutable std::mutex mutex_;
  Load limits_;                        // guarded by mutex_
  Load used_;                          // guarded by mutex_
  std::deque<Waiting> waiting_;        // guarded by mutex_; first come, first served
  bool was_refused_ = false;           // guarded by mutex_
  std::function<void(Load)> on_room_;  // guarded by mutex_; called without it
};

}  // namespace sluice::flow
