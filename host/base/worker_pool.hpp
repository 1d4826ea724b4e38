// WorkerPool: threads that run what may block, so that event loops never do.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace sluice {

// Some threads and one queue, first in first out. Owned by whoever made it; post from
// any thread. The destructor runs what was posted before it and joins.
class WorkerPool {
 public:
  // `name` shows in debuggers and `top -H` (15 characters at most are kept).
  WorkerPool(std::string name, std::size_t threads);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Runs `work` on one of the threads. `work` must not throw.
  void post(std::function<void()> work);

  // One more thread, to take the place of one that a plugin does not give back, or because there
  // may be more to do at once. By the owner.
  void grow();
  std::size_t threads() const { return threads_.size(); }

  // Runs what is queued, then joins. Called by the destructor too. Not from a worker.
  void stop();

  // As stop, but threads still busy at `deadline` are let go: they are detached and keep what they
  // hold alive. Returns how many. Only for a process that is about to end.
  std::size_t stop_by(std::chrono::steady_clock::time_point deadline);

 private:
  struct Shared;

  std::string name_;
  std::shared_ptr<Shared> shared_;  // shared with detached threads, which may outlive the pool
  std::vector<std::thread> threads_;
};

// Names the calling thread for debuggers.
void name_thread(const std::string& name);

}  // namespace sluice
