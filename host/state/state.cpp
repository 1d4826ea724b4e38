// The table of keys behind State.
#include "state/state.hpp"

#include "journal/sql.hpp"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Exception.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace sluice::state {
namespace {

constexpr int kBusyMs = 10'000;

// Not an instance of any pipeline: names of stages are never empty.
constexpr State::Key kOwner{"", "owner_id"};

// Blobs throughout, so that keys order by their bytes and may hold any.
constexpr auto kTables = R"(
  CREATE TABLE IF NOT EXISTS state(
    instance BLOB NOT NULL,
    key BLOB NOT NULL,
    value BLOB NOT NULL,
    UNIQUE(instance, key));
)";

SQLite::Database open_database(const std::filesystem::path& file) {
  SQLite::Database database(
      file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX, kBusyMs);
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = FULL");
  database.exec(kTables);
  return database;
}

void bind(SQLite::Statement& statement, int index, std::string_view bytes) {
  // A null pointer would be bound as NULL, not as an empty blob.
  statement.bindNoCopy(index, bytes.empty() ? "" : bytes.data(), static_cast<int>(bytes.size()));
}

Result<void> check(State::Key key) {
  if (key.key.size() <= State::kMostKeyBytes) return {};
  return Error{Fault::kInvalid, "a state key of " + std::to_string(key.key.size()) +
                                    " bytes is too long: keys are at most " +
                                    std::to_string(State::kMostKeyBytes) + " bytes"};
}

// A random UUID (version 4).
std::string new_uuid() {
  std::array<unsigned char, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw std::system_error(errno, std::generic_category(), "no random bytes for the owner id");
  }
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kHex[bytes[i] >> 4];
    text += kHex[bytes[i] & 0x0f];
  }
  return text;
}

}  // namespace

Result<std::unique_ptr<State>> State::open(const std::filesystem::path& folder) {
  auto opened = sql::guarded(folder, [&] { return std::unique_ptr<State>(new State(folder)); });
  if (!opened) return opened;
  State& state = **opened;
  auto owner = state.get(kOwner);
  if (!owner) return std::move(owner).error();
  if (*owner) {
    state.owner_id_ = **owner;
    return opened;
  }
  auto made = sql::guarded(folder, new_uuid);
  if (!made) return std::move(made).error();
  if (auto put = state.put(kOwner, *made); !put) return std::move(put).error();
  state.owner_id_ = *std::move(made);
  return opened;
}

State::State(const std::filesystem::path& folder)
    : folder_(folder),
      database_(open_database(folder / "state.db")),
      get_(database_, "SELECT value FROM state WHERE instance = ? AND key = ?"),
      scan_(database_,
            "SELECT key, value FROM state WHERE instance = ?1 AND key >= ?2 "
            "AND substr(key, 1, length(?2)) = ?2 ORDER BY key"),
      put_(database_,
           "INSERT INTO state VALUES (?, ?, ?) "
           "ON CONFLICT(instance, key) DO UPDATE SET value = excluded.value"),
      erase_(database_, "DELETE FROM state WHERE instance = ? AND key = ?") {}

Result<std::optional<std::string>> State::get(Key key) const {
  const std::scoped_lock lock(mutex_);
  return sql::guarded(folder_, [&]() -> std::optional<std::string> {
    sql::Use row(get_);
    bind(*row, 1, key.instance);
    bind(*row, 2, key.key);
    if (!row->executeStep()) return std::nullopt;
    return sql::text(row->getColumn(0));
  });
}

Result<void> State::put(Key key, std::string_view value) {
  if (auto checked = check(key); !checked) return checked;
  if (value.size() > kMostBytes) {
    return Error{Fault::kInvalid, "the value of the state key \"" + std::string(key.key) +
                                      "\" has " + std::to_string(value.size()) +
                                      " bytes: at most " + std::to_string(kMostBytes) +
                                      " fit, keep bigger things in files of the plugin's own"};
  }
  const std::scoped_lock lock(mutex_);
  return sql::guarded(folder_, [&] {
    sql::Use row(put_);
    bind(*row, 1, key.instance);
    bind(*row, 2, key.key);
    bind(*row, 3, value);
    row->exec();
  });
}

Result<void> State::erase(Key key) {
  const std::scoped_lock lock(mutex_);
  return sql::guarded(folder_, [&] {
    sql::Use row(erase_);
    bind(*row, 1, key.instance);
    bind(*row, 2, key.key);
    row->exec();
  });
}

Result<std::vector<std::pair<std::string, std::string>>> State::scan(Key prefix) const {
  const std::scoped_lock lock(mutex_);
  return sql::guarded(folder_, [&] {
    std::vector<std::pair<std::string, std::string>> found;
    sql::Use row(scan_);
    bind(*row, 1, prefix.instance);
    bind(*row, 2, prefix.key);
    while (row->executeStep()) {
      found.emplace_back(sql::text(row->getColumn(0)), sql::text(row->getColumn(1)));
    }
    return found;
  });
}

}  // namespace sluice::state
