// SegmentFile: a file that is written in whole blocks, and is on the disk when a write returns.
#pragma once

#include "journal/descriptor.hpp"

#include <cstdint>
#include <filesystem>
#include <span>

namespace sluice::journal {

enum class Writes {
  kThrough,  // a write returns when the disk has it: past the page cache, where the file system can
  kCached,   // a write returns when the kernel has it; sync puts it on the disk
};

// Written by one thread; sync may run beside it.
class SegmentFile final {
 public:
  // Makes the file where it is missing. Throws std::system_error.
  SegmentFile(std::filesystem::path file, Writes writes);

  // All of `blocks`, a whole number of them from a BlockBuffer, at a multiple of kBlock. Throws
  // std::system_error; what is there then is not known.
  void write(std::span<const char> blocks, std::int64_t offset);
  // False, with errno: the disk did not take what was written.
  bool sync();
  std::int64_t length() const;  // 0 where it cannot be had

 private:
  const std::filesystem::path path_;
  bool is_direct_;
  const Descriptor file_;
};

}  // namespace sluice::journal
