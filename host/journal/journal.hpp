// Journal: the records that were accepted and are not done yet.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
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
#include <vector>

namespace sluice::journal {

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

  using Options = PayloadLog::Options;  // of the payloads

  static Result<std::unique_ptr<Journal>> open(GroupCommit& commits, const Options& options = {});
  ~Journal() override;
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // The number of the entry: higher than all before it, also those removed or of earlier runs.
  std::int64_t append(SQLite::Database& database, const Entry& entry);
  // Numbers that are not there are passed over.
  void remove(SQLite::Database& database, std::span<const std::int64_t> seqs);

  // Those of `seqs` that are there, in the order asked for.
  Result<std::vector<StoredEntry>> read(std::span<const std::int64_t> seqs) const;
  // At most `limit` entries after `after_seq`, oldest first.
  Result<std::vector<Head>> heads(std::int64_t after_seq, std::size_t limit) const;
  // Entries of an earlier run whose payloads did not reach the disk before the power went: nobody
  // was told that they were accepted, and their sender will send them again. To be removed, and
  // taken out of whatever else counts them, before anything else is done.
  const std::vector<Head>& torn() const { return torn_; }
  // Entries that are durable and not removed. A gauge: may run behind by one transaction.
  std::uint64_t open_count() const { return open_count_.load(std::memory_order_relaxed); }

 private:
  struct Reader;
  struct Change {
    std::int64_t segment;
    std::int64_t entries;
  };

  Journal(GroupCommit& commits, const Options& options);

  std::vector<Head> find_torn();
  std::int64_t next_seq();
  void free_segments();
  void keep() override;
  void drop() override;
  void flush(SQLite::Database&) override {}
  void committed() override;
  void rolled_back() override;

  GroupCommit& commits_;
  std::map<std::int64_t, std::int64_t> live_;  // the writer thread's: segments, and their entries
  PayloadLog payloads_;
  std::vector<Head> torn_;  // fixed by open

  // The writer thread's.
  SQLite::Statement insert_, delete_, reserve_;
  std::int64_t next_seq_ = 1;
  std::int64_t reserved_until_ = 0;  // numbers below it are marked as used in the file
  // Entries added to segments less those removed from them: by this work, and by the earlier ones
  // of this transaction.
  std::vector<Change> work_changes_, kept_changes_;

  std::atomic<std::uint64_t> open_count_{0};  // relaxed: a gauge, it orders nothing
  const std::unique_ptr<Reader> reader_;
};

}  // namespace sluice::journal
