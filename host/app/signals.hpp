// Signals: waits for what the operator or the host itself has to say, on the main thread.
#pragma once

#include <pthread.h>
#include <signal.h>

#include <functional>

namespace sluice::app {

// Made by main before any other thread, so that none of them is interrupted. One a process.
class Signals {
 public:
  enum class Kind : uint8_t { kStop, kAlarm };

  Signals() : main_(pthread_self()) {
    sigemptyset(&set_);
    for (const int number : {SIGTERM, SIGINT, SIGHUP, kAlarmSignal}) sigaddset(&set_, number);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }

  // Returns at SIGTERM, SIGINT or an alarm; `on_hangup` runs here at each SIGHUP. Afterwards the
  // signals do what they always do, so that a second SIGTERM ends a host that hangs.
  Kind wait(const std::function<void()>& on_hangup) {
    for (;;) {
      int number = 0;
      if (sigwait(&set_, &number) != 0) continue;
      if (number == SIGHUP) {
        on_hangup();
        continue;
      }
      pthread_sigmask(SIG_UNBLOCK, &set_, nullptr);
      return number == kAlarmSignal ? Kind::kAlarm : Kind::kStop;
    }
  }

  // Any thread: the host cannot go on; wait returns.
  void alarm() { pthread_kill(main_, kAlarmSignal); }

 private:
  static constexpr int kAlarmSignal = SIGUSR1;
  const pthread_t main_;
  sigset_t set_{};
};

}  // namespace sluice::app
