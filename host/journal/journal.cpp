// The table of open records.
#include "journal/journal.hpp"

#include "journal/sql.hpp"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/VariadicBind.h>

#include <limits>
#include <stdexcept>
#include <utility>

namespace sluice::journal {
namespace {

constexpr auto kTables = R"(
  CREATE TABLE records(
    seq INTEGER PRIMARY KEY,
    crawl TEXT NOT NULL,
    document_id TEXT NOT NULL,
    source TEXT NOT NULL,
    cookie INTEGER NOT NULL,
    op INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    payload BLOB NOT NULL);  -- last, so that the other columns are read without it
  CREATE TABLE record_seq(next INTEGER NOT NULL);
  INSERT INTO record_seq VALUES (1);
)";

// Numbers are marked as used this many at a time: one small write per so many records.
constexpr std::int64_t kSeqStep = 1024;

}  // namespace

// The connection of everybody but the writer.
struct Journal::Reader {
  explicit Reader(const std::filesystem::path& file)
      : database(sql::open_reader(file)),
        entry(database,
              "SELECT crawl, document_id, source, cookie, op, received_at, payload FROM records "
              "WHERE seq = ?"),
        heads(database,
              "SELECT seq, crawl, document_id, length(payload), received_at FROM records "
              "WHERE seq > ? ORDER BY seq LIMIT ?") {}

  std::mutex mutex;  // guards all below
  SQLite::Database database;
  SQLite::Statement entry, heads;
};

Result<std::unique_ptr<Journal>> Journal::open(GroupCommit& commits) {
  auto migrated = sql::migrate(commits.writer(), commits.folder(), {"journal", {kTables}});
  if (!migrated) return std::move(migrated).error();
  return sql::guarded(commits.folder(),
                      [&] { return std::unique_ptr<Journal>(new Journal(commits)); });
}

Journal::Journal(GroupCommit& commits)
    : commits_(commits),
      insert_(commits.writer(), "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
      delete_(commits.writer(), "DELETE FROM records WHERE seq = ?"),
      reserve_(commits.writer(), "UPDATE record_seq SET next = ?"),
      next_seq_(commits.writer().execAndGet("SELECT next FROM record_seq").getInt64()),
      open_count_(static_cast<std::uint64_t>(
          commits.writer().execAndGet("SELECT count(*) FROM records").getInt64())),
      reader_(std::make_unique<Reader>(commits.file())) {
  commits.add(*this);
}

Journal::~Journal() { commits_.stop(); }

std::int64_t Journal::next_seq() {
  if (next_seq_ >= reserved_until_) {
    sql::Use reserve(reserve_);
    reserve->bind(1, next_seq_ + kSeqStep);
    reserve->exec();
    reserved_until_ = next_seq_ + kSeqStep;
  }
  return next_seq_++;
}

std::int64_t Journal::append(SQLite::Database&, const Entry& entry) {
  if (entry.payload.size() > std::size_t{std::numeric_limits<int>::max()}) {
    throw std::length_error("a record of more than 2 GiB cannot be stored: split it");
  }
  const std::int64_t seq = next_seq();
  sql::Use insert(insert_);
  SQLite::bind(*insert, seq, entry.group, entry.document_id, entry.source,
               static_cast<std::int64_t>(entry.cookie), entry.op, sql::to_ms(entry.received_at));
  insert->bindNoCopy(8, entry.payload.data(), static_cast<int>(entry.payload.size()));
  insert->exec();
  ++work_delta_;
  return seq;
}

void Journal::remove(SQLite::Database&, std::span<const std::int64_t> seqs) {
  for (const std::int64_t seq : seqs) {
    sql::Use remove(delete_);
    remove->bind(1, seq);
    work_delta_ -= remove->exec();
  }
}

void Journal::keep() { kept_delta_ += std::exchange(work_delta_, 0); }

void Journal::drop() {
  work_delta_ = 0;
  reserved_until_ = 0;  // the mark may have been undone too; numbers given out are not used again
}

void Journal::committed() {
  const auto added = static_cast<std::uint64_t>(std::exchange(kept_delta_, 0));
  open_count_.fetch_add(added, std::memory_order_relaxed);  // wraps as it should when negative
}

void Journal::rolled_back() {
  drop();
  kept_delta_ = 0;
}

Result<std::vector<Journal::StoredEntry>> Journal::read(std::span<const std::int64_t> seqs) const {
  const std::scoped_lock lock(reader_->mutex);
  return sql::guarded(commits_.folder(), [&] {
    std::vector<StoredEntry> entries;
    entries.reserve(seqs.size());
    for (const std::int64_t seq : seqs) {
      sql::Use row(reader_->entry);
      row->bind(1, seq);
      if (!row->executeStep()) continue;
      StoredEntry& entry = entries.emplace_back();
      entry.seq = seq;
      entry.group = sql::text(row->getColumn(0));
      entry.document_id = sql::text(row->getColumn(1));
      entry.source = sql::text(row->getColumn(2));
      entry.cookie = static_cast<std::uint64_t>(row->getColumn(3).getInt64());
      entry.op = row->getColumn(4).getUInt();
      entry.received_at = sql::from_ms(row->getColumn(5).getInt64());
      entry.payload = sql::text(row->getColumn(6));
    }
    return entries;
  });
}

Result<std::vector<Journal::Head>> Journal::heads(std::int64_t after_seq, std::size_t limit) const {
  const std::scoped_lock lock(reader_->mutex);
  return sql::guarded(commits_.folder(), [&] {
    std::vector<Head> heads;
    sql::Use row(reader_->heads);
    SQLite::bind(*row, after_seq, static_cast<std::int64_t>(limit));
    while (row->executeStep()) {
      heads.push_back({.seq = row->getColumn(0).getInt64(),
                       .group = sql::text(row->getColumn(1)),
                       .document_id = sql::text(row->getColumn(2)),
                       .bytes = static_cast<std::uint64_t>(row->getColumn(3).getInt64()),
                       .received_at = sql::from_ms(row->getColumn(4).getInt64())});
    }
    return heads;
  });
}

}  // namespace sluice::journal
