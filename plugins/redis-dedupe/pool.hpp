// Pool: a few connections to one Redis, shared by all who ask.
#pragma once

#include "connection.hpp"

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <variant>
#include <vector>

namespace redis_dedupe {

// Any thread may call. Commands must be such that running twice does no harm: one that a kept
// connection broke on goes out again on a new one.
class Pool {
 public:
  Pool(Address address, Patience patience) : address_(std::move(address)), patience_(patience) {}
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  std::variant<Reply, Failure> call(const Command& command);
  const Address& address() const { return address_; }

 private:
  // More callers than this wait for each other: a Redis has one thread, and each of our calls is a
  // batch.
  static constexpr std::size_t kMost = 4;

  class Place;  // the right to one connection
  std::variant<Reply, Failure> call_on_new(Place& place, const Command& command);

  const Address address_;
  const Patience patience_;
  std::mutex mutex_;  // guards idle_ and open_
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::size_t open_ = 0;  // idle or in use
};

}  // namespace redis_dedupe
