#include "doubt.hpp"

#include <algorithm>

namespace qdrant_sink {
namespace {

using std::chrono::milliseconds;

// Restarts, full disks that somebody empties, shards that move: mostly over by then.
constexpr std::chrono::minutes kBenefit{5};

constexpr int kPart = 4;  // a quarter of an outage is late enough to notice its end
constexpr milliseconds kShortestPause{500};
constexpr milliseconds kLongestPause{30'000};

}  // namespace

void Doubt::worked() {
  const std::lock_guard lock(mutex_);
  if (since_) ended_ = now_();
  since_.reset();
}

Doubt::Blame Doubt::failed(Clock::time_point sent) {
  const std::lock_guard lock(mutex_);
  const auto now = now_();
  if (!since_ && sent < ended_) return Blame::kServer;
  if (!since_) {
    since_ = now;
    return Blame::kPoints;
  }
  return now - *since_ < kBenefit ? Blame::kServer : Blame::kPoints;
}

bool Doubt::is_there() const {
  const std::lock_guard lock(mutex_);
  return since_.has_value();
}

milliseconds Doubt::pause() const {
  const std::lock_guard lock(mutex_);
  if (!since_) return kShortestPause;
  const auto lasted = std::chrono::duration_cast<milliseconds>(now_() - *since_);
  return std::clamp(lasted / kPart, kShortestPause, kLongestPause);
}

}  // namespace qdrant_sink
