#include "claim_session.hpp"

#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Transaction.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace local_dedupe {
namespace {

constexpr int kLayout = 1;  // of the tables; kept in the file as user_version

// A scope that expired keeps its number but loses its name, until purge has removed its pages: the
// crawl may begin again under the name at once, and nothing has to delete all of them in one go. A
// lease is of the document, whatever the crawl: its scope is empty in every row.
constexpr const char* kTables = R"(
  CREATE TABLE scopes (number INTEGER PRIMARY KEY AUTOINCREMENT, name BLOB UNIQUE, expires_at INTEGER NOT NULL);
  CREATE INDEX scopes_by_expiry ON scopes (expires_at);
  CREATE TABLE done (scope INTEGER NOT NULL, id BLOB NOT NULL, PRIMARY KEY (scope, id)) WITHOUT ROWID;
  CREATE TABLE leases (scope BLOB NOT NULL, id BLOB NOT NULL, owner TEXT NOT NULL, length INTEGER NOT NULL,
    expires_at INTEGER NOT NULL, PRIMARY KEY (scope, id)) WITHOUT ROWID;
  CREATE INDEX leases_by_expiry ON leases (expires_at);
  CREATE TABLE pages (id BLOB PRIMARY KEY, digest BLOB NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX pages_by_expiry ON pages (expires_at);
)";

// Opens the file and brings it to the present layout, or says why it cannot.
SQLite::Database open(const Settings& settings) {
  SQLite::Database database(settings.file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                            static_cast<int>(settings.patience.count()));
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
    throw std::runtime_error("The file '" + settings.file.string() + "' has layout " +
                             std::to_string(layout) + " where local-dedupe expects " +
                             std::to_string(kLayout) +
                             "; it belongs to another program or version: set another 'path'.");
  }
  return database;
}

// A statement in use: bound in order, and free for the next use when this goes out of scope.
class Use {
 public:
  explicit Use(SQLite::Statement& statement) : statement_(statement) {}
  ~Use() { statement_.tryReset(); }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

  // The bytes must live as long as this. A null pointer would bind NULL, hence the "".
  Use& operator<<(std::string_view bytes) {
    statement_.bindNoCopy(++bound_, bytes.empty() ? "" : bytes.data(),
                          static_cast<int>(bytes.size()));
    return *this;
  }
  Use& operator<<(const std::string& text) {
    statement_.bindNoCopy(++bound_, text);
    return *this;
  }
  Use& operator<<(std::int64_t number) {
    statement_.bind(++bound_, number);
    return *this;
  }
  Use& operator<<(Milliseconds time) { return *this << std::int64_t{time.count()}; }
  Use& operator<<(const Digest& digest) {
    statement_.bindNoCopy(++bound_, digest.data(), static_cast<int>(digest.size()));
    return *this;
  }

  bool row() { return statement_.executeStep(); }
  void run() { statement_.exec(); }
  std::int64_t number(int column) { return statement_.getColumn(column).getInt64(); }
  SQLite::Column column(int index) { return statement_.getColumn(index); }

 private:
  SQLite::Statement& statement_;
  int bound_ = 0;
};

}  // namespace

ClaimStore::Session::Session(const Settings& settings)
    : settings_(settings),
      database_(open(settings)),
      find_scope_(database_, "SELECT number, expires_at FROM scopes WHERE name=?"),
      add_scope_(database_, "INSERT INTO scopes (name, expires_at) VALUES (?, ?)"),
      retire_scope_(database_, "UPDATE scopes SET name=NULL WHERE number=?"),
      refresh_scope_(database_, "UPDATE scopes SET expires_at=? WHERE number=?"),
      find_done_(database_, "SELECT 1 FROM done WHERE scope=? AND id=?"),
      add_done_(database_, "INSERT OR IGNORE INTO done (scope, id) VALUES (?, ?)"),
      find_lease_(database_,
                  "SELECT owner, length, expires_at FROM leases WHERE scope=x'' AND id=?"),
      set_lease_(database_,
                 "INSERT OR REPLACE INTO leases (scope, id, owner, length, expires_at) "
                 "VALUES (x'', ?, ?, ?, ?)"),
      drop_lease_(database_, "DELETE FROM leases WHERE scope=x'' AND id=? AND owner=?"),
      find_page_(database_, "SELECT digest FROM pages WHERE id=? AND expires_at>?"),
      set_page_(database_,
                "INSERT OR REPLACE INTO pages (id, digest, expires_at) VALUES (?, ?, ?)"),
      drop_page_(database_, "DELETE FROM pages WHERE id=?"),
      purge_leases_(
          database_,
          "DELETE FROM leases WHERE (scope, id) IN "
          "(SELECT scope, id FROM leases WHERE expires_at<=? ORDER BY expires_at LIMIT ?)"),
      purge_pages_(database_,
                   "DELETE FROM pages WHERE id IN "
                   "(SELECT id FROM pages WHERE expires_at<=? ORDER BY expires_at LIMIT ?)"),
      expired_scope_(database_,
                     "SELECT number FROM scopes WHERE expires_at<=? ORDER BY expires_at LIMIT 1"),
      purge_done_(database_,
                  "DELETE FROM done WHERE scope=?1 AND id IN (SELECT id FROM done WHERE scope=?1 "
                  "LIMIT ?2)"),
      drop_scope_(database_, "DELETE FROM scopes WHERE number=?") {}

Answer ClaimStore::Session::claim(const Key& key, Milliseconds now, Milliseconds lease) {
  const bool has_scope = !key.scope.empty();
  const std::int64_t scope = has_scope ? use_scope(key.scope, now) : 0;
  if (has_scope && is_done(scope, key.id)) return Answer::kSame;
  if (holder(key.id, now) == Holder::kAnother) return Answer::kBusy;

  const std::optional<Digest> known = known_digest(key.id, now);
  if (known == key.digest && !key.is_deletion()) {
    if (has_scope) mark_done(scope, key.id);
    give_lease_back(key.id);
    remember_digest(key, now);
    return Answer::kUnchanged;
  }
  take_lease(key.id, now, lease);
  if (known) forget_digest(key.id);
  return known ? Answer::kChanged : Answer::kNew;
}

void ClaimStore::Session::settle(const Key& key, Ending ending, Milliseconds now) {
  give_lease_back(key.id);
  if (ending == Ending::kGivenUp) return forget_digest(key.id);
  if (!key.scope.empty()) mark_done(use_scope(key.scope, now), key.id);
  key.is_deletion() ? forget_digest(key.id) : remember_digest(key, now);
}

std::int64_t ClaimStore::Session::use_scope(std::string_view name, Milliseconds now) {
  if (const auto used = scopes_.find(name); used != scopes_.end()) return used->second;
  const std::int64_t number = find_or_make_scope(name, now);
  scopes_.emplace(name, number);
  return number;
}

std::int64_t ClaimStore::Session::find_or_make_scope(std::string_view name, Milliseconds now) {
  const Milliseconds expires = now + settings_.ttl;
  std::int64_t number = 0;
  bool is_live = false;
  {
    Use find(find_scope_);
    find << name;
    if (find.row()) {
      number = find.number(0);
      is_live = find.number(1) > now.count();
    }
  }
  if (is_live) {
    (Use(refresh_scope_) << expires << number).run();
    return number;
  }
  if (number != 0) (Use(retire_scope_) << number).run();
  (Use(add_scope_) << name << expires).run();
  return database_.getLastInsertRowid();
}

bool ClaimStore::Session::is_done(std::int64_t scope, std::string_view id) {
  return (Use(find_done_) << scope << id).row();
}

void ClaimStore::Session::mark_done(std::int64_t scope, std::string_view id) {
  (Use(add_done_) << scope << id).run();
}

ClaimStore::Session::Holder ClaimStore::Session::holder(std::string_view id, Milliseconds now) {
  Milliseconds length{};
  Milliseconds left{};
  std::string owner;
  {
    Use find(find_lease_);
    find << id;
    if (!find.row()) return Holder::kNobody;
    owner = find.column(0).getString();
    length = Milliseconds{find.number(1)};
    left = Milliseconds{find.number(2)} - now;
  }
  if (owner == settings_.owner) return Holder::kThisOwner;
  if (left.count() <= 0) return Holder::kNobody;
  if (left > length) {
    // The clock went back since the lease was given. It counts from now again, so that nobody
    // waits longer than one lease however far the clock went.
    (Use(set_lease_) << id << owner << std::int64_t{length.count()} << now + length).run();
  }
  return Holder::kAnother;
}

void ClaimStore::Session::take_lease(std::string_view id, Milliseconds now, Milliseconds length) {
  (Use(set_lease_) << id << settings_.owner << length << now + length).run();
}

void ClaimStore::Session::give_lease_back(std::string_view id) {
  (Use(drop_lease_) << id << settings_.owner).run();
}

std::optional<Digest> ClaimStore::Session::known_digest(std::string_view id, Milliseconds now) {
  Use find(find_page_);
  find << id << now;
  if (!find.row()) return std::nullopt;
  const SQLite::Column column = find.column(0);
  Digest digest{};
  const auto size = std::min(digest.size(), static_cast<std::size_t>(column.getBytes()));
  std::memcpy(digest.data(), column.getBlob(), size);
  return digest;
}

void ClaimStore::Session::remember_digest(const Key& key, Milliseconds now) {
  (Use(set_page_) << key.id << key.digest << now + settings_.remember).run();
}

void ClaimStore::Session::forget_digest(std::string_view id) { (Use(drop_page_) << id).run(); }

void ClaimStore::Session::purge(Milliseconds now, std::int64_t rows) {
  (Use(purge_leases_) << now << rows).run();
  (Use(purge_pages_) << now << rows).run();
  while (rows > 0) {
    std::int64_t scope = 0;
    {
      Use expired(expired_scope_);
      expired << now;
      if (!expired.row()) return;
      scope = expired.number(0);
    }
    (Use(purge_done_) << scope << rows).run();
    const std::int64_t removed = database_.getChanges();
    if (removed < rows) (Use(drop_scope_) << scope).run();
    rows -= removed + 1;  // the scope counts too, or many empty ones would take long
  }
}

}  // namespace local_dedupe
