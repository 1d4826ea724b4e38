// Latest: a value that many threads read and one replaces as a whole now and then. Not
// std::atomic<std::shared_ptr>: its load() in GCC 12 unlocks with a relaxed store, so that the next
// store() races with it, which ThreadSanitizer reports.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace sluice {

// Any thread. Who has loaded a value keeps it, whatever is stored meanwhile.
template <class T>
class Latest {
 public:
  explicit Latest(std::shared_ptr<const T> value = nullptr) : value_(std::move(value)) {}

  std::shared_ptr<const T> load() const {
    const std::scoped_lock lock(mutex_);
    return value_;
  }

  void store(std::shared_ptr<const T> value) {
    const std::scoped_lock lock(mutex_);
    value_.swap(value);  // the old one is destroyed after the lock is gone
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;  // guarded by mutex_
};

}  // namespace sluice
