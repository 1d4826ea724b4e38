// Journal: the records that were accepted and are not done yet.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "journal/aftermath.hpp"
#include "journal/group_commit.hpp"
#include "journal/payload_log.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace sluice::journal {

// As PayloadLog::Options.
struct JournalOptions {
  std::int64_t segment_bytes = PayloadLog::Options{}.segment_bytes;
  std::int64_t max_bytes = 0;
  Writes writes = Writes::kThrough;
};

// Owned by the app, made between GroupCommit::open and start. Methods that take a Database run
// inside a Work on the writer thread and throw what SQLite throws; the others run on any thread but
// that one.
class Journal final : private Gatherer {
 public:
  struct Entry {
    std::string group{};  // the crawl
    std::string document_id{};
    std::string source{};      // the instance that pushed it
    std::uint64_t cookie = 0;  // the source's own, handed back to it
    std::uint32_t op = 0;
    std::string payload{};  // the record as bytes, opaque here
    Wall::time_point received_at{};
  };
  struct StoredEntry : Entry {
    std::int64_t seq = 0;
    std::string damage{};  // why its payload cannot be had; empty: it is whole
  };
  // An entry without its payload.
  struct Head {
    std::int64_t seq = 0;
    std::string group{};
    std::string document_id{};
    std::uint64_t bytes = 0;  // of the payload
    Wall::time_point received_at{};
  };

  using Options = JournalOptions;

  static Result<std::unique_ptr<Journal>> open(GroupCommit& commits, const Options& options = {});
  ~Journal() override;
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // The number of the entry: higher than all before it, also those removed or of earlier runs.
  // With kThrough the log alone brings the entry back after a loss of power, once it is committed.
  std::int64_t append(SQLite::Database& database, const Entry& entry);
  // Numbers that are not there are passed over.
  void remove(SQLite::Database& database, std::span<const std::int64_t> seqs);

  // Those of `seqs` that are there, in the order asked for.
  Result<std::vector<StoredEntry>> read(std::span<const std::int64_t> seqs) const;
  // At most `limit` entries after `after_seq`, oldest first.
  Result<std::vector<Head>> heads(std::int64_t after_seq, std::size_t limit) const;
  // What the last loss of power left, to be put right before anything else is done. Once.
  Aftermath take_aftermath() { return std::exchange(aftermath_, {}); }
  // The entry is there again, with its number.
  void restore(SQLite::Database& database, const LoggedEntry& lost);
  // The first thing after start, and in one work with what is done about the aftermath: this run
  // has taken over from the last.
  void taken_over(SQLite::Database& database);
  // Entries that are durable and not removed. A gauge: may run behind by one transaction.
  std::uint64_t open_count() const { return open_count_.load(std::memory_order_relaxed); }

 private:
  struct Reader;
  struct Change {
    std::int64_t segment;
    std::int64_t entries;
  };

  Journal(GroupCommit& commits, const Options& options);

  void insert(const Entry& entry, std::int64_t seq, const Place& place);
  void free_segments();
  void keep() override;
  void drop() override;
  void flush(SQLite::Database&) override;
  void committed() override;
  void rolled_back() override;

  GroupCommit& commits_;
  const std::string boot_ = this_boot();
  std::map<std::int64_t, std::int64_t> live_;  // the writer thread's: segments, and their entries
  Aftermath aftermath_;  // found before payloads_ writes anew what no entry of live_ needs
  PayloadLog payloads_;

  // The writer thread's.
  SQLite::Statement insert_, delete_, used_;
  std::int64_t next_seq_;
  bool has_new_numbers_ = false;  // in this transaction
  // Entries added to segments less those removed from them: by this work, and by the earlier ones
  // of this transaction.
  std::vector<Change> work_changes_, kept_changes_;

  std::atomic<std::uint64_t> open_count_{0};  // relaxed: a gauge, it orders nothing
  const std::unique_ptr<Reader> reader_;
};

}  // namespace sluice::journal
