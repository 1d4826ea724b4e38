// Progress: how far a long task is, how fast it goes, when it will be done; and the line that says
// so.
#pragma once

#include "app/terminal.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace sluice::app {

// What there is to say at one moment.
struct Progress {
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  double rate = 0;                                     // per second
  std::optional<std::chrono::milliseconds> left = {};  // unknown until something has moved

  unsigned percent() const;  // 100 only when all is done
};

// Works out the rate over the last seconds, so that it follows a change. Thread-compatible; the
// time comes from outside and does not run backwards.
class ProgressMeter {
 public:
  using Time = std::chrono::steady_clock::time_point;

  ProgressMeter(std::uint64_t total, Time start);

  Progress at(Time now, std::uint64_t done);

 private:
  struct Sample {
    Time time;
    std::uint64_t done = 0;
  };

  std::uint64_t total_;
  std::deque<Sample> samples_;  // the window, oldest first; never empty
};

// "feeding  [#####-----]  50/100 pages  50 %  8.1/s  6.2 s left", within the terminal's width.
std::string progress_line(const std::string& task, const Progress& progress,
                          const Terminal& terminal);

// A line on standard error that is drawn over again, ten times a second at most; nothing where
// standard error is no terminal. Cleared by its destructor. Used by one thread.
class ProgressBar {
 public:
  ProgressBar(std::string task, std::uint64_t total);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void show(std::uint64_t done);

 private:
  std::string task_;
  Terminal terminal_;
  ProgressMeter meter_;
  ProgressMeter::Time next_draw_;
  bool is_drawn_ = false;
};

}  // namespace sluice::app
