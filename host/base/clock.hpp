// Clock: the two times the host needs, behind an interface so that tests turn the hands themselves.
#pragma once

#include <chrono>

namespace sluice {

using Steady = std::chrono::steady_clock;  // deadlines, waits, durations
using Wall = std::chrono::system_clock;    // what people read

// Any thread. Outlives whoever was given it.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Steady::time_point now() const = 0;
  virtual Wall::time_point wall() const = 0;
};

// The machine's clocks.
class SystemClock final : public Clock {
 public:
  Steady::time_point now() const override { return Steady::now(); }
  Wall::time_point wall() const override { return Wall::now(); }
};

}  // namespace sluice
