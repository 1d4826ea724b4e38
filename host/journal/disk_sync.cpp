// Two syncs side by side.
#include "journal/disk_sync.hpp"

#include "base/worker_pool.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace sluice::journal {

DiskSync::DiskSync(const std::filesystem::path& database, std::vector<Companion*> companions)
    : log_(database), companions_(std::move(companions)), thread_([this] { run(); }) {}

DiskSync::~DiskSync() {
  is_stopping_ = true;
  begin_.release();
  thread_.join();
}

bool DiskSync::sync() {
  if (!has_dirty_companion()) return log_.sync();
  begin_.release();
  const int log_failure = log_.sync() ? 0 : errno;
  end_.acquire();
  errno = log_failure != 0 ? log_failure : failure_;
  return errno == 0;
}

void DiskSync::run() {
  name_thread("disk-sync");
  for (;;) {
    begin_.acquire();
    if (is_stopping_) return;
    failure_ = 0;
    for (Companion* companion : companions_) {
      if (!companion->sync()) failure_ = errno;
    }
    end_.release();
  }
}

bool DiskSync::has_dirty_companion() const {
  return std::any_of(companions_.begin(), companions_.end(),
                     [](const Companion* companion) { return companion->is_dirty(); });
}

}  // namespace sluice::journal
