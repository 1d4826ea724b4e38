// Rounds: everything that came during one sync waits for the next together.
#include "journal/log_sync.hpp"

#include "base/worker_pool.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <system_error>
#include <utility>

namespace sluice::journal {

LogSync::LogSync(Options options) : options_(std::move(options)), thread_([this] { run(); }) {}

void LogSync::stop() {
  {
    const std::scoped_lock lock(mutex_);
    is_stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void LogSync::tell(std::vector<Outcome> outcomes) {
  {
    const std::scoped_lock lock(mutex_);
    if (waiting_.empty()) {
      waiting_ = std::move(outcomes);
    } else {
      std::move(outcomes.begin(), outcomes.end(), std::back_inserter(waiting_));
    }
  }
  wake_.notify_one();
}

bool LogSync::is_free() const {
  const std::scoped_lock lock(mutex_);
  return !is_syncing_ && waiting_.empty();
}

void LogSync::run() {
  name_thread("log-sync");
  std::vector<Outcome> outcomes;
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return is_stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    outcomes.swap(waiting_);
    is_syncing_ = true;
    lock.unlock();
    round(outcomes);
    outcomes.clear();
    lock.lock();
  }
}

void LogSync::round(std::vector<Outcome>& outcomes) {
  put_on_disk(outcomes);
  bool is_now_free = false;
  {
    const std::scoped_lock lock(mutex_);
    is_syncing_ = false;
    is_now_free = waiting_.empty();
  }
  if (is_now_free) options_.on_free();
  options_.on_round(outcomes.size());
  for (auto& outcome : outcomes) {
    outcome.done(outcome.result);
    if (outcome.on_disk && disk_.ok()) outcome.on_disk();
  }
  for (const auto& work : std::exchange(after_round_, {})) work();
}

void LogSync::put_on_disk(std::vector<Outcome>& outcomes) {
  if (!options_.sync) return;
  if (disk_.ok() && !options_.sync()) {
    disk_ = Error{Fault::kIo, "the disk of " + options_.folder.string() +
                                  " did not take what was written (" +
                                  std::generic_category().message(errno) +
                                  "): nothing is acknowledged any more, and the host ends; check "
                                  "that disk before it is started again"};
    options_.on_broken(disk_.error());
  }
  if (disk_.ok()) return;
  for (auto& outcome : outcomes) {
    if (outcome.result.ok()) outcome.result = disk_.error();
  }
}

}  // namespace sluice::journal
