// LineQueue: lines on their way to a slow reader, so that whoever writes one never waits for it.
#pragma once

#include "observe/log.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace sluice::observe {

// Any thread. Lines leave in the order in which they came, on a thread of the queue's own. When the
// reader is behind by more than `most` bytes, lines are left out and counted.
class LineQueue final {
 public:
  struct Line {
    Level level = Level::kInfo;
    std::string text;
  };
  // `out` takes one line; `left_out` makes a line that says how many are missing.
  struct Options {
    std::function<void(const Line&)> out;
    std::function<Line(std::size_t lines)> left_out;
    std::size_t most = std::size_t{4} << 20U;  // bytes: about 30,000 ordinary lines
  };
  explicit LineQueue(Options options);
  // Waits until what was added has left, but no longer than a moment for a reader that is stuck.
  ~LineQueue();
  LineQueue(const LineQueue&) = delete;
  LineQueue& operator=(const LineQueue&) = delete;

  void add(Line line);
  // As the destructor, before an end without destructors.
  void flush();

 private:
  struct Shared;  // with the thread, which is let go of when its reader is stuck for good

  static void run(Shared& shared);

  std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace sluice::observe
