// What the table gateways over SQLite share: turning its exceptions into our errors, prepared
// statements used many times, versions of tables, times as numbers.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace sluice::sql {

// Inside a catch block: the exception in flight (of SQLite, or a std::system_error about a file
// beside the database) as a sentence that names `folder`.
Error current_failure(const std::filesystem::path& folder);

// Inside a catch block: whether the exception in flight says that there is no room to write.
bool current_failure_is_full();

// Runs `body` and turns what it throws into an Error that names `folder`.
template <class Body>
auto guarded(const std::filesystem::path& folder, Body&& body) {
  using Value = std::invoke_result_t<Body>;
  using Guarded = std::conditional_t<std::is_void_v<Value>, Result<void>, Result<Value>>;
  try {
    if constexpr (std::is_void_v<Value>) {
      std::forward<Body>(body)();
      return Guarded();
    } else {
      return Guarded(std::forward<Body>(body)());
    }
  } catch (...) {
    return Guarded(current_failure(folder));
  }
}

// One use of a prepared statement: unbound when it begins and reset when it ends, however it ends,
// so that no read transaction stays open and no bound memory is looked at again.
class Use final {
 public:
  explicit Use(SQLite::Statement& statement) : statement_(statement) { clear(); }
  ~Use() { clear(); }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

  SQLite::Statement* operator->() { return &statement_; }
  SQLite::Statement& operator*() { return statement_; }

 private:
  void clear() {
    statement_.tryReset();
    statement_.clearBindings();
  }

  SQLite::Statement& statement_;
};

// The tables of one gateway: all steps that were ever released, oldest first.
struct Schema {
  std::string part;
  std::vector<const char*> steps;
};

// Runs the steps that the file has not seen yet. `folder` is for the error.
Result<void> migrate(SQLite::Database& database, const std::filesystem::path& folder,
                     const Schema& schema);

// A connection for one user at a time that cannot write. Throws what SQLite throws.
SQLite::Database open_reader(const std::filesystem::path& file);

// Times are stored as milliseconds since 1970, UTC.
std::int64_t to_ms(Wall::time_point time);
Wall::time_point from_ms(std::int64_t ms);
std::optional<Wall::time_point> time_or_none(const SQLite::Column& column);

// Text exactly as stored, NUL bytes included.
std::string text(const SQLite::Column& column);

}  // namespace sluice::sql
