// A descriptor of our own on the log: SQLite's locks are on other files, so opening and closing it
// takes none of them away.
#include "journal/log_file.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace sluice::journal {

LogFile::LogFile(const std::filesystem::path& database) : file_(database.string() + "-wal") {}

LogFile::~LogFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool LogFile::sync() {
  if (descriptor_ < 0) descriptor_ = ::open(file_.c_str(), O_RDONLY | O_CLOEXEC);
  return descriptor_ >= 0 && ::fdatasync(descriptor_) == 0;
}

}  // namespace sluice::journal
