// The table of pages, and how the oldest leave it.
#include "content/archive.hpp"

#include "base/uuid.hpp"
#include "journal/sql.hpp"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/VariadicBind.h>

#include <array>
#include <charconv>
#include <limits>
#include <stdexcept>
#include <utility>

namespace sluice::content {
namespace {

using namespace std::chrono_literals;

constexpr auto kTables = R"(
  CREATE TABLE content(
    id INTEGER PRIMARY KEY,
    content_id BLOB NOT NULL,
    crawl TEXT NOT NULL,
    stored_at INTEGER NOT NULL,
    -- Bytes of all pages stored before this one: the size of everything is the difference between
    -- the two ends, and nobody has to keep a count.
    before INTEGER NOT NULL,
    page BLOB NOT NULL);
  CREATE INDEX content_versions ON content(content_id);
  CREATE INDEX content_of_crawl ON content(crawl) WHERE crawl <> '';
)";

constexpr auto kLookInterval = 1min;  // between looks for pages that are too old
constexpr int kForgetStep = 64;       // pages in one transaction, beside those that it stores
constexpr std::size_t kMostPage = std::size_t{std::numeric_limits<int>::max()};  // as the journal

// A UUID without its dashes: 16 bytes in two tables instead of 36.
using Key = std::array<unsigned char, 16>;

std::optional<Key> key_of(std::string_view uuid) {
  constexpr std::size_t kTextSize = 36;
  if (uuid.size() != kTextSize) return std::nullopt;
  Key key{};
  std::size_t at = 0;
  for (unsigned char& byte : key) {
    if (at == 8 || at == 13 || at == 18 || at == 23) {
      if (uuid[at++] != '-') return std::nullopt;
    }
    const auto digits = uuid.substr(at, 2);
    const auto [end, problem] =
        std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (problem != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    at += 2;
  }
  return key;
}

std::string uuid_of(const SQLite::Column& column) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto* bytes = static_cast<const unsigned char*>(column.getBlob());
  std::string uuid;
  for (int i = 0; i < column.getBytes(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) uuid += '-';
    uuid += kDigits[bytes[i] >> 4U];
    uuid += kDigits[bytes[i] & 0xFU];
  }
  return uuid;
}

// Of the first row in that order; 0 where there is none.
std::int64_t first_row(SQLite::Database& database, const std::string& what, const char* order) {
  SQLite::Statement row(database,
                        "SELECT " + what + " FROM content ORDER BY id " + order + " LIMIT 1");
  return row.executeStep() ? row.getColumn(0).getInt64() : 0;
}

void bind_key(SQLite::Statement& statement, int index, const Key& key) {
  statement.bindNoCopy(index, key.data(), static_cast<int>(key.size()));
}

}  // namespace

// The connection of everybody but the writer. ?1 is what is asked for, ?2 the oldest time, ?3 the
// newest number.
struct Archive::Reader {
  static constexpr const char* kColumns = "SELECT content_id, crawl, stored_at, page FROM content ";

  explicit Reader(const std::filesystem::path& file)
      : database(sql::open_reader(file)),
        versions(database, std::string(kColumns) +
                               "WHERE content_id = ?1 AND stored_at > ?2 AND id <= ?3 "
                               "ORDER BY id DESC LIMIT ?4 OFFSET ?5"),
        version_count(database,
                      "SELECT count(*) FROM content "
                      "WHERE content_id = ?1 AND stored_at > ?2 AND id <= ?3"),
        of_crawl(database, std::string(kColumns) +
                               "WHERE crawl = ?1 AND crawl <> '' AND stored_at > ?2 AND id <= ?3 "
                               "ORDER BY id DESC LIMIT ?4 OFFSET ?5"),
        crawl_count(database,
                    "SELECT count(*) FROM content "
                    "WHERE crawl = ?1 AND crawl <> '' AND stored_at > ?2 AND id <= ?3") {}

  // The rows of a statement whose first three parameters are bound.
  static std::vector<StoredPage> rows(SQLite::Statement& row, Window window) {
    row.bind(4, static_cast<std::int64_t>(window.limit));
    row.bind(5, static_cast<std::int64_t>(window.offset));
    std::vector<StoredPage> pages;
    std::size_t bytes = 0;
    while (bytes < kMostBytesAtOnce && row.executeStep()) {
      const auto page = row.getColumn(3);
      auto unpacked = Compressor::unpack(
          {static_cast<const char*>(page.getBlob()), static_cast<std::size_t>(page.getBytes())},
          kMostPage);
      if (!unpacked) throw std::runtime_error(unpacked.error().message);
      bytes += unpacked->size();
      pages.push_back({uuid_of(row.getColumn(0)), sql::text(row.getColumn(1)),
                       sql::from_ms(row.getColumn(2).getInt64()), *std::move(unpacked)});
    }
    return pages;
  }

  static std::uint64_t count(SQLite::Statement& statement) {
    statement.executeStep();
    return static_cast<std::uint64_t>(statement.getColumn(0).getInt64());
  }

  std::mutex mutex;  // guards all below
  SQLite::Database database;
  SQLite::Statement versions, version_count, of_crawl, crawl_count;
};

Result<std::unique_ptr<Archive>> Archive::open(journal::GroupCommit& commits, const Clock& clock,
                                               Retention retention) {
  auto migrated = sql::migrate(commits.writer(), commits.folder(), {"content", {kTables}});
  if (!migrated) return std::move(migrated).error();
  return sql::guarded(commits.folder(), [&] {
    return std::unique_ptr<Archive>(new Archive(commits, clock, retention));
  });
}

Archive::Archive(journal::GroupCommit& commits, const Clock& clock, Retention retention)
    : commits_(commits),
      clock_(clock),
      retention_(retention),
      insert_(commits.writer(),
              "INSERT INTO content(content_id, crawl, stored_at, before, page, id) "
              "VALUES (?, ?, ?, ?, ?, ?)"),
      oldest_(commits.writer(),
              "SELECT id, stored_at, length(page) FROM content ORDER BY id LIMIT 1"),
      erase_(commits.writer(), "DELETE FROM content WHERE id = ?"),
      stored_(first_row(commits.writer(), "before + length(page)", "DESC")),
      forgotten_(first_row(commits.writer(), "before", "ASC")),
      newest_at_start_(first_row(commits.writer(), "id", "DESC")),
      bytes_(static_cast<std::uint64_t>(total())),
      reader_(std::make_unique<Reader>(commits.file())) {
  commits.add(*this);
}

Archive::~Archive() { commits_.stop(); }

std::int64_t Archive::store(SQLite::Database&, const Page& page) {
  if (page.packed.size() > kMostPage) {
    throw std::length_error("a page of more than 2 GiB cannot be kept");
  }
  const auto key = key_of(uuid_of_url(page.document_id));
  sql::Use insert(insert_);
  bind_key(*insert, 1, *key);
  insert->bind(2, std::string(page.crawl_id));
  insert->bind(3, sql::to_ms(page.received_at));
  insert->bind(4, stored_ + by_transaction_ + by_work_);
  insert->bindNoCopy(5, page.packed.data(), static_cast<int>(page.packed.size()));
  insert->bind(6, ++newest_);
  insert->exec();
  by_work_ += static_cast<std::int64_t>(page.packed.size());
  return newest_;
}

void Archive::keep() { by_transaction_ += std::exchange(by_work_, 0); }

// A step towards forgetting what is too old or too much. It rides on transactions that happen
// anyway, and takes more than one of them can store at a time of ordinary traffic.
void Archive::forget_some() {
  const Wall::time_point time = clock_.wall();
  const auto is_too_big = [&] { return total() > static_cast<std::int64_t>(retention_.max_bytes); };
  if (!is_too_big() && time < look_next_) return;
  for (int i = 0; i < kForgetStep; ++i) {
    std::int64_t id = 0;
    std::int64_t bytes = 0;
    {
      sql::Use row(oldest_);
      const bool is_there = row->executeStep();
      const bool is_due = is_there && (is_too_big() || row->getColumn(1).getInt64() <=
                                                           sql::to_ms(time - retention_.keep));
      if (!is_due) {
        look_next_ = time + kLookInterval;
        return;
      }
      id = row->getColumn(0).getInt64();
      bytes = row->getColumn(2).getInt64();
    }
    sql::Use erased(erase_);
    erased->bind(1, id);
    erased->exec();
    forgotten_by_transaction_ += bytes;
  }
}

void Archive::committed() {
  stored_ += std::exchange(by_transaction_, 0);
  forgotten_ += std::exchange(forgotten_by_transaction_, 0);
  bytes_.store(static_cast<std::uint64_t>(total()), std::memory_order_relaxed);
}

void Archive::rolled_back() {
  by_work_ = 0;
  by_transaction_ = 0;
  forgotten_by_transaction_ = 0;
  look_next_ = {};
}

Result<StoredPages> Archive::versions(const std::string& content_id, Window window) const {
  const auto key = key_of(content_id);
  if (!key) return StoredPages{};
  const std::int64_t oldest = sql::to_ms(clock_.wall() - retention_.keep);
  const std::scoped_lock lock(reader_->mutex);
  return sql::guarded(commits_.folder(), [&] {
    StoredPages pages;
    sql::Use row(reader_->versions);
    bind_key(*row, 1, *key);
    row->bind(2, oldest);
    row->bind(3, window.newest);
    pages.items = Reader::rows(*row, window);
    sql::Use counted(reader_->version_count);
    bind_key(*counted, 1, *key);
    counted->bind(2, oldest);
    counted->bind(3, window.newest);
    pages.total = Reader::count(*counted);
    return pages;
  });
}

Result<StoredPages> Archive::of_crawl(const std::string& crawl_id, Window window) const {
  const std::int64_t oldest = sql::to_ms(clock_.wall() - retention_.keep);
  const std::scoped_lock lock(reader_->mutex);
  return sql::guarded(commits_.folder(), [&] {
    StoredPages pages;
    sql::Use row(reader_->of_crawl);
    SQLite::bind(*row, crawl_id, oldest, window.newest);
    pages.items = Reader::rows(*row, window);
    sql::Use counted(reader_->crawl_count);
    SQLite::bind(*counted, crawl_id, oldest, window.newest);
    pages.total = Reader::count(*counted);
    return pages;
  });
}

}  // namespace sluice::content
