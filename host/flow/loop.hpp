// Loop: the one thread that owns the state of a pipeline. Whoever finishes something elsewhere
// posts the news here, so the rest of this folder needs no locks.
#pragma once

#include "base/clock.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace sluice::flow {

using TimerId = uint64_t;

// post from any thread; everything else on the loop's thread (or, in tests, on the thread that
// calls turn). Work must not block: it is the pipeline's event loop, [io] in the words of the ABI.
class Loop {
 public:
  explicit Loop(const Clock& clock) : clock_(clock) {}
  ~Loop() { stop(); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void start();
  // Runs what was posted before, then joins. Timers that are not due are dropped. Not from the
  // loop.
  void stop();

  void post(std::function<void()> work);
  // post, and wait until it ran; without a running thread, here and now. Not from the loop.
  void run(const std::function<void()>& work);

  TimerId at(Steady::time_point due, std::function<void()> work);
  TimerId after(Steady::duration delay, std::function<void()> work) {
    return at(now() + delay, std::move(work));
  }
  void cancel(TimerId id);

  Steady::time_point now() const { return clock_.now(); }
  const Clock& clock() const { return clock_; }
  bool is_current() const { return std::this_thread::get_id() == thread_.get_id(); }

  // For tests without a thread: runs what is posted and due until nothing is left, and says how
  // much ran.
  std::size_t turn();

 private:
  bool run_posted(std::unique_lock<std::mutex>& lock);
  std::size_t run_due();

  const Clock& clock_;
  std::thread thread_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::function<void()>> posted_;  // guarded by mutex_
  bool stopping_ = false;                      // guarded by mutex_

  // The loop's thread alone.
  std::multimap<Steady::time_point, std::pair<TimerId, std::function<void()>>> timers_;
  TimerId last_timer_ = 0;
};

}  // namespace sluice::flow
