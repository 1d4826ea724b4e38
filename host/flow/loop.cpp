// The queue and the timers of Loop.
#include "flow/loop.hpp"

#include "base/worker_pool.hpp"

#include <algorithm>
#include <future>
#include <utility>

namespace sluice::flow {

void Loop::start() {
  thread_ = std::thread([this] {
    name_thread("flow");
    std::unique_lock lock(mutex_);
    while (!stopping_ || !posted_.empty()) {
      if (run_posted(lock)) continue;
      lock.unlock();
      const std::size_t ran = run_due();
      lock.lock();
      if (ran > 0 || !posted_.empty() || stopping_) continue;
      if (timers_.empty()) {
        wake_.wait(lock);
      } else {
        wake_.wait_until(lock, timers_.begin()->first);
      }
    }
  });
}

void Loop::stop() {
  if (!thread_.joinable()) return;
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Loop::post(std::function<void()> work) {
  bool was_empty = false;
  {
    const std::scoped_lock lock(mutex_);
    was_empty = posted_.empty();
    posted_.push_back(std::move(work));
  }
  if (was_empty) wake_.notify_one();
}

void Loop::run(const std::function<void()>& work) {
  if (!thread_.joinable()) {  // not started, or over: nobody else is on the loop
    turn();
    work();
    return;
  }
  std::promise<void> done;
  post([&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

TimerId Loop::at(Steady::time_point due, std::function<void()> work) {
  timers_.emplace(due, std::pair{++last_timer_, std::move(work)});
  return last_timer_;
}

void Loop::cancel(TimerId id) {
  const auto it = std::find_if(timers_.begin(), timers_.end(),
                               [&](const auto& timer) { return timer.second.first == id; });
  if (it != timers_.end()) timers_.erase(it);
}

// Everything posted so far, in order, without the lock. False when there was nothing.
bool Loop::run_posted(std::unique_lock<std::mutex>& lock) {
  if (posted_.empty()) return false;
  std::vector<std::function<void()>> work;
  work.swap(posted_);
  lock.unlock();
  for (auto& one : work) one();
  work.clear();
  lock.lock();
  return true;
}

std::size_t Loop::run_due() {
  std::size_t ran = 0;
  while (!timers_.empty() && timers_.begin()->first <= now()) {
    auto work = std::move(timers_.begin()->second.second);
    timers_.erase(timers_.begin());
    work();
    ++ran;
  }
  return ran;
}

std::size_t Loop::turn() {
  std::size_t ran = 0;
  for (;;) {
    std::unique_lock lock(mutex_);
    const std::size_t waiting = posted_.size();
    if (run_posted(lock)) {
      ran += waiting;
      continue;
    }
    lock.unlock();
    const std::size_t due = run_due();
    if (due == 0) return ran;
    ran += due;
  }
}

}  // namespace sluice::flow
