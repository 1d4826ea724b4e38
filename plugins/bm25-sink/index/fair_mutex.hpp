// A lock for many readers and one writer that starves neither.
#pragma once

#include <mutex>
#include <shared_mutex>

namespace bm25 {

// std::shared_mutex lets readers that overlap keep a writer out for ever. Here both queue at a
// gate: a writer holds it while it waits for the readers inside, so those who come later wait
// behind it. Meets the standard's shared lock requirements as far as lock_guard and shared_lock
// need them.
class FairMutex {
 public:
  void lock() {
    const std::lock_guard gate(gate_);
    inside_.lock();
  }
  void unlock() { inside_.unlock(); }
  void lock_shared() {
    const std::lock_guard gate(gate_);
    inside_.lock_shared();
  }
  void unlock_shared() { inside_.unlock_shared(); }

 private:
  std::mutex gate_;
  std::shared_mutex inside_;
};

}  // namespace bm25
