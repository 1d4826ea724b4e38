// The file behind DiskReserve.
#include "journal/disk_reserve.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace sluice::journal {

DiskReserve::DiskReserve(const std::filesystem::path& folder, std::uint64_t bytes)
    : file_(folder / "reserve"), bytes_(bytes) {}

void DiskReserve::hold() {
  if (bytes_ == 0) return;
  const int descriptor = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (descriptor < 0) return;
  // Not posix_fallocate: where preallocation is missing it would write the file out instead.
  const bool held = ::fallocate(descriptor, 0, 0, static_cast<off_t>(bytes_)) == 0;
  ::close(descriptor);
  if (!held) release();
}

void DiskReserve::release() { ::unlink(file_.c_str()); }

bool DiskReserve::has_room() const {
  struct statvfs disk {};
  if (::statvfs(file_.parent_path().c_str(), &disk) != 0) return false;
  return std::uint64_t{disk.f_bavail} * disk.f_frsize >= 2 * bytes_;
}

}  // namespace sluice::journal
