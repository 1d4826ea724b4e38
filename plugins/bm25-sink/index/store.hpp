// The rows of the keyword index in SQLite: the truth from which everything else can be rebuilt.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/attributes.hpp"
#include "index/chunk_table.hpp"

namespace bm25 {

// A chunk as it is stored.
struct Chunk {
  std::string document;
  std::uint32_t ordinal = 0;
  std::string text;
  std::string title;
  std::string headings;  // those above the chunk
  Attributes attributes;
  std::string metadata = "{}";  // a JSON object, for the search results

  bool operator==(const Chunk&) const = default;
};

struct StoredChunk {
  RowId row = 0;
  Chunk chunk;
};

// The writing connection. One thread at a time. Every function throws SQLite::Exception when the
// disk is full, the file locked or damaged.
class Store {
 public:
  // Opens or creates the database file.
  explicit Store(const std::filesystem::path& file);
  ~Store();

  // Changes between begin and commit are seen and kept together, or not at all.
  void begin();
  void commit();  // returns when the disk has it
  void rollback() noexcept;

  // Takes away the rows of a document from `first_ordinal` on and returns them.
  std::vector<StoredChunk> erase(const std::string& document, std::uint32_t first_ordinal);
  std::optional<StoredChunk> find(const std::string& document, std::uint32_t ordinal);
  void erase(RowId row);
  // Adds a row in a place that is free. Rows ascend and are never used again.
  RowId insert(const Chunk& chunk);

  // Gives back what is kept for speed alone.
  void release_memory() { sqlite3_db_release_memory(database_.getHandle()); }

  // Pages in the write-ahead log after the last commit. Any thread.
  int log_pages() const { return log_pages_->load(std::memory_order_relaxed); }
  RowId last_row() const { return next_row_ - 1; }
  // A number that is this database's own, so that no other's snapshot is taken for its.
  std::string identity();

  static constexpr int kVersion = 1;

 private:
  std::int64_t document_key(const std::string& name);  // 0 if there is none
  SQLite::Statement& use(SQLite::Statement& statement);

  SQLite::Database database_;
  std::unique_ptr<std::atomic<int>> log_pages_;  // SQLite's hook writes it; a mere figure: relaxed
  struct Statements;
  std::unique_ptr<Statements> statements_;
  RowId next_row_ = 1;
  RowId saved_next_row_ = 1;
};

// A reading connection. One thread at a time.
class StoreReader {
 public:
  explicit StoreReader(const std::filesystem::path& file);
  ~StoreReader();

  // The row, or if a newer version has taken its place, that one.
  std::optional<Chunk> find(RowId row, const std::string& document, std::uint32_t ordinal);
  // Calls fn for rows above `after`, ascending, in read transactions of at most `limit` rows;
  // returns the last row, or `after` if there was none.
  RowId scan(RowId after, std::size_t limit, const std::function<void(StoredChunk&&)>& fn);
  // The ids of all rows up to `last`, ascending.
  std::vector<RowId> rows_up_to(RowId last);
  std::optional<StoredChunk> row(RowId row);

  // Copies the write-ahead log into the database, without waiting for anybody.
  void checkpoint();

 private:
  SQLite::Database database_;
  struct Statements;
  std::unique_ptr<Statements> statements_;
};

}  // namespace bm25
