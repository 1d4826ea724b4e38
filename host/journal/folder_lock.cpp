// An advisory lock on a file that holds the owner's process id for people to read.
#include "journal/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace sluice::journal {
namespace {

std::string reason(int code) { return std::generic_category().message(code); }

std::string owner_of(int descriptor) {
  std::array<char, 32> text{};
  const ssize_t got = ::pread(descriptor, text.data(), text.size(), 0);
  std::string owner(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  while (!owner.empty() && owner.back() == '\n') owner.pop_back();
  return owner.empty() ? "another process" : "process " + owner;
}

Result<void> make_folder(const std::filesystem::path& folder) {
  std::error_code failure;
  const auto parent = folder.parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, failure);
  if (!failure && (::mkdir(folder.c_str(), 0750) == 0 || errno == EEXIST)) return {};
  const std::string cause = failure ? failure.message() : reason(errno);
  return Error{Fault::kIo, "the data folder " + folder.string() + " cannot be made (" + cause +
                               "): create it, or choose another one as `data`"};
}

}  // namespace

Result<FolderLock> FolderLock::take(const std::filesystem::path& folder) {
  if (auto made = make_folder(folder); !made) return std::move(made).error();
  const std::string file = (folder / "lock").string();
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (descriptor < 0) {
    return Error{Fault::kIo, "the data folder " + folder.string() + " is not writable (" +
                                 reason(errno) + "): check its owner and permissions"};
  }
  FolderLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return Error{Fault::kIo, file + " cannot be locked (" + reason(errno) +
                                   "): use a local disk for the data folder"};
    }
    return Error{Fault::kBusy, "the data folder " + folder.string() + " is in use by " +
                                   owner_of(descriptor) + ": stop it, or use another folder"};
  }
  // The id is for people only: a full disk must not keep the host from starting.
  const std::string owner = std::to_string(::getpid()) + "\n";
  if (::ftruncate(descriptor, 0) == 0) {
    [[maybe_unused]] const ssize_t written = ::pwrite(descriptor, owner.data(), owner.size(), 0);
  }
  return lock;
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

FolderLock::FolderLock(FolderLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

}  // namespace sluice::journal
