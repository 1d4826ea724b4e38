// A clock whose hands the test turns.
#pragma once

#include "base/clock.hpp"

namespace sluice::flow {

class ManualClock final : public Clock {
 public:
  Steady::time_point now() const override { return Steady::time_point(since_start_); }
  Wall::time_point wall() const override {
    return Wall::time_point(std::chrono::duration_cast<Wall::duration>(since_start_));
  }
  void advance(Steady::duration by) { since_start_ += by; }

 private:
  Steady::duration since_start_ = std::chrono::hours(1);
};

}  // namespace sluice::flow
