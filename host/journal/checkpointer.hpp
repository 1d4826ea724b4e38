// Checkpointer: moves what the write-ahead log holds into the database, off the commit path.
#pragma once

#include "base/clock.hpp"

#include <SQLiteCpp/Database.h>

#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace sluice::journal {

// Whether a commit waits for the disk.
enum class Sync {
  kAlways,    // each commit is on the disk before it is acknowledged
  kInterval,  // the log is synced every 100 ms; power loss may take what came after the last one
  kOff,       // the operating system writes when it likes
};

// Its own thread and connection. Owned by GroupCommit.
//
// The log can only start over when all of it has been copied and nobody adds to it meanwhile. Under
// steady writing a copy in the background therefore never suffices: the thread copies the bulk, and
// then asks the writer to copy the little that has come since, between two transactions.
class Checkpointer final {
 public:
  struct Options {
    std::filesystem::path file;       // the database
    std::size_t threshold_pages = 0;  // the log is copied from this length on
    Sync sync = Sync::kAlways;
    // For kInterval: what was written before the call; false: the disk did not take it.
    std::function<bool()> put_on_disk = [] { return true; };
  };

  // Throws what SQLite throws.
  explicit Checkpointer(const Options& options);
  ~Checkpointer() { stop(); }
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  // The writer, after each commit: how long the log is now.
  void log_is(std::size_t pages);

  // The writer, between transactions: true once for every time it should copy the rest itself.
  bool take_rest();

  // Any thread, for kInterval: `work` runs on the checkpointer's thread after the next sync that
  // begins, unless that fails.
  void after_sync(std::function<void()> work);

  // Ends the thread. May be called again.
  void stop();

 private:
  void run();
  void sync();
  void copy_bulk();

  const Options options_;
  SQLite::Database database_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::size_t pages_ = 0;             // guarded by mutex_: of the log, as last told; 0: nothing new
  bool unsynced_ = false;             // guarded by mutex_: commits since the last sync_log
  bool has_rest_ = false;             // guarded by mutex_
  bool stopping_ = false;             // guarded by mutex_
  Steady::time_point last_commit_{};  // guarded by mutex_
  std::vector<std::function<void()>> after_sync_;  // guarded by mutex_

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace sluice::journal
