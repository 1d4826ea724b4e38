// LogFile: SQLite's write-ahead log, for whoever wants it on the disk.
#pragma once

#include <filesystem>

namespace sluice::journal {

// One thread's at a time. A connection to the database outlives it.
class LogFile final {
 public:
  explicit LogFile(const std::filesystem::path& database);
  ~LogFile();
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  // Returns when everything that is committed so far is on the disk. False, with errno: it may not
  // be.
  bool sync();

 private:
  const std::filesystem::path file_;
  int descriptor_ = -1;  // opened when first needed
};

}  // namespace sluice::journal
