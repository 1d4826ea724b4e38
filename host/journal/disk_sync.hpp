// DiskSync: puts the log of the database and the files beside it on the disk, at the same time: one
// wait instead of two, and the disk flushes once for both.
#pragma once

#include "journal/companion.hpp"
#include "journal/log_file.hpp"

#include <filesystem>
#include <semaphore>
#include <thread>
#include <vector>

namespace sluice::journal {

// Owned by GroupCommit, used by one thread at a time. Companions are synced on a thread of its own.
class DiskSync final {
 public:
  // `companions` live as long.
  DiskSync(const std::filesystem::path& database, std::vector<Companion*> companions);
  ~DiskSync();
  DiskSync(const DiskSync&) = delete;
  DiskSync& operator=(const DiskSync&) = delete;

  // What was written before the call; false, with errno: a disk did not take it.
  bool sync();

 private:
  void run();
  bool has_dirty_companion() const;

  LogFile log_;
  const std::vector<Companion*> companions_;
  std::binary_semaphore begin_{0};
  std::binary_semaphore end_{0};
  // Written before begin_ or end_ is released, read after it was acquired.
  bool is_stopping_ = false;
  int failure_ = 0;  // errno of the companions' sync

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace sluice::journal
