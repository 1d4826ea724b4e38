// The table of dead letters.
#include "flow/dead_letters.hpp"

#include "journal/sql.hpp"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/VariadicBind.h>

#include <limits>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace sluice::flow {
namespace {

constexpr auto kTables = R"(
  CREATE TABLE dead_letters(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id TEXT NOT NULL,
    crawl_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    url TEXT NOT NULL,
    reason TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    payload BLOB NOT NULL,  -- last, so that the other columns are read without it
    UNIQUE(document_id, crawl_id, stage));
  CREATE INDEX dead_letters_by_time ON dead_letters(last_at);
  CREATE INDEX dead_letters_by_stage ON dead_letters(stage);
)";

constexpr auto kVersion = R"(
  ALTER TABLE dead_letters ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
)";

const std::string kSelect =
    "SELECT id, document_id, crawl_id, stage, url, reason, attempts, first_at, last_at";
const std::string kMatches =
    " FROM dead_letters WHERE (?1 = '' OR stage = ?1) AND (?2 = '' OR crawl_id = ?2) "
    "AND (?3 = '' OR document_id = ?3)";

DeadLetter letter_from(SQLite::Statement& row) {
  return {.id = row.getColumn(0).getInt64(),
          .document_id = sql::text(row.getColumn(1)),
          .url = sql::text(row.getColumn(4)),
          .crawl_id = sql::text(row.getColumn(2)),
          .stage = sql::text(row.getColumn(3)),
          .reason = sql::text(row.getColumn(5)),
          .attempts = static_cast<std::uint64_t>(row.getColumn(6).getInt64()),
          .first_at = sql::from_ms(row.getColumn(7).getInt64()),
          .last_at = sql::from_ms(row.getColumn(8).getInt64()),
          .payload = {}};
}

}  // namespace

// The connection of everybody but the writer.
struct DeadLetters::Reader {
  explicit Reader(const std::filesystem::path& file)
      : database(sql::open_reader(file)),
        find(database, kSelect + ", payload, version FROM dead_letters WHERE id = ?"),
        list(database, kSelect + kMatches + " ORDER BY last_at DESC, id DESC LIMIT ?4 OFFSET ?5"),
        count(database, "SELECT count(*)" + kMatches),
        by_stage(database, "SELECT stage, count(*) FROM dead_letters GROUP BY stage") {}

  std::mutex mutex;  // guards all below
  SQLite::Database database;
  SQLite::Statement find, list, count, by_stage;
};

Result<std::unique_ptr<DeadLetters>> DeadLetters::open(journal::GroupCommit& commits) {
  auto migrated =
      sql::migrate(commits.writer(), commits.folder(), {"dead letters", {kTables, kVersion}});
  if (!migrated) return std::move(migrated).error();
  return sql::guarded(commits.folder(),
                      [&] { return std::unique_ptr<DeadLetters>(new DeadLetters(commits)); });
}

DeadLetters::DeadLetters(journal::GroupCommit& commits)
    : commits_(commits),
      file_(commits.writer(),
            "INSERT INTO dead_letters(document_id, crawl_id, stage, url, reason, attempts, "
            "first_at, last_at, payload, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT(document_id, crawl_id, stage) DO UPDATE SET url = excluded.url, "
            "reason = excluded.reason, attempts = attempts + excluded.attempts, "
            "last_at = excluded.last_at, payload = excluded.payload, version = excluded.version "
            "RETURNING id"),
      erase_(commits.writer(), "DELETE FROM dead_letters WHERE id = ?"),
      drop_superseded_(commits.writer(),
                       "DELETE FROM dead_letters WHERE document_id = ? AND version <= ?"),
      reader_(std::make_unique<Reader>(commits.file())) {}

DeadLetters::~DeadLetters() { commits_.stop(); }

std::int64_t DeadLetters::file(SQLite::Database&, const DeadLetter& letter) {
  if (letter.payload.size() > std::size_t{std::numeric_limits<int>::max()}) {
    throw std::length_error("a record of more than 2 GiB cannot be filed as a dead letter");
  }
  sql::Use filed(file_);
  SQLite::bind(*filed, letter.document_id, letter.crawl_id, letter.stage, letter.url, letter.reason,
               static_cast<std::int64_t>(letter.attempts), sql::to_ms(letter.first_at),
               sql::to_ms(letter.last_at));
  filed->bindNoCopy(9, letter.payload.data(), static_cast<int>(letter.payload.size()));
  filed->bind(10, letter.version);
  filed->executeStep();
  return filed->getColumn(0).getInt64();
}

void DeadLetters::drop_later(std::int64_t id, std::function<void(const Result<bool>&)> then) {
  auto was_there = std::make_shared<bool>(false);
  commits_.submit(
      [this, id, was_there](SQLite::Database& database) { *was_there = erase(database, id); },
      [then = std::move(then), was_there](const Result<void>& done) {
        if (done.ok()) {
          then(*was_there);
        } else {
          then(done.error());
        }
      });
}

bool DeadLetters::erase(SQLite::Database&, std::int64_t id) {
  sql::Use erased(erase_);
  erased->bind(1, id);
  return erased->exec() > 0;
}

void DeadLetters::drop_superseded(SQLite::Database&, const std::string& document_id,
                                  std::int64_t version) {
  sql::Use dropped(drop_superseded_);
  SQLite::bind(*dropped, document_id, version);
  dropped->exec();
}

Result<std::optional<DeadLetter>> DeadLetters::find(std::int64_t id) const {
  const std::scoped_lock lock(reader_->mutex);
  return sql::guarded(commits_.folder(), [&]() -> std::optional<DeadLetter> {
    sql::Use row(reader_->find);
    row->bind(1, id);
    if (!row->executeStep()) return std::nullopt;
    DeadLetter letter = letter_from(*row);
    letter.payload = sql::text(row->getColumn(9));
    letter.version = row->getColumn(10).getInt64();
    return letter;
  });
}

Result<DeadLetters::Page> DeadLetters::list(const Filter& filter, std::size_t limit,
                                            std::size_t offset) const {
  const std::scoped_lock lock(reader_->mutex);
  return sql::guarded(commits_.folder(), [&] {
    Page page;
    sql::Use row(reader_->list);
    SQLite::bind(*row, filter.stage, filter.crawl_id, filter.document_id,
                 static_cast<std::int64_t>(limit), static_cast<std::int64_t>(offset));
    while (row->executeStep()) page.items.push_back(letter_from(*row));
    sql::Use counted(reader_->count);
    SQLite::bind(*counted, filter.stage, filter.crawl_id, filter.document_id);
    counted->executeStep();
    page.total = static_cast<std::uint64_t>(counted->getColumn(0).getInt64());
    return page;
  });
}

Result<std::vector<DeadLetters::StageCount>> DeadLetters::count_by_stage() const {
  const std::scoped_lock lock(reader_->mutex);
  return sql::guarded(commits_.folder(), [&] {
    std::vector<StageCount> counts;
    sql::Use row(reader_->by_stage);
    while (row->executeStep()) {
      counts.push_back(
          {sql::text(row->getColumn(0)), static_cast<std::uint64_t>(row->getColumn(1).getInt64())});
    }
    return counts;
  });
}

}  // namespace sluice::flow
