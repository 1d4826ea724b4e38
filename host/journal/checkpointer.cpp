// The checkpoint thread and its two kinds of checkpoint.
#include "journal/checkpointer.hpp"

#include "base/worker_pool.hpp"

#include <sqlite3.h>

#include <chrono>
#include <utility>

namespace sluice::journal {
namespace {

using namespace std::chrono_literals;

// What `journal.sync: interval` promises; and with `always`, how much of the log of payloads has to
// be looked through after a loss of power.
constexpr auto kSyncInterval = 100ms;
constexpr auto kIdle = 1s;         // without a commit for this long, the log is emptied
constexpr int kBriefBusyMs = 200;  // readers are short; the next try comes soon anyway

}  // namespace

Checkpointer::Checkpointer(const Options& options)
    : options_(options),
      database_(options.file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX,
                kBriefBusyMs) {
  database_.exec("PRAGMA wal_autocheckpoint = 0");
  database_.exec(options_.disk == nullptr ? "PRAGMA synchronous = OFF"
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
    const Steady::duration nap = options_.disk != nullptr ? kSyncInterval : kIdle;
    const bool is_long = wake_.wait_for(lock, nap, is_due) && !stopping_;
    const bool is_idle = !is_long && Steady::now() - last_commit_ >= kIdle;
    const bool must_sync = options_.disk != nullptr && std::exchange(unsynced_, false);
    if (is_long || is_idle) pages_ = 0;  // until the writer tells of more
    lock.unlock();
    if (must_sync) static_cast<void>(options_.disk->sync());  // a failure is told by the disk
    if (is_long) copy(database_, SQLITE_CHECKPOINT_PASSIVE);
    if (is_idle) copy(database_, SQLITE_CHECKPOINT_TRUNCATE);
    lock.lock();
    has_rest_ = has_rest_ || is_long;
  }
}

void Checkpointer::copy(SQLite::Database& database, int mode) {
  if (options_.disk != nullptr && !options_.disk->state()) return;
  sqlite3_wal_checkpoint_v2(database.getHandle(), nullptr, mode, nullptr, nullptr);
  const int failure = database.getExtendedErrorCode();
  if (options_.disk != nullptr &&
      (failure == SQLITE_IOERR_FSYNC || failure == SQLITE_IOERR_DIR_FSYNC)) {
    options_.disk->broke(database.getErrorMsg());
  }
}

}  // namespace sluice::journal
