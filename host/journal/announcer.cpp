// Rounds: everything that came during one is told together in the next.
#include "journal/announcer.hpp"

#include "base/thread_slice.hpp"
#include "base/worker_pool.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sluice::journal {

Announcer::Announcer(Options options) : options_(std::move(options)), thread_([this] { run(); }) {}

void Announcer::stop() {
  {
    const std::scoped_lock lock(mutex_);
    is_stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Announcer::tell(std::vector<Outcome> outcomes) {
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

bool Announcer::is_free() const {
  const std::scoped_lock lock(mutex_);
  return !is_telling_ && waiting_.empty();
}

void Announcer::run() {
  name_thread("announce");
  ask_for_slices(kSlice);
  std::vector<Outcome> outcomes;
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return is_stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    outcomes.swap(waiting_);
    is_telling_ = true;
    lock.unlock();
    round(outcomes);
    outcomes.clear();
    lock.lock();
  }
}

void Announcer::round(std::vector<Outcome>& outcomes) {
  const bool waits = std::any_of(outcomes.begin(), outcomes.end(),
                                 [](const Outcome& outcome) { return outcome.waits_for_disk; });
  const Result<void> disk = waits ? options_.sync() : options_.state();
  bool is_now_free = false;
  {
    const std::scoped_lock lock(mutex_);
    is_telling_ = false;
    is_now_free = waiting_.empty();
  }
  if (is_now_free) options_.on_free();
  for (const auto& outcome : outcomes) {
    outcome.done(outcome.result.ok() && !disk.ok() ? disk : outcome.result);
  }
  for (const auto& work : std::exchange(after_round_, {})) work();
}

}  // namespace sluice::journal
