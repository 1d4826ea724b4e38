// FolderLock: one process at a time in a data folder.
#pragma once

#include "base/result.hpp"

#include <filesystem>

namespace sluice::journal {

// Holds `<folder>/lock` from take() to the destructor; the kernel lets go of it when the process
// dies. Movable, used by one thread.
class FolderLock final {
 public:
  // Makes the folder (mode 0750) where it is missing. kBusy names the process that holds it.
  static Result<FolderLock> take(const std::filesystem::path& folder);

  ~FolderLock();
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;  // -1: moved from
};

}  // namespace sluice::journal
