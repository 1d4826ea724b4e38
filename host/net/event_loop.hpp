// EventLoop: the few threads that do all network input and output, and the host's timers.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace sluice::net {

using TimerId = std::uint64_t;  // never 0

// One event queue per thread; connections and timers are spread over them. Owned by the host and
// outlives every Server and Client made on it. What runs here must neither block nor throw.
class EventLoop {
 public:
  struct Impl;  // event_loop_impl.hpp, for this folder only

  explicit EventLoop(unsigned threads = 2);
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Any thread. `work` runs on one of the loop's threads; dropped after stop.
  void post(std::function<void()> work);

  // Any thread. Runs `work` after `delay`, and every `period` from then on unless that is 0.
  TimerId start_timer(std::chrono::milliseconds delay, std::chrono::milliseconds period,
                      std::function<void()> work);

  // Any thread. `work` will not start again; returns after a run that is under way has ended, or at
  // once when called from inside it. Two timers must not cancel each other from their callbacks.
  void cancel_timer(TimerId id);

  bool on_loop_thread() const;

  // Ends the threads; nothing runs here afterwards. Servers and clients are stopped before. Not
  // from a loop thread. The destructor does it too.
  void stop();

  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::net
