// Courier: takes parcels and delivers them, many at a time, in no promised order.
#pragma once

#include "fakes/firecrawl/events.hpp"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace sluice::fakes {

// Gives up what is not delivered when it is destroyed. Any thread.
class Courier {
 public:
  explicit Courier(std::size_t parallel);
  ~Courier();
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  // Makes the attempts that `options` ask for.
  void send(Parcel parcel, DeliveryOptions options);
  bool wait_until_idle(std::chrono::milliseconds timeout);

  std::uint64_t sent() const;
  std::uint64_t delivered() const;
  void reset_counters();

 private:
  struct Order {
    Parcel parcel;
    DeliveryOptions options;
  };
  void work();
  void deliver(const Order& order);

  const std::size_t parallel_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Order> orders_;
  std::vector<std::thread> threads_;  // as many as were needed at once
  std::size_t busy_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t delivered_ = 0;
  bool is_stopping_ = false;
};

}  // namespace sluice::fakes
