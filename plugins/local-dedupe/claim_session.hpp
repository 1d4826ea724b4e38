// ClaimStore::Session: the tables, the statements and the rules, for one transaction at a time.
#pragma once

#include "claim_store.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

namespace local_dedupe {

// Not thread-safe: the store's mutex guards it. Throws SQLite::Exception.
class ClaimStore::Session {
 public:
  explicit Session(const Settings& settings);

  SQLite::Database& database() { return database_; }

  // Answers one key and keeps what the answer implies. The caller holds a transaction.
  Answer claim(const Key& key, Milliseconds now, Milliseconds lease);
  void settle(const Key& key, Ending ending, Milliseconds now);

  // Call at the end of each transaction: forgets which scopes it touched.
  void end_call() { scopes_.clear(); }

  // Deletes up to `rows` expired rows of each table, so that no call ever waits for a sweep.
  void purge(Milliseconds now, std::int64_t rows);

 private:
  enum class Holder : std::uint8_t { kNobody, kThisOwner, kAnother };

  // The number of a scope that is not empty, made or renewed when it is missing or expired. Its
  // time to live starts again, once per call.
  std::int64_t use_scope(std::string_view name, Milliseconds now);
  std::int64_t find_or_make_scope(std::string_view name, Milliseconds now);
  bool is_done(std::int64_t scope, std::string_view id);
  void mark_done(std::int64_t scope, std::string_view id);
  Holder holder(std::string_view id, Milliseconds now);
  void take_lease(std::string_view id, Milliseconds now, Milliseconds length);
  void give_lease_back(std::string_view id);
  std::optional<Digest> known_digest(std::string_view id, Milliseconds now);
  void remember_digest(const Key& key, Milliseconds now);
  void forget_digest(std::string_view id);

  const Settings& settings_;
  SQLite::Database database_;
  SQLite::Statement find_scope_, add_scope_, retire_scope_, refresh_scope_;
  SQLite::Statement find_done_, add_done_;
  SQLite::Statement find_lease_, set_lease_, drop_lease_;
  SQLite::Statement find_page_, set_page_, drop_page_;
  SQLite::Statement purge_leases_, purge_pages_, expired_scope_, purge_done_, drop_scope_;
  std::map<std::string_view, std::int64_t> scopes_;  // those this call has used
};

}  // namespace local_dedupe
