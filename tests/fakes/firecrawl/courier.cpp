#include "fakes/firecrawl/courier.hpp"

#include "fakes/firecrawl/post.hpp"

#include <utility>

namespace sluice::fakes {

Courier::Courier(std::size_t parallel) : parallel_(parallel) {}

Courier::~Courier() {
  {
    const std::scoped_lock lock(mutex_);
    is_stopping_ = true;
    orders_.clear();
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Courier::send(Parcel parcel, DeliveryOptions options) {
  const std::scoped_lock lock(mutex_);
  if (is_stopping_) return;
  orders_.push_back({std::move(parcel), std::move(options)});
  if (busy_ + orders_.size() > threads_.size() && threads_.size() < parallel_) {
    threads_.emplace_back([this] { work(); });
  }
  changed_.notify_all();
}

bool Courier::wait_until_idle(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [this] { return orders_.empty() && busy_ == 0; });
}

std::uint64_t Courier::sent() const {
  const std::scoped_lock lock(mutex_);
  return sent_;
}

std::uint64_t Courier::delivered() const {
  const std::scoped_lock lock(mutex_);
  return delivered_;
}

void Courier::reset_counters() {
  const std::scoped_lock lock(mutex_);
  sent_ = delivered_ = 0;
}

void Courier::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return is_stopping_ || !orders_.empty(); });
    if (is_stopping_) return;
    const Order order = std::move(orders_.front());
    orders_.pop_front();
    ++busy_;
    lock.unlock();
    deliver(order);
    lock.lock();
    --busy_;
    changed_.notify_all();
  }
}

void Courier::deliver(const Order& order) {
  for (std::size_t attempt = 0;; ++attempt) {
    {
      const std::scoped_lock lock(mutex_);
      ++sent_;
    }
    const unsigned status =
        post(order.parcel.url, order.parcel.headers, order.parcel.body, order.options.timeout);
    std::unique_lock lock(mutex_);
    if (status >= 200 && status < 300) {
      ++delivered_;
      return;
    }
    if (attempt >= order.options.retries.size()) return;
    changed_.wait_for(lock, order.options.retries[attempt], [this] { return is_stopping_; });
    if (is_stopping_) return;
  }
}

}  // namespace sluice::fakes
