// DiskSync: what the data folder holds, put on the disk, and whether the disk can be believed.
#pragma once

#include "base/result.hpp"
#include "journal/companion.hpp"
#include "journal/log_file.hpp"

#include <filesystem>
#include <functional>
#include <mutex>
#include <string_view>
#include <vector>

namespace sluice::journal {

// Owned by GroupCommit. Everything may be called by any thread.
class DiskSync final {
 public:
  // `companions` outlive it, and stay as they are from the first sync on. `on_broken` runs once,
  // where the disk failed.
  DiskSync(const std::filesystem::path& database, const std::vector<Companion*>& companions,
           std::function<void(const Error&)> on_broken);

  // Puts on the disk what was written before the call, one caller after the other. An error: the
  // disk did not take it. Nobody can know what of it is there then, and a later sync that succeeds
  // would say nothing about it: so the error stays for good.
  Result<void> sync();
  Result<void> state() const;
  // `work` runs at the end of the next sync that begins, where that was called, unless it fails.
  void after_sync(std::function<void()> work);
  // Somebody else's sync of these files failed, and why.
  void broke(std::string_view why);

 private:
  Result<void> put_on_disk();

  const std::filesystem::path folder_;
  const std::vector<Companion*>& companions_;
  const std::function<void(const Error&)> on_broken_;

  std::mutex syncing_;             // one sync at a time; before mutex_
  LogFile log_;                    // guarded by syncing_
  bool is_folder_synced_ = false;  // guarded by syncing_: the log's name in it

  mutable std::mutex mutex_;
  Result<void> state_;                             // guarded by mutex_
  std::vector<std::function<void()>> after_sync_;  // guarded by mutex_
};

}  // namespace sluice::journal
