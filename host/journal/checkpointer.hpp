// Checkpointer: moves what the write-ahead log holds into the database, off the commit path.
#pragma once

#include "base/clock.hpp"
#include "journal/disk_sync.hpp"

#include <SQLiteCpp/Database.h>

#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <mutex>
#include <thread>

namespace sluice::journal {

// Whether an acknowledgement waits for the disk.
enum class Sync {
  kAlways,    // what is acknowledged is on the disk
  kInterval,  // everything is synced every 100 ms; power loss may take what came after the last one
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
    // Everything is put on the disk through it every 100 ms, as long as there are commits. Null:
    // never. Outlives this.
    DiskSync* disk = nullptr;
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

  // Any thread, on its own connection: copies what the log holds, as `mode` of
  // sqlite3_wal_checkpoint_v2 says. A failure (a full disk, a reader that holds on) leaves the log
  // as it is: later commits try again. Nothing is copied, nor the log begun anew, once the disk
  // broke.
  void copy(SQLite::Database& database, int mode);

  // Ends the thread. May be called again.
  void stop();

 private:
  void run();

  const Options options_;
  SQLite::Database database_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::size_t pages_ = 0;             // guarded by mutex_: of the log, as last told; 0: nothing new
  bool unsynced_ = false;             // guarded by mutex_: commits since the last sync
  bool has_rest_ = false;             // guarded by mutex_
  bool stopping_ = false;             // guarded by mutex_
  Steady::time_point last_commit_{};  // guarded by mutex_

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace sluice::journal
