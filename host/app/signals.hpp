// Signals: waits for what the operator or the host itself has to say, on the main thread.
#pragma once

#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <functional>

namespace sluice::app {

// Made by main before any other thread, so that none of them is interrupted. One a process.
class Signals {
 public:
  Signals() : main_(pthread_self()) {
    sigemptyset(&set_);
    for (const int number : {SIGTERM, SIGINT, SIGHUP, kAlarmSignal}) sigaddset(&set_, number);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }

  // Returns at SIGTERM, SIGINT or an alarm; `on_hangup` runs here at each SIGHUP. Afterwards
  // SIGTERM and SIGINT do what they always do, so that a second one ends a host that hangs. The
  // others stay blocked: an alarm while the host stops must not end it, nor a reload that comes too
  // late.
  void wait(const std::function<void()>& on_hangup) {
    while (!is_ending_) {
      int number = 0;
      if (sigwait(&set_, &number) != 0) continue;
      if (number == SIGHUP) {
        on_hangup();
      } else {
        take(number);
      }
    }
  }

  // Whether that for which wait returns has come already. A SIGHUP stays for wait.
  bool is_end_due() {
    sigset_t ends = set_;
    sigdelset(&ends, SIGHUP);
    const timespec at_once{};
    const int number = is_ending_ ? 0 : sigtimedwait(&ends, nullptr, &at_once);
    if (number > 0) take(number);
    return is_ending_;
  }

  // Any thread: the host cannot go on; wait returns.
  void alarm() {
    is_alarmed_.store(true, std::memory_order_relaxed);
    pthread_kill(main_, kAlarmSignal);
  }
  // Any thread: there was an alarm, before wait returned or after it.
  bool is_alarmed() const { return is_alarmed_.load(std::memory_order_relaxed); }

 private:
  static constexpr int kAlarmSignal = SIGUSR1;

  void take(int number) {
    is_ending_ = true;
    // One that was sent from outside is an alarm as good as any.
    if (number == kAlarmSignal) is_alarmed_.store(true, std::memory_order_relaxed);
    sigset_t ending;
    sigemptyset(&ending);
    for (const int end : {SIGTERM, SIGINT}) sigaddset(&ending, end);
    pthread_sigmask(SIG_UNBLOCK, &ending, nullptr);
  }

  const pthread_t main_;
  sigset_t set_{};
  bool is_ending_ = false;               // of the main thread
  std::atomic<bool> is_alarmed_{false};  // relaxed: only the flag itself is of interest
};

}  // namespace sluice::app
