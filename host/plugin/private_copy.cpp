// Written under another name and renamed, so that a copy is whole or absent, also after a crash and
// with two hosts on one folder.
#include "plugin/private_copy.hpp"

#include "plugin/plugin_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace sluice::plugin {
namespace {

Error failure(const std::filesystem::path& path, const char* what, int code) {
  return {Fault::kIo, path.string() + ": " + what + ": " + std::generic_category().message(code)};
}

Result<void> prepare_folder(const std::filesystem::path& folder) {
  std::error_code code;
  std::filesystem::create_directories(folder.parent_path(), code);
  if (code) return failure(folder.parent_path(), "cannot be made", code.value());
  if (mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST)
    return failure(folder, "cannot be made", errno);
  struct stat status {};
  if (lstat(folder.c_str(), &status) != 0) return failure(folder, "cannot be examined", errno);
  if (!S_ISDIR(status.st_mode) || status.st_uid != geteuid() ||
      (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return Error{Fault::kConfig,
                 folder.string() +
                     " is to hold the copies of plugins but is not a folder that only"
                     " this user can write; remove it or run: chmod go-w " +
                     folder.string()};
  }
  return {};
}

// A file of ours under a name of its own, removed again unless it is renamed.
class Draft {
 public:
  explicit Draft(const std::filesystem::path& folder) : path_((folder / ".copy-XXXXXX").string()) {
    fd_ = mkostemp(path_.data(), O_CLOEXEC);
  }
  ~Draft() {
    if (fd_ < 0) return;
    close(fd_);
    if (!path_.empty()) unlink(path_.c_str());
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  // Zero or errno.
  int write_all(std::span<const std::byte> bytes) const {
    if (fd_ < 0) return errno;
    while (!bytes.empty()) {
      const ssize_t wrote = write(fd_, bytes.data(), bytes.size());
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) return errno;
      bytes = bytes.subspan(static_cast<std::size_t>(wrote));
    }
    return fchmod(fd_, S_IRUSR | S_IXUSR) == 0 ? 0 : errno;
  }
  int rename_to(const std::filesystem::path& target) {
    if (rename(path_.c_str(), target.c_str()) != 0) return errno;
    path_.clear();
    return 0;
  }

 private:
  std::string path_;
  int fd_ = -1;
};

}  // namespace

Result<std::filesystem::path> keep_copy(const std::filesystem::path& folder,
                                        std::span<const std::byte> bytes,
                                        const std::string& sha256) {
  if (auto ready = prepare_folder(folder); !ready) return std::move(ready).error();
  auto target = folder / (sha256 + ".so");
  const auto there = read_file(target);
  if (there && sha256_of(*there) == sha256) return target;
  Draft draft(folder);
  if (const int code = draft.write_all(bytes); code != 0)
    return failure(folder, "the copy of a plugin cannot be written here", code);
  if (const int code = draft.rename_to(target); code != 0)
    return failure(target, "the copy of a plugin cannot be put here", code);
  return target;
}

}  // namespace sluice::plugin
