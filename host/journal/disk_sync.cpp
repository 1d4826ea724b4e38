// One sync after the other, and the first failure for good.
#include "journal/disk_sync.hpp"

#include "journal/descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace sluice::journal {

DiskSync::DiskSync(const std::filesystem::path& database, const std::vector<Companion*>& companions,
                   std::function<void(const Error&)> on_broken)
    : folder_(database.parent_path()),
      companions_(companions),
      on_broken_(std::move(on_broken)),
      log_(database) {}

Result<void> DiskSync::sync() {
  const std::scoped_lock one(syncing_);
  std::vector<std::function<void()>> after;
  {
    const std::scoped_lock lock(mutex_);
    if (!state_) return state_;
    after.swap(after_sync_);
  }
  if (auto failed = put_on_disk(); !failed) broke(failed.error().message);
  auto result = state();
  if (!result) return result;
  for (const auto& work : after) work();
  return result;
}

void DiskSync::after_sync(std::function<void()> work) {
  const std::scoped_lock lock(mutex_);
  after_sync_.push_back(std::move(work));
}

// The companions first: committed rows refer to them.
Result<void> DiskSync::put_on_disk() try {
  for (Companion* companion : companions_) {
    if (!companion->sync()) throw std::system_error(errno, std::generic_category());
  }
  if (!log_.sync()) throw std::system_error(errno, std::generic_category());
  if (is_folder_synced_) return {};
  if (::fsync(Descriptor(folder_, O_RDONLY | O_DIRECTORY).get()) != 0) {
    throw std::system_error(errno, std::generic_category());
  }
  is_folder_synced_ = true;
  return {};
} catch (const std::system_error& failure) {
  return Error{Fault::kIo, failure.code().message()};
}

Result<void> DiskSync::state() const {
  const std::scoped_lock lock(mutex_);
  return state_;
}

void DiskSync::broke(std::string_view why) {
  const Error error{Fault::kIo, "the disk of " + folder_.string() +
                                    " did not take what was written (" + std::string(why) +
                                    "): nothing is acknowledged any more, and the host ends; "
                                    "check that disk before it is started again"};
  {
    const std::scoped_lock lock(mutex_);
    if (!state_) return;
    state_ = error;
  }
  on_broken_(error);
}

}  // namespace sluice::journal
