// PayloadLog: the bytes of open records, written once, one behind the other. The database keeps
// where they lie; what is small and changes is its business, what is big and only comes and goes is
// here.
#pragma once

#include "journal/companion.hpp"
#include "journal/descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::journal {

// Where a payload lies, and how to tell that it is whole.
struct Place {
  std::int64_t segment = 0;  // the number of its file
  std::int64_t offset = 0;
  std::int64_t bytes = 0;
  std::int64_t checksum = 0;  // XXH3 of the bytes, 64 bits
};

// Files `<folder>/<number>`, called segments. One is written until it has its size; when none of
// its payloads is needed any more it is written anew from its start, since a file that has its
// blocks costs the disk less than a new one. Owned by the journal.
class PayloadLog final : public Companion {
 public:
  struct Options {
    std::int64_t segment_bytes = 32 << 20;  // a payload that is bigger has a segment of its own
    std::int64_t max_bytes = 0;             // of all segments; 0: the disk is the limit
  };

  // Makes the folder where it is missing. Files that are not in `used` are spare. Throws
  // std::filesystem::filesystem_error.
  PayloadLog(std::filesystem::path folder, std::span<const std::int64_t> used,
             const Options& options);

  // The writer. Throws std::system_error: there is no room (ENOSPC) or the disk failed; nothing of
  // it counts then.
  Place append(std::string_view payload);
  // The writer: the segment that append writes, 0 when none is begun.
  std::int64_t current() const { return current_.number; }
  // The writer: the next append begins another segment.
  void seal() { current_ = {}; }

  // Any thread. None: what lies there is not what was appended. Throws std::system_error.
  std::optional<std::string> read(const Place& place) const;
  // Any thread: no payload of the segment is needed any more, also after a loss of power.
  void free(std::int64_t segment);

  bool is_dirty() const override;
  bool sync() override;
  void may_grow(bool may) override { may_grow_ = may; }

 private:
  struct Spare {
    std::int64_t number = 0;
    std::int64_t length = 0;
  };
  struct Segment {
    std::int64_t number = 0;
    std::shared_ptr<Descriptor> file{};  // shared with the sync
    std::int64_t length = 0;             // of the file: what it holds of the disk
    std::int64_t end = 0;                // of what was appended since it was begun
  };

  std::filesystem::path file_of(std::int64_t segment) const;
  void begin_segment();
  bool has_room_for(std::int64_t bytes) const;
  void note_written();

  const std::filesystem::path folder_;
  const Options options_;

  // The writer's.
  Segment current_;
  std::int64_t next_number_ = 1;
  bool may_grow_ = true;

  mutable std::mutex mutex_;
  std::vector<Spare> spares_;                       // guarded by mutex_
  std::vector<std::shared_ptr<Descriptor>> dirty_;  // guarded by mutex_: written since their sync
  bool has_new_file_ = false;                       // guarded by mutex_: the folder is dirty too
  std::int64_t held_bytes_ = 0;                     // guarded by mutex_: by all files
};

}  // namespace sluice::journal
