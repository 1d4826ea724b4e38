// LogSync: waits for the disk and tells who waited, while the writer goes on with the next
// transaction.
#pragma once

#include "base/result.hpp"

#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace sluice::journal {

// Its own thread, which runs the callbacks. Owned by GroupCommit.
class LogSync final {
 public:
  using Done = std::function<void(const Result<void>&)>;
  struct Outcome {
    Done done;
    Result<void> result;
    // After done, unless the disk broke: what may happen only when the transaction cannot be lost
    // any more. May be empty.
    std::function<void()> on_disk = {};
  };
  struct Options {
    std::filesystem::path folder;  // for the error
    // Puts the log on the disk, as far as it is written when called; false, with errno: the disk
    // did not take it. Empty: nobody waits for the disk.
    std::function<bool()> sync;
    std::function<void()> on_free;                    // is_free has become true
    std::function<void(std::size_t works)> on_round;  // so many are told after one sync
    // The disk did not take the log, and nobody can know what of it is there: from now on every
    // outcome is an error. Once.
    std::function<void(const Error&)> on_broken;
  };

  explicit LogSync(Options options);
  ~LogSync() { stop(); }
  LogSync(const LogSync&) = delete;
  LogSync& operator=(const LogSync&) = delete;

  // The outcomes of a transaction that has ended; they are told in this order, when the log is on
  // the disk.
  void tell(std::vector<Outcome> outcomes);
  // No outcome waits for the disk.
  bool is_free() const;
  // From a Done: `work` runs after everybody in its round was told.
  void after_round(std::function<void()> work) { after_round_.push_back(std::move(work)); }
  // Tells what is left, and ends the thread. May be called again.
  void stop();

 private:
  void run();
  void round(std::vector<Outcome>& outcomes);
  void put_on_disk(std::vector<Outcome>& outcomes);

  const Options options_;
  std::vector<std::function<void()>> after_round_;  // the thread's
  Result<void> disk_;                               // the thread's: the error once it broke

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Outcome> waiting_;  // guarded by mutex_
  bool is_syncing_ = false;       // guarded by mutex_
  bool is_stopping_ = false;      // guarded by mutex_

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace sluice::journal
