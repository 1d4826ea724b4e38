// Doubt: whether a write that failed speaks against its points or against Qdrant.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>

namespace qdrant_sink {

// Any thread may call.
class Doubt {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Blame { kPoints, kServer };

  explicit Doubt(std::function<Clock::time_point()> now = Clock::now) : now_(std::move(now)) {}

  // A write of points worked.
  void worked();
  // One failed that was sent then. Where others worked just before, it may be the points. What
  // fails in a row is Qdrant's, until it has gone on for so long that the points are all that is
  // left to blame; and so is what was sent before others worked again.
  Blame failed(Clock::time_point sent);
  // Whether the last write of points failed.
  bool is_there() const;
  // How long to leave Qdrant alone now: a part of the time that it has failed.
  std::chrono::milliseconds pause() const;

 private:
  const std::function<Clock::time_point()> now_;
  mutable std::mutex mutex_;  // guards what follows
  std::optional<Clock::time_point> since_;
  Clock::time_point ended_{};  // the doubt before
};

}  // namespace qdrant_sink
