#include "fakes/server/failure.hpp"

#include <utility>

namespace sluice::fakes {

void Script::add(Failure failure) {
  const std::scoped_lock lock(mutex_);
  entries_.push_back({std::move(failure)});
}

void Script::clear() {
  const std::scoped_lock lock(mutex_);
  entries_.clear();
}

std::optional<Failure> Script::take(const Request& request) {
  const std::scoped_lock lock(mutex_);
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    Failure& failure = entry->failure;
    if (!failure.method.empty() && failure.method != request.method) continue;
    if (!request.target.starts_with(failure.path)) continue;
    if (++entry->seen % failure.every != 0) continue;
    if (failure.times == kUntilCleared || --failure.times > 0) return failure;
    Failure last = std::move(failure);
    entries_.erase(entry);
    return last;
  }
  return std::nullopt;
}

}  // namespace sluice::fakes
