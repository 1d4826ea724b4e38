// Door: counts the work that is being done for others, so that drain can wait for it.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace firecrawl {

// Any thread.
class Door {
 public:
  // False once closed; otherwise leave() is owed.
  bool enter() {
    const std::scoped_lock lock(mutex_);
    if (is_closed_) return false;
    ++inside_;
    return true;
  }
  void leave() {
    const std::scoped_lock lock(mutex_);
    if (--inside_ == 0) empty_.notify_all();
  }
  // Lets nobody in any more and waits for those inside. They are bounded: the host bounds every
  // call that they make.
  void close() {
    std::unique_lock lock(mutex_);
    is_closed_ = true;
    empty_.wait(lock, [this] { return inside_ == 0; });
  }

 private:
  std::mutex mutex_;  // guards what follows
  std::condition_variable empty_;
  std::size_t inside_ = 0;
  bool is_closed_ = false;
};

// Somebody inside the door; goes when the work is done.
class Visit {
 public:
  explicit Visit(Door& door) : door_(door) {}
  ~Visit() { door_.leave(); }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

 private:
  Door& door_;
};

}  // namespace firecrawl
