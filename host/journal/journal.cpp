// The table of open records.
#include "journal/journal.hpp"

#include "journal/sql.hpp"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/VariadicBind.h>

#include <filesystem>
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

// Entries came to stand in the log too, behind heads that nobody else can make.
constexpr auto kSecret = R"(
  CREATE TABLE payloads_secret(secret INTEGER NOT NULL);
  INSERT INTO payloads_secret VALUES (random());
)";

// What a transaction wrote into the log and did not commit keeps its numbers there: the next run
// begins so far behind them. No transaction has as many pages.
constexpr std::int64_t kGap = std::int64_t{1} << 32;

// How many entries each segment holds.
std::map<std::int64_t, std::int64_t> count_entries(SQLite::Database& database) {
  std::map<std::int64_t, std::int64_t> counts;
  SQLite::Statement row(database,
                        "SELECT segment, count(*) FROM records WHERE segment > 0 GROUP BY segment");
  while (row.executeStep()) counts[row.getColumn(0).getInt64()] = row.getColumn(1).getInt64();
  return counts;
}

// The segments of entries in the database and of those only in the log.
std::vector<std::int64_t> segments_of(const std::map<std::int64_t, std::int64_t>& live,
                                      const std::vector<LoggedEntry>& lost) {
  std::vector<std::int64_t> segments;
  segments.reserve(live.size() + lost.size());
  for (const auto& [segment, entries] : live) segments.push_back(segment);
  for (const auto& one : lost) segments.push_back(one.place.segment);
  return segments;
}

std::filesystem::path payloads_of(const GroupCommit& commits) {
  return commits.folder() / "payloads";
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
  auto migrated =
      sql::migrate(commits.writer(), commits.folder(), {"journal", {kTables, kPlaces, kSecret}});
  if (!migrated) return std::move(migrated).error();
  return sql::guarded(commits.folder(),
                      [&] { return std::unique_ptr<Journal>(new Journal(commits, options)); });
}

Journal::Journal(GroupCommit& commits, const Options& options)
    : commits_(commits),
      live_(count_entries(commits.writer())),
      aftermath_(find_aftermath(commits.writer(), payloads_of(commits), boot_)),
      payloads_(payloads_of(commits), segments_of(live_, aftermath_.lost),
                {.segment_bytes = options.segment_bytes,
                 .max_bytes = options.max_bytes,
                 .writes = options.writes,
                 .secret = payloads_secret(commits.writer())}),
      insert_(commits.writer(), "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      delete_(commits.writer(), "DELETE FROM records WHERE seq = ? RETURNING segment"),
      used_(commits.writer(), "UPDATE record_seq SET next = ?"),
      next_seq_(aftermath_.next_seq + kGap),
      open_count_(static_cast<std::uint64_t>(
          commits.writer().execAndGet("SELECT count(*) FROM records").getInt64())),
      reader_(std::make_unique<Reader>(commits.file())) {
  commits.add(*this);
  commits.add_companion(payloads_);
}

Journal::~Journal() { commits_.stop(); }

std::int64_t Journal::append(SQLite::Database&, const Entry& entry) {
  const std::int64_t seq = next_seq_++;
  has_new_numbers_ = true;
  const Place place = payloads_.append({.seq = seq,
                                        .group = entry.group,
                                        .document_id = entry.document_id,
                                        .source = entry.source,
                                        .cookie = entry.cookie,
                                        .op = entry.op,
                                        .received_at = sql::to_ms(entry.received_at)},
                                       entry.payload);
  insert(entry, seq, place);
  return seq;
}

void Journal::insert(const Entry& entry, std::int64_t seq, const Place& place) {
  live_.try_emplace(place.segment, 0);
  sql::Use insert(insert_);
  SQLite::bind(*insert, seq, entry.group, entry.document_id, entry.source,
               static_cast<std::int64_t>(entry.cookie), entry.op, sql::to_ms(entry.received_at),
               place.segment, place.offset, place.bytes);
  insert->bind(11, place.checksum);
  insert->exec();
  work_changes_.push_back({place.segment, 1});
}

void Journal::restore(SQLite::Database&, const LoggedEntry& lost) {
  const PayloadEntry& entry = lost.entry;
  insert({.group = entry.group,
          .document_id = entry.document_id,
          .source = entry.source,
          .cookie = entry.cookie,
          .op = entry.op,
          .received_at = sql::from_ms(entry.received_at)},
         entry.seq, lost.place);
}

void Journal::taken_over(SQLite::Database& database) {
  has_new_numbers_ = true;
  SQLite::Statement checked(database, "UPDATE payloads_checked SET boot = ?");
  checked.bind(1, boot_);
  checked.exec();
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
  payloads_.keep();
}

void Journal::drop() {
  work_changes_.clear();
  payloads_.drop();
}

// The payloads first: what is committed is in the log, so that nobody has to look for it.
void Journal::flush(SQLite::Database&) {
  if (has_new_numbers_) {
    sql::Use used(used_);
    used->bind(1, next_seq_);
    used->exec();
  }
  payloads_.write();
}

void Journal::committed() {
  has_new_numbers_ = false;
  payloads_.committed();
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

// Numbers that were given out are not used again.
void Journal::rolled_back() {
  work_changes_.clear();
  kept_changes_.clear();
  payloads_.rolled_back();
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
        entry.damage = payload.error().message;
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
