// Lines that nobody waits for.
#include "observe/line_queue.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

namespace sluice::observe {
namespace {

// A reader that can be held up.
class Reader {
 public:
  LineQueue::Options options(std::size_t most) {
    return {.out = [this](const LineQueue::Line& line) { take(line.text); },
            .left_out =
                [](std::size_t lines) {
                  return LineQueue::Line{Level::kWarn, std::to_string(lines) + " left out"};
                },
            .most = most};
  }
  void hold() {
    const std::scoped_lock lock(mutex_);
    is_held_ = true;
  }
  void let_go() {
    {
      const std::scoped_lock lock(mutex_);
      is_held_ = false;
    }
    news_.notify_all();
  }
  // Until it is inside of a line that it does not finish.
  void await_stuck() {
    std::unique_lock lock(mutex_);
    news_.wait(lock, [this] { return is_stuck_; });
  }
  std::vector<std::string> lines() {
    const std::scoped_lock lock(mutex_);
    return lines_;
  }

 private:
  void take(const std::string& line) {
    std::unique_lock lock(mutex_);
    is_stuck_ = is_held_;
    news_.notify_all();
    news_.wait(lock, [this] { return !is_held_; });
    lines_.push_back(line);
  }

  std::mutex mutex_;
  std::condition_variable news_;
  bool is_held_ = false;
  bool is_stuck_ = false;
  std::vector<std::string> lines_;
};

TEST(LineQueue, PassesLinesOnInTheirOrder) {
  Reader reader;
  std::vector<std::string> expected;
  {
    LineQueue queue(reader.options(1 << 20));
    for (int i = 0; i < 1000; ++i) {
      queue.add({Level::kInfo, std::to_string(i)});
      expected.push_back(std::to_string(i));
    }
  }
  EXPECT_EQ(reader.lines(), expected);
}

TEST(LineQueue, LeavesLinesOutWhenItsReaderIsBehindAndSaysHowMany) {
  Reader reader;
  reader.hold();
  {
    LineQueue queue(reader.options(10));
    queue.add({Level::kInfo, "12345"});
    reader.await_stuck();
    queue.add({Level::kInfo, "67890"});
    queue.add({Level::kInfo, "lost"});
    queue.add({Level::kInfo, "lost too"});
    reader.let_go();
    queue.flush();
    queue.add({Level::kInfo, "after"});
  }
  EXPECT_EQ(reader.lines(), (std::vector<std::string>{"12345", "67890", "2 left out", "after"}));
}

TEST(LineQueue, EndsThoughItsReaderIsStuck) {
  // It outlives the test: the thread that is inside of it is let go of.
  auto* reader = new Reader;
  reader->hold();
  {
    LineQueue queue(reader->options(1 << 20));
    queue.add({Level::kInfo, "a"});
    reader->await_stuck();
  }
  EXPECT_TRUE(reader->lines().empty());
}

}  // namespace
}  // namespace sluice::observe
