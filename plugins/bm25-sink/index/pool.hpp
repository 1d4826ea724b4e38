// Things that one thread at a time may use, kept for the next.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace bm25 {

// Makes one when all are in use; so there are as many as ever worked at the same time.
template <class T>
class Pool {
 public:
  using Maker = std::function<std::unique_ptr<T>()>;

  // Gives the thing back when it goes out of scope.
  class Lease {
   public:
    Lease(Pool& pool, std::unique_ptr<T> item) : pool_(pool), item_(std::move(item)) {}
    ~Lease() { pool_.give_back(std::move(item_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    T& operator*() const { return *item_; }
    T* operator->() const { return item_.get(); }

   private:
    Pool& pool_;
    std::unique_ptr<T> item_;
  };

  explicit Pool(Maker maker) : maker_(std::move(maker)) {}

  Lease take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto item = std::move(idle_.back());
        idle_.pop_back();
        return Lease(*this, std::move(item));
      }
    }
    return Lease(*this, maker_());
  }

  // Those that are not in use go.
  void clear() {
    std::vector<std::unique_ptr<T>> gone;
    const std::lock_guard lock(mutex_);
    gone.swap(idle_);
  }

 private:
  void give_back(std::unique_ptr<T> item) noexcept {
    try {
      const std::lock_guard lock(mutex_);
      idle_.push_back(std::move(item));
    } catch (const std::bad_alloc&) {
      // It goes; the next one is made anew.
    }
  }

  const Maker maker_;
  // Guards idle_.
  std::mutex mutex_;
  std::vector<std::unique_ptr<T>> idle_;
};

}  // namespace bm25
