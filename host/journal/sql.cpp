// Errors, migrations and conversions for the table gateways.
#include "journal/sql.hpp"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Transaction.h>
#include <sqlite3.h>

#include <cerrno>
#include <exception>
#include <system_error>

namespace sluice::sql {
namespace {

// How long a connection waits for another one's lock. Ours hold them for a checkpoint at most.
constexpr int kReaderBusyMs = 10'000;

int primary_code(const SQLite::Exception& failure) { return failure.getErrorCode() & 0xff; }

Error no_room(const std::string& folder) {
  return {Fault::kIo, "no room is left for the database in " + folder +
                          ": nothing of this was stored; free some space and send it again"};
}

bool is_full(const std::system_error& failure) {
  return failure.code() == std::errc::no_space_on_device || failure.code().value() == EDQUOT;
}

Error describe(const SQLite::Exception& failure, const std::string& folder) {
  const std::string cause = failure.what();
  switch (primary_code(failure)) {
    case SQLITE_FULL:
      return no_room(folder);
    case SQLITE_IOERR:
      return {Fault::kIo, "the database in " + folder + " cannot be read or written (" + cause +
                              "): check the disk"};
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {Fault::kIo, "the database in " + folder + " cannot be opened for writing (" + cause +
                              "): check the owner and the permissions of the folder"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {Fault::kIo, "the database in " + folder + " is damaged (" + cause +
                              "): restore it from a copy, or move it away to start empty"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Fault::kBusy, "the database in " + folder + " is locked by another program (" +
                                cause + "): end that program or try again"};
    case SQLITE_TOOBIG:
      return {Fault::kInvalid, "a value is too big for the database in " + folder + " (" + cause +
                                   "): send it in smaller parts"};
    default:
      return {Fault::kInternal, "the database in " + folder + " refused a statement (" + cause +
                                    "): this is a defect of sluice, please report it"};
  }
}

}  // namespace

Error current_failure(const std::filesystem::path& folder) {
  try {
    throw;
  } catch (const SQLite::Exception& failure) {
    return describe(failure, folder.string());
  } catch (const std::system_error& failure) {
    if (is_full(failure)) return no_room(folder.string());
    return {Fault::kIo, "a file of the data folder cannot be read or written (" +
                            std::string(failure.what()) +
                            "): check the disk, and the owner and permissions of the folder"};
  } catch (const std::exception& failure) {
    return {Fault::kInternal, failure.what()};
  } catch (...) {
    return {Fault::kInternal,
            "an unknown exception was thrown while writing in " + folder.string()};
  }
}

bool current_failure_is_full() {
  try {
    throw;
  } catch (const SQLite::Exception& failure) {
    return primary_code(failure) == SQLITE_FULL;
  } catch (const std::system_error& failure) {
    return is_full(failure);
  } catch (...) {
    return false;
  }
}

Result<void> migrate(SQLite::Database& database, const std::filesystem::path& folder,
                     const Schema& schema) try {
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  database.exec(
      "CREATE TABLE IF NOT EXISTS parts(part TEXT PRIMARY KEY, version INTEGER NOT NULL) "
      "WITHOUT ROWID");
  std::size_t version = 0;
  {
    SQLite::Statement seen(database, "SELECT version FROM parts WHERE part = ?");
    seen.bind(1, schema.part);
    if (seen.executeStep()) version = static_cast<std::size_t>(seen.getColumn(0).getInt64());
  }
  if (version > schema.steps.size()) {
    return Error{Fault::kConfig, "the data folder " + folder.string() +
                                     " was written by a newer sluice (" + schema.part +
                                     " tables of version " + std::to_string(version) +
                                     "): run that version, or use another folder"};
  }
  if (version == schema.steps.size()) return {};
  for (; version < schema.steps.size(); ++version) database.exec(schema.steps[version]);
  SQLite::Statement remember(database, "INSERT OR REPLACE INTO parts VALUES (?, ?)");
  remember.bind(1, schema.part);
  remember.bind(2, static_cast<std::int64_t>(version));
  remember.exec();
  transaction.commit();
  return {};
} catch (...) {
  return current_failure(folder);
}

SQLite::Database open_reader(const std::filesystem::path& file) {
  return SQLite::Database(file.string(), SQLite::OPEN_READONLY | SQLite::OPEN_NOMUTEX,
                          kReaderBusyMs);
}

std::int64_t to_ms(Wall::time_point time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

Wall::time_point from_ms(std::int64_t ms) {
  return Wall::time_point(std::chrono::milliseconds(ms));
}

std::optional<Wall::time_point> time_or_none(const SQLite::Column& column) {
  if (column.isNull()) return std::nullopt;
  return from_ms(column.getInt64());
}

std::string text(const SQLite::Column& column) {
  const void* bytes = column.getBlob();
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(column.getBytes())};
}

}  // namespace sluice::sql
