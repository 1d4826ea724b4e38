// GroupCommit: the one writer of `<data>/host.db`. Works that wait share a transaction and a sync.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "journal/announcer.hpp"
#include "journal/checkpointer.hpp"
#include "journal/companion.hpp"
#include "journal/disk_reserve.hpp"
#include "journal/disk_sync.hpp"
#include "journal/folder_lock.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

namespace sluice::journal {

// Something that gathers changes in memory while works run and writes them once per transaction.
// All of it is called on the writer thread.
class Gatherer {
 public:
  virtual ~Gatherer() = default;
  virtual void keep() = 0;  // the work that just ran stays
  virtual void drop() = 0;  // it threw: forget what came since the last keep or drop
  virtual void flush(
      SQLite::Database& database) = 0;  // the transaction is about to be committed; may throw
  virtual void committed() = 0;         // it was
  virtual void rolled_back() = 0;       // it was not: forget everything since the last commit
};

// Whom a loss of power may surprise.
enum class Told {
  kOnDisk,     // a Done comes when the database is on the disk, with Sync::kAlways
  kCommitted,  // once it is committed: something else brings back what is lost, or does it again
};

// Owned by the app. submit and run from any thread. Works run on the writer thread in the order in
// which they were submitted; callbacks on that of the announcer, in the same order. While callbacks
// run the writer goes on, once enough works wait.
class GroupCommit final {
 public:
  // Inside the transaction. What it throws undoes this work alone and becomes its result.
  using Work = std::function<void(SQLite::Database&)>;
  // After the commit that holds the work (as durable as Sync and Told say), or after its failure.
  // Short: the next ones wait for it. Must not throw.
  using Done = Announcer::Done;

  struct Options {
    Sync sync = Sync::kAlways;
    std::size_t max_works = 256;            // in one transaction: bounds its memory and its time
    std::size_t checkpoint_pages = 8192;    // 32 MiB of log
    std::uint64_t reserve_bytes = 8 << 20;  // the log and its copy, when the disk is full
    std::size_t max_pages = 0;  // the database grows no further; 0: the disk is the limit
    // The writer: so many works shared a transaction, and what of it is written through.
    std::function<void(std::size_t works)> on_group = [](std::size_t) {};
    // Where it failed, and once: the disk did not take what was written.
    std::function<void(const Error&)> on_broken = [](const Error&) {};
  };

  // Makes the folder where it is missing and locks it for this process. kBusy: somebody else has
  // it; kIo: it cannot be used.
  static Result<std::unique_ptr<GroupCommit>> open(const std::filesystem::path& folder,
                                                   Options options);
  ~GroupCommit();
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;

  // Before start(): the connection on which gateways make their tables and prepare statements.
  SQLite::Database& writer() { return database_; }
  // Before start(). `gatherer` lives until stop() has returned.
  void add(Gatherer& gatherer) { gatherers_.push_back(&gatherer); }
  // As add. A work that refers to something in it writes that first.
  void add_companion(Companion& companion) { companions_.push_back(&companion); }
  void start();

  // After start(). Never blocks on the disk. After stop() the work is refused with kUnavailable.
  void submit(Work work, Done done, Told told = Told::kOnDisk);
  // From a Done: `work` runs on this thread after everybody who is told together was. For
  // whoever passes news on and would rather wake the next one once than for each.
  void after_group(std::function<void()> work) { announcer_->after_round(std::move(work)); }
  // From Gatherer::committed: `work` runs, on whichever of our threads, when a loss of power cannot
  // undo the transaction any more (with kOff: at once). Not at all when the host ends before.
  void when_on_disk(std::function<void()> work) { on_disk_.push_back(std::move(work)); }
  // submit, and wait for the end. Not from a Work or Done.
  Result<void> run(const Work& work);

  // Finishes what was submitted and ends all threads. Called by the destructor, and by the
  // destructors of gateways, since works use them. May be called again.
  void stop();

  const std::filesystem::path& folder() const { return folder_; }
  const std::filesystem::path& file() const { return file_; }

 private:
  struct Job {
    Work work;
    Done done;
    Told told;
  };
  enum class Group { kOne, kMany };
  struct Lost;

  GroupCommit(FolderLock lock, const std::filesystem::path& folder, Options options);

  void write();
  bool is_time_to_write() const;  // with mutex_
  bool take(std::vector<Job>& jobs);
  void between_transactions();
  std::size_t run_transaction(std::span<Job> jobs);
  Result<void> attempt(const Work& work, Group group);
  void commit();
  void lose(std::span<Result<void>> results, const Error& error);
  void pass_on_disk_works();
  void became_full();
  void may_grow(bool may);
  void limit_pages(std::size_t pages);

  const FolderLock lock_;
  const std::filesystem::path folder_;
  const std::filesystem::path file_;
  const Options options_;
  SQLite::Database database_;  // the writer thread's, after start()
  SQLite::Statement begin_, commit_, savepoint_, release_, undo_;  // as database_
  std::vector<Companion*> companions_;                             // fixed at start()
  DiskSync disk_;                                                  // not used with kOff
  Checkpointer checkpointer_;
  DiskReserve reserve_;                         // the writer thread's
  std::vector<Gatherer*> gatherers_;            // fixed at start()
  std::vector<std::function<void()>> on_disk_;  // the writer thread's: of this transaction
  std::size_t log_pages_ = 0;           // the writer thread's: told by SQLite at each commit
  bool is_full_ = false;                // the writer thread's: no room; see became_full
  bool saw_full_ = false;               // the writer thread's: in this transaction
  Steady::time_point look_for_room_{};  // the writer thread's: not before

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> waiting_;  // guarded by mutex_
  bool stopping_ = false;    // guarded by mutex_

  std::mutex joining_;  // guards the threads against two stops at once
  std::optional<Announcer> announcer_;
  std::thread thread_;
};

}  // namespace sluice::journal
