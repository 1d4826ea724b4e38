// StopWatchdog: ends a process that cannot stop because a plugin does not come back.
#pragma once

#include "base/clock.hpp"
#include "observe/log.hpp"

#include <pthread.h>

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

namespace sluice::app {

// Lives while the calling thread stops the components. Past `deadline` that thread gets a SIGABRT,
// whose handler names the plugin and the function it is in.
class StopWatchdog final {
 public:
  StopWatchdog(Steady::time_point deadline, const observe::Log& log)
      : watched_(pthread_self()), thread_([this, deadline, &log] { watch(deadline, log); }) {}
  ~StopWatchdog() {
    {
      const std::scoped_lock lock(mutex_);
      has_ended_ = true;
    }
    ended_.notify_one();
    thread_.join();
  }
  StopWatchdog(const StopWatchdog&) = delete;
  StopWatchdog& operator=(const StopWatchdog&) = delete;

 private:
  void watch(Steady::time_point deadline, const observe::Log& log) {
    std::unique_lock lock(mutex_);
    if (ended_.wait_until(lock, deadline, [&] { return has_ended_; })) return;
    log.write(observe::Level::kError, "host",
              "a plugin does not come back, and the host ends without it; the next line names the "
              "plugin and the function. What was accepted is in the journal");
    log.flush();
    pthread_kill(watched_, SIGABRT);
  }

  const pthread_t watched_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool has_ended_ = false;  // guarded by mutex_
  std::thread thread_;      // last: it uses the others
};

}  // namespace sluice::app
