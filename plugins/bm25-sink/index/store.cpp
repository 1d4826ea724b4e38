#include "index/store.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <random>

namespace bm25 {
namespace {

// How long to wait for another connection's lock. Only a stranger's tool could hold one for so
// long.
constexpr int kBusyMilliseconds = 2000;

constexpr const char* kColumns =
    "c.id, d.name, c.ordinal, c.text, c.title, c.headings, c.domain, c.language, c.country, "
    "c.crawl_id, c.is_mobile, c.metadata";

constexpr const char* kSchema = R"sql(
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS documents (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS chunks (
  id INTEGER PRIMARY KEY,
  document INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  title TEXT NOT NULL,
  headings TEXT NOT NULL,
  domain TEXT NOT NULL,
  language TEXT NOT NULL,
  country TEXT NOT NULL,
  crawl_id TEXT NOT NULL,
  is_mobile INTEGER,
  metadata TEXT NOT NULL,
  text TEXT NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS chunks_place ON chunks (document, ordinal);
)sql";

int on_commit(void* context, sqlite3*, const char*, int pages) {
  static_cast<std::atomic<int>*>(context)->store(pages, std::memory_order_relaxed);
  return SQLITE_OK;
}

SQLite::Database open_for_writing(const std::filesystem::path& file) {
  SQLite::Database database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                            kBusyMilliseconds);
  database.exec("PRAGMA page_size = 8192");  // four to five chunks a page
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = FULL");      // a commit is on the disk
  database.exec("PRAGMA wal_autocheckpoint = 0");  // another thread checkpoints
  database.exec("PRAGMA cache_size = -4096");      // 4 MiB: rows are written once, read seldom
  return database;
}

std::string quote_select(const char* where) {
  return std::string("SELECT ") + kColumns +
         " FROM chunks c JOIN documents d ON d.id = c.document WHERE " + where;
}

StoredChunk read_row(SQLite::Statement& from) {
  StoredChunk out;
  out.row = static_cast<RowId>(from.getColumn(0).getInt64());
  out.chunk.document = from.getColumn(1).getString();
  out.chunk.ordinal = static_cast<std::uint32_t>(from.getColumn(2).getInt64());
  out.chunk.text = from.getColumn(3).getString();
  out.chunk.title = from.getColumn(4).getString();
  out.chunk.headings = from.getColumn(5).getString();
  out.chunk.attributes.domain = from.getColumn(6).getString();
  out.chunk.attributes.language = from.getColumn(7).getString();
  out.chunk.attributes.country = from.getColumn(8).getString();
  out.chunk.attributes.crawl_id = from.getColumn(9).getString();
  if (const auto mobile = from.getColumn(10); !mobile.isNull()) {
    out.chunk.attributes.is_mobile = mobile.getInt() != 0;
  }
  out.chunk.metadata = from.getColumn(11).getString();
  return out;
}

}  // namespace

struct Store::Statements {
  explicit Statements(SQLite::Database& db)
      : find_document(db, "SELECT id FROM documents WHERE name = ?"),
        add_document(db, "INSERT INTO documents (name) VALUES (?)"),
        drop_if_empty(db,
                      "DELETE FROM documents WHERE id = ?1 AND NOT EXISTS "
                      "(SELECT 1 FROM chunks WHERE document = ?1)"),
        select_from(db, quote_select("c.document = ? AND c.ordinal >= ?")),
        select_one(db, quote_select("d.name = ? AND c.ordinal = ?")),
        erase_from(db, "DELETE FROM chunks WHERE document = ? AND ordinal >= ?"),
        erase_one(db, "DELETE FROM chunks WHERE id = ?"),
        insert(db,
               "INSERT INTO chunks (id, document, ordinal, title, headings, domain, language, "
               "country, crawl_id, is_mobile, metadata, text) "
               "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
        put_next_row(db, "INSERT OR REPLACE INTO meta (key, value) VALUES ('next_row', ?)"),
        begin(db, "BEGIN IMMEDIATE"),
        commit(db, "COMMIT") {}

  SQLite::Statement find_document, add_document, drop_if_empty, select_from, select_one, erase_from,
      erase_one, insert, put_next_row, begin, commit;
};

Store::Store(const std::filesystem::path& file)
    : database_(open_for_writing(file)), log_pages_(std::make_unique<std::atomic<int>>(0)) {
  const int version = database_.execAndGet("PRAGMA user_version").getInt();
  if (version > kVersion) {
    throw SQLite::Exception(
        "it was written by a newer version of bm25-sink; use that version, or "
        "another path");
  }
  SQLite::Transaction setup(database_);
  database_.exec(kSchema);
  database_.exec("PRAGMA user_version = " + std::to_string(kVersion));
  std::random_device random;
  SQLite::Statement identity(database_, "INSERT OR IGNORE INTO meta VALUES ('identity', ?)");
  identity.bind(1, std::to_string(random()) + "-" + std::to_string(random()));
  identity.exec();
  setup.commit();
  SQLite::Statement next(database_, "SELECT value FROM meta WHERE key = 'next_row'");
  if (next.executeStep()) {
    next_row_ = static_cast<RowId>(next.getColumn(0).getInt64());
  }
  saved_next_row_ = next_row_;
  statements_ = std::make_unique<Statements>(database_);
  sqlite3_wal_hook(database_.getHandle(), &on_commit, log_pages_.get());
}

Store::~Store() = default;

std::string Store::identity() {
  return database_.execAndGet("SELECT value FROM meta WHERE key = 'identity'").getString();
}

SQLite::Statement& Store::use(SQLite::Statement& statement) {
  statement.tryReset();
  statement.clearBindings();
  return statement;
}

void Store::begin() { use(statements_->begin).exec(); }

void Store::commit() {
  SQLite::Statement& put = use(statements_->put_next_row);
  put.bind(1, static_cast<std::int64_t>(next_row_));
  put.exec();
  use(statements_->commit).exec();
  saved_next_row_ = next_row_;
}

void Store::rollback() noexcept {
  for (SQLite::Statement* statement :
       {&statements_->find_document, &statements_->add_document, &statements_->drop_if_empty,
        &statements_->select_from, &statements_->select_one, &statements_->erase_from,
        &statements_->erase_one, &statements_->insert, &statements_->put_next_row,
        &statements_->begin, &statements_->commit}) {
    statement->tryReset();
  }
  database_.tryExec("ROLLBACK");
  next_row_ = saved_next_row_;
}

std::int64_t Store::document_key(const std::string& name) {
  SQLite::Statement& find = use(statements_->find_document);
  find.bindNoCopy(1, name);
  const std::int64_t key = find.executeStep() ? find.getColumn(0).getInt64() : 0;
  find.tryReset();
  return key;
}

std::vector<StoredChunk> Store::erase(const std::string& document, std::uint32_t first_ordinal) {
  std::vector<StoredChunk> erased;
  const std::int64_t key = document_key(document);
  if (key == 0) {
    return erased;
  }
  SQLite::Statement& select = use(statements_->select_from);
  select.bind(1, key);
  select.bind(2, static_cast<std::int64_t>(first_ordinal));
  while (select.executeStep()) {
    erased.push_back(read_row(select));
  }
  select.tryReset();
  SQLite::Statement& erase = use(statements_->erase_from);
  erase.bind(1, key);
  erase.bind(2, static_cast<std::int64_t>(first_ordinal));
  erase.exec();
  SQLite::Statement& drop = use(statements_->drop_if_empty);
  drop.bind(1, key);
  drop.exec();
  return erased;
}

std::optional<StoredChunk> Store::find(const std::string& document, std::uint32_t ordinal) {
  SQLite::Statement& select = use(statements_->select_one);
  select.bindNoCopy(1, document);
  select.bind(2, static_cast<std::int64_t>(ordinal));
  std::optional<StoredChunk> found;
  if (select.executeStep()) {
    found = read_row(select);
  }
  select.tryReset();
  return found;
}

void Store::erase(RowId row) {
  SQLite::Statement& erase = use(statements_->erase_one);
  erase.bind(1, static_cast<std::int64_t>(row));
  erase.exec();
}

RowId Store::insert(const Chunk& chunk) {
  std::int64_t key = document_key(chunk.document);
  if (key == 0) {
    SQLite::Statement& add = use(statements_->add_document);
    add.bindNoCopy(1, chunk.document);
    add.exec();
    key = database_.getLastInsertRowid();
  }
  const RowId row = next_row_++;
  SQLite::Statement& insert = use(statements_->insert);
  insert.bind(1, static_cast<std::int64_t>(row));
  insert.bind(2, key);
  insert.bind(3, static_cast<std::int64_t>(chunk.ordinal));
  insert.bindNoCopy(4, chunk.title);
  insert.bindNoCopy(5, chunk.headings);
  insert.bindNoCopy(6, chunk.attributes.domain);
  insert.bindNoCopy(7, chunk.attributes.language);
  insert.bindNoCopy(8, chunk.attributes.country);
  insert.bindNoCopy(9, chunk.attributes.crawl_id);
  if (chunk.attributes.is_mobile) {
    insert.bind(10, *chunk.attributes.is_mobile ? 1 : 0);
  }
  insert.bindNoCopy(11, chunk.metadata);
  insert.bindNoCopy(12, chunk.text);
  insert.exec();
  return row;
}

struct StoreReader::Statements {
  explicit Statements(SQLite::Database& db)
      : by_row(db, quote_select("c.id = ?")),
        by_place(db, quote_select("d.name = ? AND c.ordinal = ?")),
        after(db, quote_select("c.id > ? ORDER BY c.id LIMIT ?")) {}
  SQLite::Statement by_row, by_place, after;
};

StoreReader::StoreReader(const std::filesystem::path& file)
    : database_(file.string(), SQLite::OPEN_READWRITE, kBusyMilliseconds),
      statements_(std::make_unique<Statements>(database_)) {
  database_.exec("PRAGMA cache_size = -1024");
  database_.exec("PRAGMA wal_autocheckpoint = 0");
}

StoreReader::~StoreReader() = default;

std::optional<StoredChunk> StoreReader::row(RowId row) {
  SQLite::Statement& by_row = statements_->by_row;
  by_row.tryReset();
  by_row.bind(1, static_cast<std::int64_t>(row));
  std::optional<StoredChunk> out;
  if (by_row.executeStep()) {
    out = read_row(by_row);
  }
  by_row.tryReset();  // ends the read transaction: an open one would keep the log from shrinking
  return out;
}

std::optional<Chunk> StoreReader::find(RowId row, const std::string& document,
                                       std::uint32_t ordinal) {
  if (auto same = this->row(row)) {
    return std::move(same->chunk);
  }
  SQLite::Statement& by_place = statements_->by_place;
  by_place.tryReset();
  by_place.bind(1, document);
  by_place.bind(2, static_cast<std::int64_t>(ordinal));
  std::optional<Chunk> out;
  if (by_place.executeStep()) {
    out = read_row(by_place).chunk;
  }
  by_place.tryReset();
  return out;
}

RowId StoreReader::scan(RowId after, std::size_t limit,
                        const std::function<void(StoredChunk&&)>& fn) {
  SQLite::Statement& select = statements_->after;
  select.tryReset();
  select.bind(1, static_cast<std::int64_t>(after));
  select.bind(2, static_cast<std::int64_t>(limit));
  while (select.executeStep()) {
    StoredChunk chunk = read_row(select);
    after = chunk.row;
    fn(std::move(chunk));
  }
  select.tryReset();
  return after;
}

std::vector<RowId> StoreReader::rows_up_to(RowId last) {
  // From the small index: the table itself holds the texts.
  SQLite::Statement select(database_,
                           "SELECT id FROM chunks INDEXED BY chunks_place WHERE id <= ?");
  select.bind(1, static_cast<std::int64_t>(last));
  std::vector<RowId> rows;
  while (select.executeStep()) {
    rows.push_back(static_cast<RowId>(select.getColumn(0).getInt64()));
  }
  std::ranges::sort(rows);
  return rows;
}

void StoreReader::checkpoint() {
  sqlite3_wal_checkpoint_v2(database_.getHandle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr,
                            nullptr);
}

}  // namespace bm25
