// The writer thread: transactions, savepoints, what happens on a full disk.
#include "journal/group_commit.hpp"

#include "base/thread_slice.hpp"
#include "base/worker_pool.hpp"
#include "journal/sql.hpp"

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <future>
#include <string>
#include <utility>

namespace sluice::journal {
namespace {

using namespace std::chrono_literals;

constexpr int kBusyMs = 10'000;        // longest wait for the checkpointer's lock
constexpr auto kRoomInterval = 100ms;  // between looks at a full disk
// While the disk is busy: fewer works share too little of what each transaction writes.
constexpr std::size_t kWorthATransaction = 8;
constexpr std::size_t kNoLimit = 0xfffffffe;  // pages: SQLite's own limit

// Opens the writer's connection, whose log this host alone checkpoints.
SQLite::Database open_writer(const std::filesystem::path& file, Sync sync) {
  SQLite::Database database(
      file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX, kBusyMs);
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA wal_autocheckpoint = 0");
  database.exec("PRAGMA temp_store = MEMORY");  // savepoints never make files
  database.exec(
      "PRAGMA cache_size = -16384");  // 16 MiB: a group of ordinary pages is never spilled
  switch (sync) {
    case Sync::kAlways:  // what has to be on the disk is put there beside the commit, not within it
    case Sync::kInterval:
      database.exec("PRAGMA synchronous = NORMAL");
      break;
    case Sync::kOff:
      database.exec("PRAGMA synchronous = OFF");
      break;
  }
  return database;
}

}  // namespace

// The transaction is gone, or has to go; `error` says why. Never leaves run_transaction.
struct GroupCommit::Lost {
  Error error;
};

Result<std::unique_ptr<GroupCommit>> GroupCommit::open(const std::filesystem::path& folder,
                                                       Options options) {
  auto lock = FolderLock::take(folder);
  if (!lock) return std::move(lock).error();
  return sql::guarded(folder, [&] {
    return std::unique_ptr<GroupCommit>(
        new GroupCommit(std::move(*lock), folder, std::move(options)));
  });
}

GroupCommit::GroupCommit(FolderLock lock, const std::filesystem::path& folder, Options options)
    : lock_(std::move(lock)),
      folder_(folder),
      file_(folder / "host.db"),
      options_(std::move(options)),
      database_(open_writer(file_, options_.sync)),
      begin_(database_, "BEGIN IMMEDIATE"),
      commit_(database_, "COMMIT"),
      savepoint_(database_, "SAVEPOINT work"),
      release_(database_, "RELEASE work"),
      undo_(database_, "ROLLBACK TO work"),
      disk_(file_, companions_, options_.on_broken),
      checkpointer_(
          {file_, options_.checkpoint_pages, options_.sync == Sync::kOff ? nullptr : &disk_}),
      reserve_(folder, options_.reserve_bytes) {
  if (reserve_.has_room()) reserve_.hold();
  if (options_.max_pages > 0) limit_pages(options_.max_pages);
  sqlite3_wal_hook(
      database_.getHandle(),
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<GroupCommit*>(self)->log_pages_ = static_cast<std::size_t>(pages);
        return SQLITE_OK;
      },
      this);
}

GroupCommit::~GroupCommit() { stop(); }

void GroupCommit::start() {
  Announcer::Options options;
  if (options_.sync != Sync::kOff) {
    // What the gateways have made, and the name of the log in its folder: whatever comes later is
    // worth nothing without it.
    static_cast<void>(disk_.sync());  // a failure stays, and is everybody's answer
    options.state = [this] { return disk_.state(); };
  }
  if (options_.sync == Sync::kAlways) options.sync = [this] { return disk_.sync(); };
  if (options_.sync == Sync::kInterval) options.sync = options.state;
  options.on_free = [this] {
    { const std::scoped_lock lock(mutex_); }  // the writer is not between its look and its sleep
    wake_.notify_one();
  };
  announcer_.emplace(std::move(options));
  thread_ = std::thread([this] { write(); });
}

void GroupCommit::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  const std::scoped_lock lock(joining_);
  if (thread_.joinable()) thread_.join();
  if (announcer_) announcer_->stop();
  checkpointer_.stop();
}

void GroupCommit::submit(Work work, Done done, Told told) {
  {
    std::unique_lock lock(mutex_);
    if (stopping_) {
      lock.unlock();
      done(Error{Fault::kUnavailable,
                 "nothing more is stored in " + folder_.string() + ": the host is stopping"});
      return;
    }
    waiting_.push_back({std::move(work), std::move(done), told});
    if (!is_time_to_write()) return;
  }
  wake_.notify_one();
}

Result<void> GroupCommit::run(const Work& work) {
  assert(std::this_thread::get_id() != thread_.get_id());
  std::promise<Result<void>> ended;
  auto result = ended.get_future();
  submit(work, [&ended](const Result<void>& outcome) { ended.set_value(outcome); });
  return result.get();
}

void GroupCommit::write() {
  name_thread("journal");
  ask_for_slices(kSlice);
  std::vector<Job> jobs;
  while (take(jobs)) {
    std::span<Job> rest(jobs);
    while (!rest.empty()) {
      between_transactions();
      // On a full disk one work fails the whole transaction, so each has its own: what frees space
      // must not fail with what needs it.
      rest = rest.subspan(run_transaction(is_full_ ? rest.first(1) : rest));
    }
    jobs.clear();
  }
}

bool GroupCommit::is_time_to_write() const {
  return !waiting_.empty() && (waiting_.size() >= kWorthATransaction || announcer_->is_free());
}

bool GroupCommit::take(std::vector<Job>& jobs) {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [&] { return stopping_ || is_time_to_write(); });
  const auto count = std::min(waiting_.size(), options_.max_works);
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
  jobs.assign(std::move_iterator(waiting_.begin()), std::move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return count > 0;
}

void GroupCommit::between_transactions() {
  if (checkpointer_.take_rest()) {
    checkpointer_.copy(database_, SQLITE_CHECKPOINT_PASSIVE);
  }
  if (!is_full_ || Steady::now() < look_for_room_) return;
  look_for_room_ = Steady::now() + kRoomInterval;
  if (!reserve_.has_room()) return;
  reserve_.hold();
  limit_pages(options_.max_pages > 0 ? options_.max_pages : kNoLimit);
  may_grow(true);
  is_full_ = false;
}

// Runs works from the front of `jobs` in one transaction, ends it and tells them. Returns how many
// it took: all of them, unless the transaction was lost on the way.
std::size_t GroupCommit::run_transaction(std::span<Job> jobs) {
  std::vector<Result<void>> results;
  results.reserve(jobs.size());
  const auto group = jobs.size() > 1 ? Group::kMany : Group::kOne;
  try {
    sql::Use(begin_)->exec();
    for (const Job& job : jobs) {
      results.emplace_back();  // first, so that the work that loses the transaction counts as run
      results.back() = attempt(job.work, group);
    }
    commit();
  } catch (const Lost& lost) {
    lose(results, lost.error);
  } catch (...) {  // from BEGIN, a flush or COMMIT
    saw_full_ = saw_full_ || sql::current_failure_is_full();
    if (results.empty()) results.resize(jobs.size());
    lose(results, sql::current_failure(folder_));
  }
  if (std::exchange(saw_full_, false)) became_full();
  std::vector<Announcer::Outcome> outcomes;
  outcomes.reserve(results.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    outcomes.push_back(
        {std::move(jobs[i].done), std::move(results[i]), jobs[i].told == Told::kOnDisk});
  }
  pass_on_disk_works();
  options_.on_group(outcomes.size());
  announcer_->tell(std::move(outcomes));
  return results.size();
}

// What of the transaction waits for the disk goes where that is waited for.
void GroupCommit::pass_on_disk_works() {
  for (auto& work : std::exchange(on_disk_, {})) {
    options_.sync == Sync::kOff ? work() : disk_.after_sync(std::move(work));
  }
}

// A savepoint costs a few microseconds, but a work that is alone needs none: the whole transaction
// is its own.
Result<void> GroupCommit::attempt(const Work& work, Group group) {
  try {
    if (group == Group::kMany) sql::Use(savepoint_)->exec();
    work(database_);
    if (group == Group::kMany) sql::Use(release_)->exec();
  } catch (...) {
    const Error error = sql::current_failure(folder_);
    saw_full_ = saw_full_ || sql::current_failure_is_full();
    // After some failures, a full disk among them, SQLite has rolled back everything by itself.
    const bool is_gone = sqlite3_get_autocommit(database_.getHandle()) != 0;
    if (group == Group::kOne || is_gone) throw Lost{error};
    sql::Use(undo_)->exec();
    sql::Use(release_)->exec();
    for (Gatherer* gatherer : gatherers_) gatherer->drop();
    return error;
  }
  for (Gatherer* gatherer : gatherers_) gatherer->keep();
  return {};
}

void GroupCommit::commit() {
  for (Gatherer* gatherer : gatherers_) gatherer->flush(database_);
  sql::Use(commit_)->exec();
  for (Gatherer* gatherer : gatherers_) gatherer->committed();
  checkpointer_.log_is(log_pages_);
}

// Undoes the transaction. What had succeeded in it has failed now, with `error`.
void GroupCommit::lose(std::span<Result<void>> results, const Error& error) {
  database_.tryExec("ROLLBACK");  // fails where SQLite has done so already, and that is fine
  for (Gatherer* gatherer : gatherers_) gatherer->rolled_back();
  for (auto& result : results) {
    if (result.ok()) result = error;
  }
}

// Something did not fit. For a while each work has its own transaction, so that it fails alone. If
// the disk is full, and not just too small for one big work, then until there is room: the database
// may not grow, so that only works fail that need new pages; the reserve gives the log room for
// those that free some, and the checkpoint lets it start over.
void GroupCommit::became_full() {
  is_full_ = true;
  look_for_room_ = Steady::now() + kRoomInterval;
  if (reserve_.has_room()) return;
  reserve_.release();
  may_grow(false);
  checkpointer_.copy(database_, SQLITE_CHECKPOINT_PASSIVE);
  const auto pages =
      sql::guarded(folder_, [&] { return database_.execAndGet("PRAGMA page_count").getInt64(); });
  if (pages) limit_pages(static_cast<std::size_t>(*pages));
}

void GroupCommit::may_grow(bool may) {
  for (Companion* companion : companions_) companion->may_grow(may);
}

void GroupCommit::limit_pages(std::size_t pages) {
  database_.tryExec("PRAGMA max_page_count = " + std::to_string(pages));
}

}  // namespace sluice::journal
