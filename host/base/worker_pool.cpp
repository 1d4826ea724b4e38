// The queue behind WorkerPool.
#include "base/worker_pool.hpp"

#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

namespace sluice {

struct WorkerPool::Shared {
  std::mutex mutex;
  std::condition_variable wake;             // work was added, or stopping
  std::condition_variable ended;            // a thread has left its loop
  std::deque<std::function<void()>> queue;  // guarded by mutex
  std::size_t running = 0;                  // guarded by mutex: threads inside their loop
  bool stopping = false;                    // guarded by mutex
};

void name_thread(const std::string& name) {
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
}

WorkerPool::WorkerPool(std::string name, std::size_t threads)
    : name_(std::move(name)), shared_(std::make_shared<Shared>()) {
  for (std::size_t i = 0; i < threads; ++i) grow();
}

WorkerPool::~WorkerPool() { stop(); }

void WorkerPool::grow() {
  {
    const std::scoped_lock lock(shared_->mutex);
    ++shared_->running;
  }
  threads_.emplace_back([shared = shared_, name = name_] {
    name_thread(name);
    std::unique_lock lock(shared->mutex);
    for (;;) {
      shared->wake.wait(lock, [&] { return shared->stopping || !shared->queue.empty(); });
      if (shared->queue.empty()) break;
      auto work = std::move(shared->queue.front());
      shared->queue.pop_front();
      lock.unlock();
      work();
      work = nullptr;  // what it captured goes before the lock is taken again
      lock.lock();
    }
    --shared->running;
    shared->ended.notify_all();
  });
}

void WorkerPool::post(std::function<void()> work) {
  {
    const std::scoped_lock lock(shared_->mutex);
    shared_->queue.push_back(std::move(work));
  }
  shared_->wake.notify_one();
}

void WorkerPool::stop() { stop_by(std::chrono::steady_clock::time_point::max()); }

std::size_t WorkerPool::stop_by(std::chrono::steady_clock::time_point deadline) {
  if (threads_.empty()) return 0;  // stopped before; threads that were let go are not waited for
  std::size_t stuck = 0;
  {
    std::unique_lock lock(shared_->mutex);
    shared_->stopping = true;
    shared_->wake.notify_all();
    const auto done = [&] { return shared_->running == 0; };
    if (deadline == std::chrono::steady_clock::time_point::max()) {
      shared_->ended.wait(lock, done);
    } else {
      shared_->ended.wait_until(lock, deadline, done);
    }
    stuck = shared_->running;
  }
  for (auto& thread : threads_) {
    if (stuck == 0) {
      thread.join();
    } else {
      thread.detach();
    }
  }
  threads_.clear();
  return stuck;
}

}  // namespace sluice
