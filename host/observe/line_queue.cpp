// One thread between those who write lines and the one who takes them.
#include "observe/line_queue.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

namespace sluice::observe {
namespace {

// How long an end waits for a reader that takes nothing any more.
constexpr std::chrono::seconds kPatience{1};

}  // namespace

struct LineQueue::Shared {
  Options options;

  std::mutex mutex;  // guards what follows
  std::condition_variable news;
  std::deque<Line> lines;
  std::size_t bytes = 0;     // of lines
  std::size_t left_out = 0;  // since the last line that was taken in
  bool is_writing = false;   // a line is on its way out
  bool is_ending = false;
};

LineQueue::LineQueue(Options options) : shared_(std::make_shared<Shared>()) {
  shared_->options = std::move(options);
  thread_ = std::thread([shared = shared_] { run(*shared); });
}

LineQueue::~LineQueue() {
  flush();
  bool is_done = false;
  {
    const std::scoped_lock lock(shared_->mutex);
    shared_->is_ending = true;
    is_done = shared_->lines.empty() && !shared_->is_writing;
  }
  shared_->news.notify_all();
  if (is_done) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

void LineQueue::add(Line line) {
  {
    const std::scoped_lock lock(shared_->mutex);
    if (shared_->bytes + line.text.size() > shared_->options.most) {
      ++shared_->left_out;
      return;
    }
    if (const std::size_t missing = std::exchange(shared_->left_out, 0); missing > 0) {
      shared_->lines.push_back(shared_->options.left_out(missing));
      shared_->bytes += shared_->lines.back().text.size();
    }
    shared_->bytes += line.text.size();
    shared_->lines.push_back(std::move(line));
  }
  shared_->news.notify_all();
}

void LineQueue::flush() {
  std::unique_lock lock(shared_->mutex);
  shared_->news.wait_for(lock, kPatience,
                         [this] { return shared_->lines.empty() && !shared_->is_writing; });
}

void LineQueue::run(Shared& shared) {
  std::unique_lock lock(shared.mutex);
  for (;;) {
    shared.news.wait(lock, [&] { return shared.is_ending || !shared.lines.empty(); });
    if (shared.lines.empty()) return;
    const Line line = std::move(shared.lines.front());
    shared.lines.pop_front();
    shared.is_writing = true;
    lock.unlock();
    shared.options.out(line);
    lock.lock();
    shared.bytes -= line.text.size();
    shared.is_writing = false;
    if (shared.lines.empty()) shared.news.notify_all();
  }
}

}  // namespace sluice::observe
