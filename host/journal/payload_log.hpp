// PayloadLog: the bytes of open records, written once, one behind the other. The database keeps
// where they lie; what is small and changes is its business, what is big and only comes and goes is
// here.
#pragma once

#include "base/result.hpp"
#include "journal/block_buffer.hpp"
#include "journal/companion.hpp"
#include "journal/descriptor.hpp"
#include "journal/payload_files.hpp"
#include "journal/segment_file.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::journal {

// Files `<folder>/<number>`, called segments. One is written until it has its size; when none of
// its payloads is needed any more it is written anew from its start, since a file that has its
// blocks costs the disk less than a new one. Owned by the journal.
//
// In a segment lies what each transaction wrote, from the begin of a block on: entries (head, names
// and payload, payload_entry.hpp) one behind the other, and zeros up to the next block. Whatever
// else there is after them is of an earlier use of the segment.
class PayloadLog final : public Companion {
 public:
  struct Options {
    std::int64_t segment_bytes = 32 << 20;  // an entry that is bigger has a segment of its own
    std::int64_t max_bytes = 0;             // of all segments; 0: the disk is the limit
    Writes writes = Writes::kThrough;
    std::uint64_t secret = 0;  // of the heads
  };

  // Makes the folder where it is missing. Files that are not in `used` are spare. Throws
  // std::system_error.
  PayloadLog(std::filesystem::path folder, std::span<const std::int64_t> used,
             const Options& options);

  // The writer. Where the payload will lie once the transaction is written. Throws
  // std::system_error: there is no room (ENOSPC) or the disk failed; the entry is not there then.
  Place append(const PayloadEntry& entry, std::string_view payload);
  // The writer: what was appended since the last of either belongs to the transaction, or not.
  void keep() { kept_ = gathered_.size(); }
  void drop();
  // The writer: the transaction is about to be committed. On the disk afterwards, with kThrough.
  // Throws std::system_error; the transaction cannot be committed then.
  void write();
  // The writer, after write: the transaction was committed, or all of it is forgotten.
  void committed();
  void rolled_back();

  // The writer: the segment that is being written, 0 when none is begun. The next append after
  // seal begins another. Between two transactions.
  std::int64_t current() const { return current_.number; }
  void seal() { current_ = {}; }

  // Any thread; as read_payload.
  Result<std::string> read(const Place& place) const { return read_payload(folder_, place); }
  // Any thread: no payload of the segment is needed any more, also after a loss of power.
  void free(std::int64_t segment);

  bool sync() override;
  void may_grow(bool may) override { may_grow_ = may; }

 private:
  struct Spare {
    std::int64_t number = 0;
    std::int64_t length = 0;
  };
  struct Segment {
    std::int64_t number = 0;
    std::shared_ptr<SegmentFile> file{};  // shared with the sync
    std::int64_t length = 0;              // of the file: what it holds of the disk
    std::int64_t end = 0;                 // of what was committed since it was begun
  };

  std::int64_t end() const;
  bool has_room_for(std::size_t bytes) const;
  void make_room_for(std::size_t bytes);
  void seal_written();
  void begin_segment();
  void write_gathered();
  void note_written(std::int64_t end);

  const std::filesystem::path folder_;
  const Options options_;
  const Descriptor folder_file_;

  // The writer's.
  Segment current_;
  BlockBuffer gathered_;      // by this transaction, and not written
  std::size_t kept_ = 0;      // of it: bytes of works that stay
  std::int64_t written_ = 0;  // by this transaction, behind the end of the segment
  std::int64_t next_number_ = 1;
  bool may_grow_ = true;
  bool has_new_file_ = false;  // since the folder was last synced, with kThrough

  mutable std::mutex mutex_;
  std::vector<Spare> spares_;                        // guarded by mutex_
  std::vector<std::shared_ptr<SegmentFile>> dirty_;  // guarded by mutex_: written, kCached
  bool is_folder_dirty_ = false;                     // guarded by mutex_: kCached
  std::int64_t held_bytes_ = 0;                      // guarded by mutex_: by all files
};

}  // namespace sluice::journal
