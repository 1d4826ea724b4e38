#include "row_file.hpp"

#include "statement_use.hpp"

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <cstring>
#include <stdexcept>

namespace local_vectors {
namespace {

constexpr int kLayout = 1;  // of the tables; kept in the file as user_version

// Vectors lie apart from texts, so that a start reads no text. A page holds several vectors of the
// usual sizes.
constexpr const char* kPageSize = "PRAGMA page_size=8192";
constexpr const char* kTables = R"(
  CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE documents (number INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE);
  CREATE TABLE chunks (key INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL,
    ordinal INTEGER NOT NULL, domain BLOB, language BLOB, country BLOB, is_mobile BLOB, crawl_id BLOB,
    vector BLOB NOT NULL, UNIQUE (document, ordinal));
  CREATE TABLE texts (key INTEGER PRIMARY KEY, text BLOB NOT NULL, metadata BLOB NOT NULL);
)";

SQLite::Database open(const std::filesystem::path& file, std::chrono::milliseconds patience) {
  SQLite::Database database(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                            static_cast<int>(patience.count()));
  database.exec(kPageSize);
  database.exec("PRAGMA journal_mode=WAL");
  database.exec("PRAGMA synchronous=FULL");
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  const int layout = database.execAndGet("PRAGMA user_version").getInt();
  const bool is_empty = database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0;
  if (layout == 0 && is_empty) {
    database.exec(kTables);
    database.exec("PRAGMA user_version=" + std::to_string(kLayout));
    transaction.commit();
  } else if (layout != kLayout) {
    throw std::runtime_error("The file '" + file.string() + "' has layout " +
                             std::to_string(layout) + " where local-vectors expects " +
                             std::to_string(kLayout) +
                             "; it belongs to another program or version: set another 'path'.");
  }
  return database;
}

// Copies a column of floats; the file does not align them.
void read_floats(const SQLite::Column& column, std::vector<float>& out) {
  out.resize(static_cast<std::size_t>(column.getBytes()) / sizeof(float));
  if (!out.empty()) std::memcpy(out.data(), column.getBlob(), out.size() * sizeof(float));
}

}  // namespace

RowFile::RowFile(const std::filesystem::path& file, std::chrono::milliseconds patience)
    : database_(open(file, patience)),
      find_document_(database_, "SELECT number FROM documents WHERE id=?"),
      add_document_(database_, "INSERT INTO documents (id) VALUES (?)"),
      drop_document_(database_,
                     "DELETE FROM documents WHERE number=?1 AND NOT EXISTS "
                     "(SELECT 1 FROM chunks WHERE document=?1)"),
      put_chunk_(database_,
                 "INSERT INTO chunks (document, ordinal, vector, domain, language, country, "
                 "is_mobile, crawl_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
                 "ON CONFLICT (document, ordinal) DO UPDATE SET vector=excluded.vector, "
                 "domain=excluded.domain, language=excluded.language, country=excluded.country, "
                 "is_mobile=excluded.is_mobile, crawl_id=excluded.crawl_id RETURNING key"),
      put_text_(database_, "INSERT OR REPLACE INTO texts (key, text, metadata) VALUES (?, ?, ?)"),
      drop_texts_(database_,
                  "DELETE FROM texts WHERE key IN "
                  "(SELECT key FROM chunks WHERE document=? AND ordinal>=?)"),
      drop_chunks_(database_, "DELETE FROM chunks WHERE document=? AND ordinal>=? RETURNING key") {}

SQLite::Transaction RowFile::begin() {
  return SQLite::Transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
}

std::size_t RowFile::dimension() {
  SQLite::Statement find(database_, "SELECT value FROM facts WHERE name='dimension'");
  return find.executeStep() ? static_cast<std::size_t>(find.getColumn(0).getInt64()) : 0;
}

void RowFile::set_dimension(std::size_t dimension) {
  SQLite::Statement set(database_, "INSERT INTO facts (name, value) VALUES ('dimension', ?)");
  set.bind(1, static_cast<std::int64_t>(dimension));
  set.exec();
}

std::optional<std::int64_t> RowFile::find_document(std::string_view id) {
  StatementUse find(find_document_);
  find << id;
  if (!find.row()) return std::nullopt;
  return find.column(0).getInt64();
}

std::int64_t RowFile::find_or_add_document(std::string_view id) {
  if (const auto number = find_document(id)) return *number;
  (StatementUse(add_document_) << id).run();
  return database_.getLastInsertRowid();
}

RowNumbers RowFile::put(const FileRow& row) {
  RowNumbers numbers{.key = 0, .document = find_or_add_document(row.document_id)};
  {
    StatementUse put(put_chunk_);
    put << numbers.document << std::int64_t{row.ordinal} << row.unit;
    for (const std::string_view attribute : row.attributes) put << attribute;
    put.row();
    numbers.key = put.column(0).getInt64();
    put.row();  // to its end: only then is an INSERT with RETURNING done
  }
  (StatementUse(put_text_) << numbers.key << row.text << row.metadata).run();
  return numbers;
}

std::vector<std::int64_t> RowFile::remove_from(std::string_view document_id,
                                               std::uint32_t ordinal) {
  std::vector<std::int64_t> removed;
  const auto document = find_document(document_id);
  if (!document) return removed;
  (StatementUse(drop_texts_) << *document << std::int64_t{ordinal}).run();
  {
    StatementUse drop(drop_chunks_);
    drop << *document << std::int64_t{ordinal};
    while (drop.row()) removed.push_back(drop.column(0).getInt64());
  }
  (StatementUse(drop_document_) << *document).run();
  return removed;
}

void RowFile::each(const std::function<void(const Loaded&)>& row) {
  SQLite::Statement all(database_,
                        "SELECT key, document, vector, domain, language, country, is_mobile, "
                        "crawl_id FROM chunks");
  std::vector<float> unit;
  while (all.executeStep()) {
    read_floats(all.getColumn(2), unit);
    Loaded loaded{
        .numbers = {.key = all.getColumn(0).getInt64(), .document = all.getColumn(1).getInt64()},
        .unit = unit,
        .attributes = {}};
    for (std::size_t i = 0; i < kAttributes; ++i) {
      const SQLite::Column column = all.getColumn(static_cast<int>(3 + i));
      loaded.attributes[i] = {static_cast<const char*>(column.getBlob()),
                              static_cast<std::size_t>(column.getBytes())};
    }
    row(loaded);
  }
}

void RowFile::release_memory() { sqlite3_db_release_memory(database_.getHandle()); }

RowReader::RowReader(const std::filesystem::path& file, std::chrono::milliseconds patience)
    : database_(file, SQLite::OPEN_READONLY, static_cast<int>(patience.count())),
      find_vector_(database_, "SELECT document, ordinal, vector FROM chunks WHERE key=?"),
      find_document_(database_, "SELECT id FROM documents WHERE number=?"),
      find_text_(database_, "SELECT text, metadata FROM texts WHERE key=?") {}

void RowReader::begin() { database_.exec("BEGIN"); }

void RowReader::end() noexcept { database_.tryExec("COMMIT"); }

std::optional<RowReader::Vector> RowReader::vector(std::int64_t key) {
  StatementUse find(find_vector_);
  find << key;
  if (!find.row()) return std::nullopt;
  read_floats(find.column(2), unit_);
  return Vector{.document = find.column(0).getInt64(),
                .ordinal = static_cast<std::uint32_t>(find.column(1).getInt64()),
                .unit = unit_};
}

std::string RowReader::document_id(std::int64_t document) {
  StatementUse find(find_document_);
  find << document;
  return find.row() ? find.column(0).getString() : std::string{};
}

RowReader::Text RowReader::text(std::int64_t key) {
  StatementUse find(find_text_);
  find << key;
  if (!find.row()) return {};
  return {.text = find.column(0).getString(), .metadata = find.column(1).getString()};
}

void RowReader::release_memory() { sqlite3_db_release_memory(database_.getHandle()); }

}  // namespace local_vectors
