// The index in memory as a file, so that a start need not read every text again.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "index/memory_index.hpp"

namespace bm25 {

// What a snapshot must agree with to be of use.
struct SnapshotStamp {
  std::string identity;     // of the database
  std::string fingerprint;  // of everything that decides which terms a text has
  RowId watermark = 0;      // the newest row it knows of
};

// Writes beside the file, syncs and renames: the old snapshot stays until the new one is complete.
// Runs while the index is read and written; `image` must have been made when the newest row was
// stamp.watermark. Throws std::runtime_error.
void save_snapshot(const std::filesystem::path& file, const SnapshotStamp& stamp,
                   const MemoryIndex& index, const MemoryIndex::StateImage& image);

// A snapshot read from disk, verified against its checksum.
class SnapshotFile {
 public:
  // Nothing if there is none, or it is damaged, of another format or of another stamp (its
  // watermark aside).
  static std::optional<SnapshotFile> open(const std::filesystem::path& file,
                                          const SnapshotStamp& expected);
  ~SnapshotFile();
  SnapshotFile(SnapshotFile&& other) noexcept;
  SnapshotFile& operator=(SnapshotFile&&) = delete;

  RowId watermark() const { return watermark_; }

  // Fills an empty index with the chunks whose rows are in `rows`, ascending. False when some of
  // `rows` are missing from the snapshot: the index is then of no use.
  bool load(MemoryIndex& index, std::span<const RowId> rows) const;

 private:
  SnapshotFile() = default;

  std::string_view bytes_;  // the mapping
  std::size_t body_ = 0;    // where the content starts, behind the stamp
  RowId watermark_ = 0;
};

}  // namespace bm25
