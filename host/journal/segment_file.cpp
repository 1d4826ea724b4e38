// Direct writes, and the way back where a file system has none.
#include "journal/segment_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace sluice::journal {
namespace {

int flags_of(Writes writes) {
  return O_WRONLY | O_CREAT | (writes == Writes::kThrough ? O_DSYNC : 0);
}

// tmpfs for one knows no direct writes: it says so when the flag is set, others with the first
// write.
bool make_direct(int file) {
  const int flags = ::fcntl(file, F_GETFL);
  return flags >= 0 && ::fcntl(file, F_SETFL, flags | O_DIRECT) == 0;
}

bool make_cached(int file) {
  const int flags = ::fcntl(file, F_GETFL);
  return flags >= 0 && ::fcntl(file, F_SETFL, flags & ~O_DIRECT) == 0;
}

}  // namespace

SegmentFile::SegmentFile(std::filesystem::path file, Writes writes)
    : path_(std::move(file)),
      is_direct_(writes == Writes::kThrough),
      file_(path_, flags_of(writes)) {
  if (is_direct_) is_direct_ = make_direct(file_.get());
}

void SegmentFile::write(std::span<const char> blocks, std::int64_t offset) {
  while (!blocks.empty()) {
    const ssize_t wrote = ::pwrite(file_.get(), blocks.data(), blocks.size(), offset);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0 && errno == EINVAL && is_direct_ && make_cached(file_.get())) {
      is_direct_ = false;
      continue;
    }
    if (wrote <= 0) {
      throw std::system_error(wrote < 0 ? errno : EIO, std::generic_category(), path_.string());
    }
    blocks = blocks.subspan(static_cast<std::size_t>(wrote));
    offset += wrote;
  }
}

bool SegmentFile::sync() { return ::fdatasync(file_.get()) == 0; }

std::int64_t SegmentFile::length() const {
  struct stat found {};
  return ::fstat(file_.get(), &found) == 0 ? found.st_size : 0;
}

}  // namespace sluice::journal
