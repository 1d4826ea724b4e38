// Runner: gives a stage its batches, at most `concurrency` at once, and acts on the verdicts that
// come back: pass on, drop, try again, give up. Retries happen here and nowhere else.
#pragma once

#include "base/worker_pool.hpp"
#include "data/batch.hpp"
#include "flow/failure.hpp"
#include "flow/inlet.hpp"
#include "flow/loop.hpp"
#include "flow/meters.hpp"
#include "flow/retry.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

namespace sluice::flow {

// What becomes of the records of a stage. Called on the loop.
class Outlet {
 public:
  virtual ~Outlet() = default;
  // The record is done here; `children` go on in its place, or it does itself if there are none.
  virtual void passed(data::RecordRef record, std::vector<data::RecordRef> children) = 0;
  // `reason`: the stage's word for it, or empty.
  virtual void dropped(data::RecordRef record, std::string reason) = 0;
  virtual void rejected(data::RecordRef record, Failure failure) = 0;
  // The record was in batch number `batch`, which came back after so long. Before its verdict.
  virtual void worked(const data::Record& record, uint64_t batch, Steady::duration took) = 0;
};

// How a stage is reached. `submit` runs on one of the runner's workers, or on the loop when the
// stage never blocks; it is the plugin's, behind the guard of plugin::call.
struct StagePort {
  std::function<sluice_status(sluice_batch*)> submit;
  bool is_nonblocking = false;
  data::Account* account = nullptr;
};

struct RunnerOptions {
  std::string stage = {};
  uint32_t concurrency = 1;
  std::chrono::milliseconds timeout = std::chrono::seconds(30);  // of one batch
  RetryPolicy retry = {};
  InletPolicy inlet = {};
  uint64_t seed = 0;  // of the jitter; 0 takes one from the machine
};

// What needs a person or a supervisor. Called on the loop, at most once each.
struct Alarms {
  std::function<void(const std::string& stage, const std::string& why)> fatal;  // SLUICE_E_FATAL
  std::function<void(const std::string& stage)> stuck;  // too many batches were never given back
};

// Owned by the graph; the loop's thread, but for `submit`, which runs on the workers.
class Runner {
 public:
  Runner(Loop& loop, StagePort port, RunnerOptions options, Outlet& outlet, StageMeters& meters);
  ~Runner();

  void set_alarms(Alarms alarms) { alarms_ = std::move(alarms); }

  void add(data::RecordRef record);
  void flush(const std::string& group);
  void flush_all();
  // From now on; the stage's name and the seed stay. What waits moves under the new policy.
  void set_options(const RunnerOptions& options);
  // Records that failed stay where they are until resume_retrying; the journal has their pages.
  void stop_retrying() { is_retrying_ = false; }
  void resume_retrying();

  std::size_t waiting() const { return inlet_.size() + isolated_records_; }
  std::size_t retrying() const { return retries_.size(); }
  std::size_t in_flight() const { return in_flight_.size(); }
  // Nothing is to be done but what waits for another chance.
  bool is_idle() const { return waiting() == 0 && in_flight() == 0; }
  bool is_circuit_open() const { return lost_ > kMostLost; }
  const std::string& last_error() const { return last_error_; }
  // A record failed for now and no whole batch has passed since: also while the next attempt is
  // under way.
  bool is_in_trouble() const { return retrying() > 0 || (has_failed_ && !is_idle()); }
  Steady::time_point last_success() const { return last_success_; }

  // Lets go of workers that a stage has not given back by `deadline`. After the component was
  // stopped.
  std::size_t stop_workers(Steady::time_point deadline);

 private:
  // A stage that keeps to its deadline gives the batch back just then; on a busy machine, a little
  // later. Only after this much more is the batch abandoned.
  static constexpr std::chrono::milliseconds kCourtesy{1000};
  // An abandoned batch that is not given back for this long is lost: its worker is replaced once.
  // One lost batch more and the stage is not called until it gives one back.
  static constexpr std::chrono::milliseconds kStuckAfter{5000};
  static constexpr uint32_t kMostLost = 1;
  static constexpr std::size_t kMostSpent = 64;

  struct InFlight {
    std::unique_ptr<sluice_batch> batch;
    TimerId limit = 0;  // when it is abandoned; then, when it is lost
    Steady::time_point started;
    bool is_isolated = false;  // one of the parts of a batch that failed as a whole
    bool is_abandoned = false;
    bool is_lost = false;
  };
  using Records = std::vector<data::RecordRef>;

  void schedule_pump();
  void pump();
  void arm_wake_up();
  void start(Records records, bool is_isolated);
  void submit(uint64_t id, sluice_batch* batch);
  void refused(uint64_t id, sluice_status status);
  void finished(uint64_t id);
  void timed_out(uint64_t id);
  void stuck(uint64_t id);
  void judge(sluice_batch& batch, bool is_isolated);
  void judge_slot(sluice_batch::Slot& slot, bool is_alone_again);
  void pass(sluice_batch::Slot& slot);
  void retry(data::RecordRef record, std::string reason, uint32_t retry_after_ms);
  void offer_again(data::RecordRef record, std::chrono::milliseconds delay);
  void isolate(Records records);

  Loop& loop_;
  StagePort port_;
  RunnerOptions options_;
  Outlet& outlet_;
  StageMeters& meters_;
  Alarms alarms_;
  Inlet inlet_;
  RetryHeap retries_;
  std::deque<Records>
      isolated_;  // batches of their own making: halves of one that failed as a whole
  std::size_t isolated_records_ = 0;
  std::unordered_map<uint64_t, InFlight> in_flight_;  // by number: an address may come again
  // Without their records. A stage that calls for a batch after it has given it back is told so and
  // ignored, instead of reaching into memory that is something else by then.
  std::deque<std::unique_ptr<sluice_batch>> spent_;
  uint64_t last_batch_ = 0;
  std::mt19937_64 random_;
  TimerId wake_up_ = 0;
  Steady::time_point wake_up_at_ = Steady::time_point::max();
  bool is_pump_posted_ = false;
  bool is_retrying_ = true;
  uint32_t lost_ = 0;
  std::string last_error_;
  bool has_failed_ = false;  // since the last batch without a failure
  Steady::time_point last_success_{};
  std::unique_ptr<WorkerPool> workers_;  // of a blocking stage; last, so that it ends first
};

}  // namespace sluice::flow
