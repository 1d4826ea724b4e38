// The checkpoint thread and its two kinds of checkpoint.
#include "journal/checkpointer.hpp"

#include "base/worker_pool.hpp"

#include <sqlite3.h>

#include <chrono>
#include <optional>
#include <utility>

namespace sluice::journal {
namespace {

using namespace std::chrono_literals;

constexpr auto kSyncInterval = 100ms;  // what `journal.sync: interval` promises
constexpr auto kIdle = 1s;             // without a commit for this long, the log is emptied
constexpr int kBriefBusyMs = 200;      // readers are short; the next try comes soon anyway

}  // namespace

Checkpointer::Checkpointer(const Options& options)
    : options_(options),
      database_(options.file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX,
                kBriefBusyMs) {
  database_.exec("PRAGMA wal_autocheckpoint = 0");
  database_.exec(options_.sync == Sync::kOff ? "PRAGMA synchronous = OFF"
                                             : "PRAGMA synchronous = FULL");
  thread_ = std::thread([this] { run(); });
}

void Checkpointer::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Checkpointer::log_is(std::size_t pages) {
  bool wake = false;
  {
    const std::scoped_lock lock(mutex_);
    // The thread sleeps without end while there is nothing to do, and up to kIdle otherwise.
    wake = pages_ == 0 || pages >= options_.threshold_pages;
    pages_ = pages;
    unsynced_ = true;
    last_commit_ = Steady::now();
  }
  if (wake) wake_.notify_one();
}

bool Checkpointer::take_rest() {
  const std::scoped_lock lock(mutex_);
  if (!has_rest_) return false;
  has_rest_ = false;
  pages_ = 0;  // the thread must not copy at the same time: one of the two would be turned away
  return true;
}

void Checkpointer::run() {
  name_thread("checkpoint");
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (pages_ == 0) {
      wake_.wait(lock, [&] { return stopping_ || pages_ > 0; });
      continue;
    }
    const auto is_due = [&] {
      return stopping_ || (pages_ >= options_.threshold_pages && !has_rest_);
    };
    const Steady::duration nap = options_.sync == Sync::kInterval ? kSyncInterval : kIdle;
    const bool is_long = wake_.wait_for(lock, nap, is_due) && !stopping_;
    const bool is_idle = !is_long && Steady::now() - last_commit_ >= kIdle;
    const bool must_sync = options_.sync == Sync::kInterval && std::exchange(unsynced_, false);
    if (is_long || is_idle) pages_ = 0;  // until the writer tells of more
    lock.unlock();
    if (must_sync) sync();
    if (is_long) copy_bulk();
    if (is_idle) {
      sqlite3_wal_checkpoint_v2(database_.getHandle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr,
                                nullptr);
    }
    lock.lock();
  }
}

void Checkpointer::after_sync(std::function<void()> work) {
  const std::scoped_lock lock(mutex_);
  after_sync_.push_back(std::move(work));
}

void Checkpointer::sync() {
  std::vector<std::function<void()>> after;
  {
    const std::scoped_lock lock(mutex_);
    after.swap(after_sync_);
  }
  if (!options_.put_on_disk()) return;
  for (const auto& work : after) work();
}

void Checkpointer::copy_bulk() {
  int in_log = 0;
  int copied = 0;
  // A failure (a full disk, a reader that holds on) leaves the log as it is: later commits try
  // again.
  sqlite3_wal_checkpoint_v2(database_.getHandle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &in_log,
                            &copied);
  const std::scoped_lock lock(mutex_);
  has_rest_ = true;
}

}  // namespace sluice::journal
