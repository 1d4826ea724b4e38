// The table of open records.
#include "journal/journal.hpp"

#include "journal/sql.hpp"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/VariadicBind.h>

#include <fstream>
#include <optional>
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

// Payloads moved into files of their own. What was open before has none there (segment 0): torn.
constexpr auto kPlaces = R"(
  ALTER TABLE records DROP COLUMN payload;
  ALTER TABLE records ADD COLUMN segment INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE records ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE records ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE records ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE payloads_checked(boot TEXT NOT NULL);  -- in which boot of the machine, last
  INSERT INTO payloads_checked VALUES ('');
)";

// Numbers are marked as used this many at a time: one small write per so many records.
constexpr std::int64_t kSeqStep = 1024;

// Which run of the kernel this is; empty where it does not say.
std::string this_boot() {
  std::string boot;
  std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), boot);
  return boot;
}

// How many entries each segment holds.
std::map<std::int64_t, std::int64_t> count_entries(SQLite::Database& database) {
  std::map<std::int64_t, std::int64_t> counts;
  SQLite::Statement row(database,
                        "SELECT segment, count(*) FROM records WHERE segment > 0 GROUP BY segment");
  while (row.executeStep()) counts[row.getColumn(0).getInt64()] = row.getColumn(1).getInt64();
  return counts;
}

std::vector<std::int64_t> keys_of(const std::map<std::int64_t, std::int64_t>& map) {
  std::vector<std::int64_t> keys;
  keys.reserve(map.size());
  for (const auto& [key, value] : map) keys.push_back(key);
  return keys;
}

Place place_of(SQLite::Statement& row, int first) {
  return {row.getColumn(first).getInt64(), row.getColumn(first + 1).getInt64(),
          row.getColumn(first + 2).getInt64(), row.getColumn(first + 3).getInt64()};
}

// Of the first five columns.
Journal::Head head_of(SQLite::Statement& row) {
  return {.seq = row.getColumn(0).getInt64(),
          .group = sql::text(row.getColumn(1)),
          .document_id = sql::text(row.getColumn(2)),
          .bytes = static_cast<std::uint64_t>(row.getColumn(3).getInt64()),
          .received_at = sql::from_ms(row.getColumn(4).getInt64())};
}

}  // namespace

// The connection of everybody but the writer.
struct Journal::Reader {
  explicit Reader(const std::filesystem::path& file)
      : database(sql::open_reader(file)),
        entry(database,
              "SELECT crawl, document_id, source, cookie, op, received_at, segment, place, bytes, "
              "checksum FROM records WHERE seq = ?"),
        heads(database,
              "SELECT seq, crawl, document_id, bytes, received_at FROM records "
              "WHERE seq > ? ORDER BY seq LIMIT ?") {}

  // The entry without its payload, and where that lies. None: it is not there.
  std::optional<std::pair<StoredEntry, Place>> find(std::int64_t seq) {
    sql::Use row(entry);
    row->bind(1, seq);
    if (!row->executeStep()) return std::nullopt;
    StoredEntry found;
    found.seq = seq;
    found.group = sql::text(row->getColumn(0));
    found.document_id = sql::text(row->getColumn(1));
    found.source = sql::text(row->getColumn(2));
    found.cookie = static_cast<std::uint64_t>(row->getColumn(3).getInt64());
    found.op = row->getColumn(4).getUInt();
    found.received_at = sql::from_ms(row->getColumn(5).getInt64());
    return std::pair{std::move(found), place_of(*row, 6)};
  }

  std::mutex mutex;  // guards all below
  SQLite::Database database;
  SQLite::Statement entry, heads;
};

Result<std::unique_ptr<Journal>> Journal::open(GroupCommit& commits, const Options& options) {
  auto migrated = sql::migrate(commits.writer(), commits.folder(), {"journal", {kTables, kPlaces}});
  if (!migrated) return std::move(migrated).error();
  return sql::guarded(commits.folder(),
                      [&] { return std::unique_ptr<Journal>(new Journal(commits, options)); });
}

Journal::Journal(GroupCommit& commits, const Options& options)
    : commits_(commits),
      live_(count_entries(commits.writer())),
      payloads_(commits.folder() / "payloads", keys_of(live_), options),
      torn_(find_torn()),
      insert_(commits.writer(), "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      delete_(commits.writer(), "DELETE FROM records WHERE seq = ? RETURNING segment"),
      reserve_(commits.writer(), "UPDATE record_seq SET next = ?"),
      next_seq_(commits.writer().execAndGet("SELECT next FROM record_seq").getInt64()),
      open_count_(static_cast<std::uint64_t>(
          commits.writer().execAndGet("SELECT count(*) FROM records").getInt64())),
      reader_(std::make_unique<Reader>(commits.file())) {
  commits.add(*this);
  commits.add_companion(payloads_);
}

Journal::~Journal() { commits_.stop(); }

// A payload can only have missed the disk when the machine has started anew since: what a process
// wrote outlives it. Entries without any file are from before there were files.
std::vector<Journal::Head> Journal::find_torn() {
  SQLite::Database& database = commits_.writer();
  const std::string boot = this_boot();
  const std::string checked = database.execAndGet("SELECT boot FROM payloads_checked").getString();
  const bool same_boot = !boot.empty() && boot == checked;
  std::vector<Head> torn;
  SQLite::Statement row(
      database,
      "SELECT seq, crawl, document_id, bytes, received_at, segment, place, bytes, "
      "checksum FROM records WHERE segment = 0 OR ? ORDER BY seq");
  row.bind(1, same_boot ? 0 : 1);
  while (row.executeStep()) {
    if (!payloads_.read(place_of(row, 5))) torn.push_back(head_of(row));
  }
  SQLite::Statement remember(database, "UPDATE payloads_checked SET boot = ?");
  remember.bind(1, boot);
  remember.exec();
  return torn;
}

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
  const std::int64_t seq = next_seq();
  const Place place = payloads_.append(entry.payload);
  live_.try_emplace(place.segment, 0);
  sql::Use insert(insert_);
  SQLite::bind(*insert, seq, entry.group, entry.document_id, entry.source,
               static_cast<std::int64_t>(entry.cookie), entry.op, sql::to_ms(entry.received_at),
               place.segment, place.offset, place.bytes);
  insert->bind(11, place.checksum);
  insert->exec();
  work_changes_.push_back({place.segment, 1});
  return seq;
}

void Journal::remove(SQLite::Database&, std::span<const std::int64_t> seqs) {
  for (const std::int64_t seq : seqs) {
    sql::Use remove(delete_);
    remove->bind(1, seq);
    while (remove->executeStep()) work_changes_.push_back({remove->getColumn(0).getInt64(), -1});
  }
}

void Journal::keep() {
  kept_changes_.insert(kept_changes_.end(), work_changes_.begin(), work_changes_.end());
  work_changes_.clear();
}

void Journal::drop() {
  work_changes_.clear();
  reserved_until_ = 0;  // the mark may have been undone too; numbers given out are not used again
}

void Journal::committed() {
  if (kept_changes_.empty()) return;
  std::int64_t added = 0;
  for (const Change& change : std::exchange(kept_changes_, {})) {
    if (change.segment > 0) live_[change.segment] += change.entries;
    added += change.entries;
  }
  // Wraps as it should when negative.
  open_count_.fetch_add(static_cast<std::uint64_t>(added), std::memory_order_relaxed);
  free_segments();
}

// Not before the disk knows that their entries are gone: after a loss of power these would be there
// again, without their payloads.
void Journal::free_segments() {
  std::erase_if(live_, [this](const auto& segment) {
    if (segment.second > 0) return false;
    if (segment.first == payloads_.current()) payloads_.seal();
    commits_.when_on_disk([this, number = segment.first] { payloads_.free(number); });
    return true;
  });
}

void Journal::rolled_back() {
  drop();
  kept_changes_.clear();
}

Result<std::vector<Journal::StoredEntry>> Journal::read(std::span<const std::int64_t> seqs) const {
  const std::scoped_lock lock(reader_->mutex);
  return sql::guarded(commits_.folder(), [&] {
    std::vector<StoredEntry> entries;
    entries.reserve(seqs.size());
    for (const std::int64_t seq : seqs) {
      auto found = reader_->find(seq);
      if (!found) continue;
      auto payload = payloads_.read(found->second);
      if (!payload && !reader_->find(seq)) continue;  // removed since, and its place is taken
      StoredEntry& entry = entries.emplace_back(std::move(found->first));
      if (payload) {
        entry.payload = *std::move(payload);
      } else {
        entry.damage = "its bytes in " + (commits_.folder() / "payloads").string() +
                       " are damaged: check the disk, and send it again";
      }
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
    while (row->executeStep()) heads.push_back(head_of(*row));
    return heads;
  });
}

}  // namespace sluice::journal
