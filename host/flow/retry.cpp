// Back-off and the heap behind it.
#include "flow/retry.hpp"

#include <algorithm>
#include <utility>

namespace sluice::flow {

std::chrono::milliseconds backoff(const RetryPolicy& policy, uint32_t attempt,
                                  std::mt19937_64& random) {
  // 2^20 times any sensible start is past any sensible maximum, and far from overflow.
  const uint32_t doublings = std::min(attempt > 0 ? attempt - 1 : 0, 20U);
  const auto ceiling = std::min(policy.max, policy.initial * (int64_t{1} << doublings));
  std::uniform_int_distribution<int64_t> spread(0, std::max<int64_t>(0, ceiling.count()));
  return std::chrono::milliseconds(spread(random));
}

std::vector<data::RecordRef> RetryHeap::take_due(Steady::time_point now) {
  std::vector<data::RecordRef> due;
  const auto end = waiting_.upper_bound(now);
  for (auto it = waiting_.begin(); it != end; ++it) due.push_back(std::move(it->second));
  waiting_.erase(waiting_.begin(), end);
  return due;
}

std::vector<data::RecordRef> RetryHeap::take_all() { return take_due(Steady::time_point::max()); }

}  // namespace sluice::flow
