// DiskReserve: some disk space put aside, so that on a full disk there is still room for the
// deletes and checkpoints that free space.
#pragma once

#include <cstdint>
#include <filesystem>

namespace sluice::journal {

// A preallocated file `<folder>/reserve`. Used by one thread. Where the file system cannot
// preallocate, nothing is held and everything else works as on a host without a reserve.
class DiskReserve final {
 public:
  DiskReserve(const std::filesystem::path& folder, std::uint64_t bytes);

  // Takes the space, if the disk has it.
  void hold();

  // Gives it back to the disk.
  void release();

  // Whether the disk has room for the reserve and as much again.
  bool has_room() const;

 private:
  std::filesystem::path file_;
  std::uint64_t bytes_;
};

}  // namespace sluice::journal
