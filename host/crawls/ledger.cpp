// The tables of crawls and their pages, and the rules by which pages are counted.
#include "crawls/ledger.hpp"

#include "crawls/stage_times.hpp"
#include "journal/sql.hpp"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/VariadicBind.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>

namespace sluice::crawls {
namespace {

using namespace std::chrono_literals;

constexpr auto kTables = R"(
  CREATE TABLE crawls(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    crawl_id TEXT NOT NULL UNIQUE,
    mode TEXT NOT NULL,
    source TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    received INTEGER NOT NULL DEFAULT 0,
    indexed INTEGER NOT NULL DEFAULT 0,
    skipped INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    pending INTEGER NOT NULL DEFAULT 0,
    duplicates INTEGER NOT NULL DEFAULT 0,
    received_before_close INTEGER NOT NULL DEFAULT 0,
    closed_at INTEGER,
    closing INTEGER,
    done_at INTEGER,
    touched_at INTEGER NOT NULL,
    times BLOB NOT NULL DEFAULT x'');
  CREATE TABLE crawl_pages(
    crawl INTEGER NOT NULL,
    page BLOB NOT NULL,
    state INTEGER NOT NULL,
    PRIMARY KEY(crawl, page)) WITHOUT ROWID;
  CREATE TABLE crawl_warnings(
    crawl INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY(crawl, ordinal)) WITHOUT ROWID;
)";

constexpr auto kStageTimes = "ALTER TABLE crawls ADD COLUMN stages TEXT NOT NULL DEFAULT ''";

// A crawl whose source still fetches pages, and the ones that want a look from it.
constexpr auto kFetch = R"(
  ALTER TABLE crawls ADD COLUMN fetch INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX crawls_unfinished ON crawls(touched_at) WHERE closed_at IS NULL OR fetch IN (1, 2);
)";

// Stored as numbers: new ones go to the end.
enum class PageState { kOpen, kIndexed, kSkipped, kUnchanged, kFailed, kLeftOut };

constexpr auto kForgetInterval = 1h;       // between looks for crawls to forget
constexpr std::int64_t kForgetStep = 200;  // pages in one transaction: well under a millisecond

// A page's key: half a SHA-256 of its document id. Two ids in one crawl colliding is out of the
// question, and a page costs 16 bytes whatever the length of its address.
using PageKey = std::array<unsigned char, 16>;

PageKey key_of(std::string_view document_id) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(static_cast<const unsigned char*>(static_cast<const void*>(document_id.data())),
         document_id.size(), digest.data());
  PageKey key;
  std::copy_n(digest.begin(), key.size(), key.begin());
  return key;
}

PageState state_after(Outcome outcome) {
  switch (outcome) {
    case Outcome::kIndexed:
      return PageState::kIndexed;
    case Outcome::kSkipped:
      return PageState::kSkipped;
    case Outcome::kUnchanged:
      return PageState::kUnchanged;
    case Outcome::kFailed:
      return PageState::kFailed;
  }
  return PageState::kFailed;
}

PageState state_after(LeftOut reason) {
  switch (reason) {
    case LeftOut::kProcessed:
      return PageState::kSkipped;
    case LeftOut::kUnchanged:
      return PageState::kUnchanged;
    case LeftOut::kFailedPage:
      return PageState::kFailed;
    case LeftOut::kEmpty:
    case LeftOut::kStatus:
      return PageState::kLeftOut;
  }
  return PageState::kLeftOut;
}

// Where pages of this state are counted.
std::int64_t& counter(LiveCrawl& crawl, PageState state) {
  switch (state) {
    case PageState::kOpen:
      return crawl.pending;
    case PageState::kIndexed:
      return crawl.indexed;
    case PageState::kSkipped:
    case PageState::kLeftOut:
      return crawl.skipped;
    case PageState::kUnchanged:
      return crawl.unchanged;
    case PageState::kFailed:
      return crawl.failed;
  }
  return crawl.failed;
}

// At most `limit` bytes of it, ending between two code points.
std::string cut(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string(text);
  constexpr std::string_view kEllipsis = "…";
  std::size_t end = limit - kEllipsis.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)).append(kEllipsis);
}

void bind_or_null(SQLite::Statement& statement, int index,
                  const std::optional<std::int64_t>& value) {
  if (value) {
    statement.bind(index, *value);
  } else {
    statement.bind(index);
  }
}

std::optional<std::int64_t> number_or_none(const SQLite::Column& column) {
  if (column.isNull()) return std::nullopt;
  return column.getInt64();
}

void add_stage_time(std::vector<StageTime>& times, const std::string& stage, std::int64_t took) {
  auto time = std::find_if(times.begin(), times.end(),
                           [&](const StageTime& one) { return one.stage == stage; });
  if (time == times.end()) time = times.insert(times.end(), StageTime{.stage = stage});
  ++time->pages;
  time->microseconds += took;
  time->most = std::max(time->most, took);
}

}  // namespace

const char* name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kIndexed:
      return "indexed";
    case Outcome::kSkipped:
      return "skipped";
    case Outcome::kUnchanged:
      return "unchanged";
    case Outcome::kFailed:
      return "failed";
  }
  return "failed";
}

struct Ledger::Statements {
  explicit Statements(SQLite::Database& database)
      : load(database,
             "SELECT id, received, indexed, skipped, unchanged, failed, pending, duplicates, "
             "received_before_close, closed_at, closing, done_at, touched_at, times, source <> '', "
             "stages, fetch "
             "FROM crawls WHERE crawl_id = ?"),
        add(database,
            "INSERT INTO crawls(crawl_id, mode, source, started_at, touched_at) "
            "VALUES (?, ?, ?, ?, ?)"),
        name_origin(database, "UPDATE crawls SET mode = ?, source = ? WHERE id = ?"),
        save(database,
             "UPDATE crawls SET received = ?, indexed = ?, skipped = ?, unchanged = ?, failed = ?, "
             "pending = ?, duplicates = ?, received_before_close = ?, closed_at = ?, closing = ?, "
             "done_at = ?, touched_at = ?, times = ?, stages = ?, fetch = ? WHERE id = ?"),
        add_page(database, "INSERT OR IGNORE INTO crawl_pages VALUES (?, ?, ?)"),
        page(database, "SELECT state FROM crawl_pages WHERE crawl = ? AND page = ?"),
        move_page(
            database,
            "UPDATE crawl_pages SET state = ?3 WHERE crawl = ?1 AND page = ?2 AND state = ?4"),
        remove_page(database, "DELETE FROM crawl_pages WHERE crawl = ? AND page = ? AND state = ?"),
        warn(database,
             "INSERT INTO crawl_warnings SELECT ?1, count(*), ?2 FROM crawl_warnings "
             "WHERE crawl = ?1 HAVING count(*) < ?3 AND coalesce(max(text = ?2), 0) = 0"),
        forgettable(database,
                    "SELECT id, crawl_id FROM crawls WHERE pending = 0 AND touched_at < ? LIMIT 1"),
        forget_pages(database,
                     "DELETE FROM crawl_pages WHERE crawl = ?1 AND page IN "
                     "(SELECT page FROM crawl_pages WHERE crawl = ?1 LIMIT ?2)"),
        forget_warnings(database, "DELETE FROM crawl_warnings WHERE crawl = ?"),
        forget(database, "DELETE FROM crawls WHERE id = ?") {}

  // Whether the page is new; if so it is in `state` now.
  bool add_new(std::int64_t crawl, const PageKey& key, PageState state) {
    sql::Use added(add_page);
    added->bind(1, crawl);
    added->bindNoCopy(2, key.data(), static_cast<int>(key.size()));
    added->bind(3, static_cast<int>(state));
    return added->exec() == 1;
  }

  PageState state_of(std::int64_t crawl, const PageKey& key) {
    sql::Use found(page);
    found->bind(1, crawl);
    found->bindNoCopy(2, key.data(), static_cast<int>(key.size()));
    return found->executeStep() ? static_cast<PageState>(found->getColumn(0).getInt())
                                : PageState::kOpen;
  }

  // Whether the page was in `from`; if so it is in `to` now.
  bool move(std::int64_t crawl, const PageKey& key, std::pair<PageState, PageState> from_to) {
    sql::Use moved(move_page);
    moved->bind(1, crawl);
    moved->bindNoCopy(2, key.data(), static_cast<int>(key.size()));
    moved->bind(3, static_cast<int>(from_to.second));
    moved->bind(4, static_cast<int>(from_to.first));
    return moved->exec() == 1;
  }

  // Whether the page was open; if so it is forgotten.
  bool remove_open(std::int64_t crawl, const PageKey& key) {
    sql::Use removed(remove_page);
    removed->bind(1, crawl);
    removed->bindNoCopy(2, key.data(), static_cast<int>(key.size()));
    removed->bind(3, static_cast<int>(PageState::kOpen));
    return removed->exec() == 1;
  }

  SQLite::Statement load, add, name_origin, save;
  SQLite::Statement add_page, page, move_page, remove_page;
  SQLite::Statement warn;
  SQLite::Statement forgettable, forget_pages, forget_warnings, forget;
};

Result<std::unique_ptr<Ledger>> Ledger::open(journal::GroupCommit& commits, const Clock& clock) {
  auto migrated =
      sql::migrate(commits.writer(), commits.folder(), {"crawls", {kTables, kStageTimes, kFetch}});
  if (!migrated) return std::move(migrated).error();
  return sql::guarded(commits.folder(),
                      [&] { return std::unique_ptr<Ledger>(new Ledger(commits, clock)); });
}

Ledger::Ledger(journal::GroupCommit& commits, const Clock& clock)
    : commits_(commits),
      clock_(clock),
      statements_(std::make_unique<Statements>(commits.writer())),
      reader_(std::make_unique<CrawlReader>(commits.file())) {
  commits.add(*this);
}

Ledger::~Ledger() { commits_.stop(); }

std::int64_t Ledger::now() const { return sql::to_ms(clock_.wall()); }

// The crawl from memory or from the file; null where there is none.
LiveCrawl* Ledger::known(std::string_view group) {
  if (LiveCrawl* crawl = crawls_.find(group)) return crawl;
  sql::Use row(statements_->load);
  row->bind(1, std::string(group));
  if (!row->executeStep()) return nullptr;
  const auto number = [&](int index) { return row->getColumn(index).getInt64(); };
  const auto times = row->getColumn(13);
  crawls_.load(group,
               {.id = number(0),
                .received = number(1),
                .indexed = number(2),
                .skipped = number(3),
                .unchanged = number(4),
                .failed = number(5),
                .pending = number(6),
                .duplicates = number(7),
                .received_before_close = number(8),
                .closed_at = number_or_none(row->getColumn(9)),
                .done_at = number_or_none(row->getColumn(11)),
                .closing = number_or_none(row->getColumn(10)),
                .fetch = number(16),
                .touched_at = number(12),
                .has_origin = number(14) != 0,
                .times = TimeHistogram::from_bytes({static_cast<const std::byte*>(times.getBlob()),
                                                    static_cast<std::size_t>(times.getBytes())}),
                .stages = stage_times_from(sql::text(row->getColumn(15)))});
  return crawls_.find(group);
}

// The crawl, made where it is missing, to be changed.
LiveCrawl& Ledger::changed(const Origin& crawl) {
  if (known(crawl.group) == nullptr) {
    const std::int64_t time = now();
    sql::Use added(statements_->add);
    SQLite::bind(*added, std::string(crawl.group), std::string(crawl.mode),
                 std::string(crawl.source), time, time);
    added->exec();
    crawls_.load(crawl.group, {.id = commits_.writer().getLastInsertRowid(),
                               .has_origin = !crawl.source.empty()});
  }
  LiveCrawl& live = crawls_.change(crawl.group);
  live.touched_at = now();
  if (!live.has_origin && !crawl.source.empty()) {
    sql::Use named(statements_->name_origin);
    SQLite::bind(*named, std::string(crawl.mode), std::string(crawl.source), live.id);
    named->exec();
    live.has_origin = true;
  }
  return live;
}

Received Ledger::receive(SQLite::Database&, const Arrival& page) {
  if (page.origin.group.empty()) return Received::kNew;
  LiveCrawl& crawl = changed(page.origin);
  const PageKey key = key_of(page.document_id);
  if (statements_->add_new(crawl.id, key, PageState::kOpen)) {
    ++crawl.received;
  } else {
    const PageState before = statements_->state_of(crawl.id, key);
    if (before != PageState::kFailed && before != PageState::kLeftOut) {
      if (page.look == Look::kFirst) ++crawl.duplicates;
      return Received::kDuplicate;
    }
    statements_->move(crawl.id, key, {before, PageState::kOpen});
    --counter(crawl, before);
  }
  ++crawl.pending;
  return Received::kNew;
}

void Ledger::take_back(SQLite::Database&, std::string_view group, std::string_view document_id) {
  if (group.empty() || known(group) == nullptr) return;
  LiveCrawl& crawl = changed({.group = group, .source = {}, .mode = {}});
  if (!statements_->remove_open(crawl.id, key_of(document_id))) return;
  --crawl.pending;
  --crawl.received;
  crawl.received_before_close = std::min(crawl.received_before_close, crawl.received);
}

Received Ledger::left_out(SQLite::Database&, const Arrival& page, LeftOut reason) {
  if (page.origin.group.empty()) return Received::kNew;
  LiveCrawl& crawl = changed(page.origin);
  const PageState state = state_after(reason);
  if (statements_->add_new(crawl.id, key_of(page.document_id), state)) {
    ++crawl.received;
    ++counter(crawl, state);
    return Received::kNew;
  }
  if (page.look == Look::kFirst) ++crawl.duplicates;
  return Received::kDuplicate;
}

void Ledger::settle(SQLite::Database&, const Settled& page) {
  if (page.group.empty() || known(page.group) == nullptr) return;
  LiveCrawl& crawl = changed({.group = page.group, .source = {}, .mode = {}});
  const PageState state = state_after(page.outcome);
  if (!statements_->move(crawl.id, key_of(page.document_id), {PageState::kOpen, state})) return;
  --crawl.pending;
  ++counter(crawl, state);
  if (page.outcome == Outcome::kIndexed) crawl.times.add(page.time_to_index);
  for (const auto& [stage, took] : page.stages) add_stage_time(crawl.stages, stage, took.count());
}

void Ledger::open(SQLite::Database&, const Origin& crawl) {
  if (!crawl.group.empty()) changed(crawl);
}

void Ledger::close(SQLite::Database&, std::string_view group, Closing how) {
  if (group.empty()) return;
  LiveCrawl& crawl = changed({.group = group, .source = {}, .mode = {}});
  if (crawl.closed_at) return;
  crawl.closed_at = now();
  crawl.closing = static_cast<std::int64_t>(how);
  crawl.received_before_close = crawl.received;
}

void Ledger::fetch(SQLite::Database&, std::string_view group, Fetch fetch) {
  if (group.empty() || fetch == Fetch::kAsBefore) return;
  LiveCrawl& crawl = changed({.group = group, .source = {}, .mode = {}});
  const auto before = static_cast<Fetch>(crawl.fetch);
  // A crawl that was followed while it ran is waited for once it closes.
  const bool is_followed = before == Fetch::kAwaited && !crawl.closed_at;
  if (fetch == Fetch::kPending && before != Fetch::kAsBefore && !is_followed) return;
  crawl.fetch = static_cast<std::int64_t>(fetch);
}

void Ledger::warn(SQLite::Database&, std::string_view group, std::string_view text) {
  if (group.empty()) return;
  const LiveCrawl& crawl = changed({.group = group, .source = {}, .mode = {}});
  sql::Use warned(statements_->warn);
  SQLite::bind(*warned, crawl.id, cut(text, kWarningBytes),
               static_cast<std::int64_t>(kMostWarnings));
  warned->exec();
}

void Ledger::flush(SQLite::Database&) {
  crawls_.each_changed([this](LiveCrawl& crawl) {
    // Done means closed, nothing pending and nothing being fetched; a late page takes it back until
    // it is settled.
    const bool is_fetching = crawl.fetch == static_cast<std::int64_t>(Fetch::kPending);
    if (!crawl.closed_at || crawl.pending > 0 || is_fetching) {
      crawl.done_at.reset();
    } else if (!crawl.done_at) {
      crawl.done_at = now();
    }
    const auto times = crawl.times.bytes();
    sql::Use saved(statements_->save);
    SQLite::bind(*saved, crawl.received, crawl.indexed, crawl.skipped, crawl.unchanged,
                 crawl.failed, crawl.pending, crawl.duplicates, crawl.received_before_close);
    bind_or_null(*saved, 9, crawl.closed_at);
    bind_or_null(*saved, 10, crawl.closing);
    bind_or_null(*saved, 11, crawl.done_at);
    saved->bind(12, crawl.touched_at);
    saved->bindNoCopy(13, times.data(), static_cast<int>(times.size()));
    saved->bind(14, to_text(crawl.stages));
    saved->bind(15, crawl.fetch);
    saved->bind(16, crawl.id);
    saved->exec();
  });
  forget_some();
}

// A step towards forgetting one old crawl. It rides on transactions that happen anyway: where there
// are none, nothing grows.
void Ledger::forget_some() {
  const Wall::time_point time = clock_.wall();
  if (time < forget_next_) return;
  std::int64_t id = 0;
  std::string name;
  {
    sql::Use found(statements_->forgettable);
    found->bind(1, sql::to_ms(time - kRemember));
    if (!found->executeStep()) {
      forget_next_ = time + kForgetInterval;
      return;
    }
    id = found->getColumn(0).getInt64();
    name = sql::text(found->getColumn(1));
  }
  sql::Use pages(statements_->forget_pages);
  SQLite::bind(*pages, id, kForgetStep);
  if (pages->exec() == kForgetStep) return;  // the next transaction goes on
  for (SQLite::Statement* statement : {&statements_->forget_warnings, &statements_->forget}) {
    sql::Use gone(*statement);
    gone->bind(1, id);
    gone->exec();
  }
  crawls_.erase(name);
}

}  // namespace sluice::crawls
