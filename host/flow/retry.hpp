// Retry: when a record that failed comes back, and when it has had enough chances.
#pragma once

#include "base/clock.hpp"
#include "data/record.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace sluice::flow {

// `retry:` of a stage in the pipeline file.
struct RetryPolicy {
  uint32_t attempts = 8;  // calls in all, the first included
  std::chrono::milliseconds initial = std::chrono::milliseconds(200);
  std::chrono::milliseconds max = std::chrono::seconds(30);
  std::chrono::milliseconds elapsed = std::chrono::minutes(15);  // since the first failure
};

// Exponential back-off with full jitter: a random time up to min(max, initial * 2^(attempt-1)).
// Spreading over the whole interval keeps records that failed together from coming back together
// ("Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
std::chrono::milliseconds backoff(const RetryPolicy& policy, uint32_t attempt,
                                  std::mt19937_64& random);

// The records of one stage that wait for their next chance, by the time it comes. The loop's
// thread.
class RetryHeap {
 public:
  void add(Steady::time_point due, data::RecordRef record) {
    waiting_.emplace(due, std::move(record));
  }
  // Those whose time has come, oldest first.
  std::vector<data::RecordRef> take_due(Steady::time_point now);
  // All of them, due or not.
  std::vector<data::RecordRef> take_all();

  bool is_empty() const { return waiting_.empty(); }
  std::size_t size() const { return waiting_.size(); }
  Steady::time_point next() const { return waiting_.begin()->first; }  // only when not empty

 private:
  std::multimap<Steady::time_point, data::RecordRef> waiting_;
};

}  // namespace sluice::flow
