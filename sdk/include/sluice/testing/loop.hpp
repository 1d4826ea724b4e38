// sluice/testing/loop.hpp - the threads of the fake host: one event loop with a clock that is
// turned by hand, and one worker.
#pragma once

#include <sluice/testing/books.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace sluice {
inline namespace sdk_v1 {
namespace testing {

// Any thread.
class Loop {
 public:
  using Milliseconds = std::chrono::milliseconds;
  enum class Clock : uint8_t { kByHand, kReal };

  explicit Loop(Clock clock)
      : clock_(clock), io_([this] { run_io(); }), worker_([this] { run_worker(); }) {}
  ~Loop() {
    {
      const std::scoped_lock lock(mutex_);
      is_ending_ = true;
    }
    changed_.notify_all();
    io_.join();
    worker_.join();
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  Milliseconds now() const {
    const std::scoped_lock lock(mutex_);
    return time();
  }
  // Runs everything that is due on the way, each at its own time, and waits for it.
  void advance(Milliseconds by) {
    std::unique_lock lock(mutex_);
    const auto target = time() + by;
    while (!events_.empty() && events_.begin()->first.first <= target) {
      by_hand_ = std::max(by_hand_, events_.begin()->first.first);
      changed_.notify_all();
      wait_idle(lock);
    }
    by_hand_ = std::max(by_hand_, target);
    changed_.notify_all();
    wait_idle(lock);
  }
  // Nothing runs and nothing that is due waits.
  void wait_idle() {
    std::unique_lock lock(mutex_);
    wait_idle(lock);
  }

  // `fn` on the event loop after `delay`, and then every `period` unless that is 0.
  uint64_t after(Milliseconds delay, Milliseconds period, std::function<void()> fn) {
    const std::scoped_lock lock(mutex_);
    const uint64_t id = ++last_id_;
    events_.emplace(std::pair{time() + delay, id}, Event{period, std::move(fn)});
    changed_.notify_all();
    return id;
  }
  // Returns after a running call has ended, unless called from inside it. True: it was still to
  // come.
  bool cancel(uint64_t id) {
    std::unique_lock lock(mutex_);
    bool was_there = false;
    for (auto it = events_.begin(); it != events_.end();) {
      const bool is_it = it->first.second == id;
      was_there = was_there || is_it;
      it = is_it ? events_.erase(it) : std::next(it);
    }
    if (running_ == id) is_running_cancelled_ = true;
    if (std::this_thread::get_id() != io_.get_id())
      changed_.wait(lock, [&] { return running_ != id; });
    return was_there;
  }
  void post(std::function<void()> fn) {
    const std::scoped_lock lock(mutex_);
    posted_.push_back(std::move(fn));
    changed_.notify_all();
  }
  // Runs `fn` on the event loop and waits for it.
  template <class F>
  void call(F&& fn) {
    if (std::this_thread::get_id() == io_.get_id()) return fn();
    std::mutex mutex;
    std::condition_variable ended;
    bool is_done = false;  // guarded by mutex
    after({}, {}, [&] {
      fn();
      const std::scoped_lock lock(mutex);
      is_done = true;
      ended.notify_all();
    });
    std::unique_lock lock(mutex);
    ended.wait(lock, [&] { return is_done; });
  }

 private:
  struct Event {
    Milliseconds period;
    std::function<void()> fn;
  };

  // With the lock.
  Milliseconds time() const {
    if (clock_ == Clock::kByHand) return by_hand_;
    return std::chrono::duration_cast<Milliseconds>(
        std::chrono::steady_clock::now().time_since_epoch());
  }
  bool is_due() const { return !events_.empty() && events_.begin()->first.first <= time(); }
  void wait_idle(std::unique_lock<std::mutex>& lock) {
    changed_.wait(lock,
                  [&] { return running_ == 0 && !is_due() && !is_working_ && posted_.empty(); });
  }

  void run_io() {
    const ThreadScope scope(SLUICE_THREAD_IO);
    std::unique_lock lock(mutex_);
    while (!is_ending_) {
      if (!is_due()) {
        if (events_.empty() || clock_ == Clock::kByHand) {
          changed_.wait(lock);
        } else {
          changed_.wait_for(lock, events_.begin()->first.first - time());
        }
        continue;
      }
      const auto [due, id] = events_.begin()->first;
      Event event = std::move(events_.begin()->second);
      events_.erase(events_.begin());
      running_ = id;
      is_running_cancelled_ = false;
      lock.unlock();
      event.fn();
      lock.lock();
      running_ = 0;
      if (event.period.count() > 0 && !is_running_cancelled_)
        events_.emplace(std::pair{due + event.period, id}, std::move(event));
      changed_.notify_all();
    }
  }
  void run_worker() {
    const ThreadScope scope(SLUICE_THREAD_WORKER);
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return is_ending_ || !posted_.empty(); });
      if (posted_.empty()) return;
      auto fn = std::move(posted_.front());
      posted_.pop_front();
      is_working_ = true;
      lock.unlock();
      fn();
      fn = nullptr;
      lock.lock();
      is_working_ = false;
      changed_.notify_all();
    }
  }

  const Clock clock_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::pair<Milliseconds, uint64_t>, Event> events_;  // guarded by mutex_, as all below
  std::deque<std::function<void()>> posted_;
  Milliseconds by_hand_{0};
  uint64_t last_id_ = 0;
  uint64_t running_ = 0;
  bool is_running_cancelled_ = false;
  bool is_working_ = false;
  bool is_ending_ = false;
  std::thread io_;
  std::thread worker_;
};

}  // namespace testing
}  // namespace sdk_v1
}  // namespace sluice
