// BareJournal: the yardstick for accepting pages durably.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace sluice::bench {

// The least that can be done: one table, one thread, everybody who waits shares a commit.
class BareJournal {
 public:
  explicit BareJournal(const std::filesystem::path& folder)
      : database_((folder / "bare.db").string(),
                  SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX) {
    database_.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    database_.exec("CREATE TABLE records(seq INTEGER PRIMARY KEY, document TEXT, payload BLOB)");
    thread_ = std::thread([this] { write(); });
  }
  ~BareJournal() {
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }

  // Waits until the record is durable; with `retire`, until it is removed again, durably.
  void append(const std::string& document, const std::string& payload, bool retire) {
    Job job{&document, &payload};
    submit(job);
    if (!retire) return;
    Job removal{nullptr, nullptr, job.seq};
    submit(removal);
  }

 private:
  struct Job {
    const std::string* document;
    const std::string* payload;
    std::int64_t seq = 0;
    bool done = false;
  };

  void submit(Job& job) {
    std::unique_lock lock(mutex_);
    jobs_.push_back(&job);
    wake_.notify_one();
    done_.wait(lock, [&] { return job.done; });
  }

  void write() {
    SQLite::Statement begin(database_, "BEGIN IMMEDIATE");
    SQLite::Statement commit(database_, "COMMIT");
    SQLite::Statement insert(database_, "INSERT INTO records(document, payload) VALUES (?, ?)");
    SQLite::Statement remove(database_, "DELETE FROM records WHERE seq = ?");
    std::vector<Job*> group;
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [&] { return stopping_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      group.swap(jobs_);
      lock.unlock();
      begin.exec();
      begin.reset();
      for (Job* job : group) {
        if (job->payload == nullptr) {
          remove.bind(1, job->seq);
          remove.exec();
          remove.reset();
          continue;
        }
        insert.bindNoCopy(1, *job->document);
        insert.bindNoCopy(2, job->payload->data(), static_cast<int>(job->payload->size()));
        insert.exec();
        insert.reset();
        job->seq = database_.getLastInsertRowid();
      }
      commit.exec();
      commit.reset();
      lock.lock();
      for (Job* job : group) job->done = true;
      group.clear();
      done_.notify_all();
    }
  }

  SQLite::Database database_;
  std::mutex mutex_;
  std::condition_variable wake_, done_;
  std::vector<Job*> jobs_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sluice::bench
