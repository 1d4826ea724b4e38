// ByteBudget: how many bytes of bodies may be in memory at once, over all connections.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace sluice::net {

// Any thread. Shared by the server and by every body that still counts.
class ByteBudget {
 public:
  explicit ByteBudget(std::size_t limit) : limit_(limit) {}

  // False, and nothing taken, when `bytes` would go over the limit.
  bool take(std::size_t bytes) {
    // Relaxed throughout: the counter orders nothing but itself.
    std::size_t used = used_.load(std::memory_order_relaxed);
    do {
      if (bytes > limit_ - used) return false;
    } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
    return true;
  }

  void give_back(std::size_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }

  std::size_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  const std::size_t limit_;
  std::atomic<std::size_t> used_ = 0;
};

// What one body has taken from a budget; given back when this goes.
class ByteCharge {
 public:
  ByteCharge() = default;
  explicit ByteCharge(std::shared_ptr<ByteBudget> budget) : budget_(std::move(budget)) {}
  ~ByteCharge() { release(); }
  ByteCharge(ByteCharge&& other) noexcept
      : budget_(std::move(other.budget_)), bytes_(std::exchange(other.bytes_, 0)) {}
  ByteCharge& operator=(ByteCharge&& other) noexcept {
    if (this != &other) {
      release();
      budget_ = std::move(other.budget_);
      bytes_ = std::exchange(other.bytes_, 0);
    }
    return *this;
  }

  // Raises the charge to `bytes`; false when the budget does not allow it.
  bool raise_to(std::size_t bytes) {
    if (bytes <= bytes_) return true;
    if (budget_ && !budget_->take(bytes - bytes_)) return false;
    bytes_ = bytes;
    return true;
  }

 private:
  void release() {
    if (budget_) budget_->give_back(bytes_);
    bytes_ = 0;
  }

  std::shared_ptr<ByteBudget> budget_;
  std::size_t bytes_ = 0;
};

}  // namespace sluice::net
