// Gate: de-duplication before the work, and its conclusion after it. Pages of one document pass one
// at a time, or the chunks of two versions would mix, and an older one never after a newer one.
#pragma once

#include "base/worker_pool.hpp"
#include "flow/delivery.hpp"
#include "flow/loop.hpp"
#include "flow/meters.hpp"
#include "flow/retry.hpp"

#include <sluice/abi/roles.h>

#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace sluice::flow {

// The dedupe component, behind the guard of plugin::call; both may block. `is_present` false: a
// flow without one, where every page is new.
struct DedupePort {
  bool is_present = false;
  std::string stage;
  std::string plugin;  // as the pipeline file calls it
  std::function<sluice_status(std::span<const sluice_key>, uint8_t* answers, sluice_error*)> claim;
  std::function<sluice_status(std::span<const sluice_key>, sluice_status verdict, sluice_error*)>
      settle;
};

// What the gate says of a page. Called on the loop.
class GateKeeper {
 public:
  virtual ~GateKeeper() = default;
  virtual void admitted(Delivery& page) = 0;
  // The dedupe component knows it: SLUICE_KEY_SAME or SLUICE_KEY_UNCHANGED. The lock on its
  // document is held until `leave`.
  virtual void known(Delivery& page, uint8_t answer) = 0;
  // A newer version of its document is in the sinks. It was never inside, so it does not leave.
  virtual void superseded(Delivery& page) = 0;
};

// Owned by the graph; the loop's thread, but for the calls into the component, which run on two
// workers of its own: one claims, one settles, so that a slow claim never delays the end of a page.
class Gate {
 public:
  Gate(Loop& loop, DedupePort dedupe, GateKeeper& keeper, observe::Metrics& metrics);

  void enter(Delivery& page);

  // Tells the dedupe component what became of a page it has claimed; `then` runs on the loop once
  // it knows. A dedupe service that is down is asked again until the gate stops.
  void settle(Delivery& page, sluice_status verdict, std::function<void()> then);
  // Lets the next page of the same document in. After settle. `in_sinks` is the version that they
  // hold from now on, 0: as before.
  void leave(const std::string& document_id, int64_t in_sinks);

  // Nobody is admitted until resume: what waits here has not begun.
  void pause() { is_paused_ = true; }
  void resume();
  // Forgets every page, and the settlements that the component has not taken: their pages are
  // somebody else's now. From now on `dedupe` is asked. Only while paused and not is_calling.
  void start_over(DedupePort dedupe);
  // Lets go of workers that the component has not given back by `deadline`. After it was stopped.
  std::size_t stop_workers(Steady::time_point deadline) {
    return claims_.stop_by(deadline) + settles_.stop_by(deadline);
  }
  // The component is at work on a claim or a settlement, or a settlement has yet to reach it.
  bool is_busy() const { return is_calling() || !settling_.empty(); }
  bool is_calling() const { return is_claim_running_ || is_settle_running_; }
  // Its numbers are those of a stage whose batches are claims; no dedupe component: none.
  std::size_t waiting() const { return queue_.size(); }
  std::size_t in_flight() const { return is_claim_running_ ? 1 : 0; }
  // Pages that are asked about again: somebody else holds them, or the component failed.
  std::size_t retrying() const { return busy_ + (is_claim_running_ ? 0 : claiming_.size()); }
  StageMeters* meters() { return meters_ ? &*meters_ : nullptr; }
  const std::string& last_error() const { return last_error_; }  // empty while all is well

 private:
  struct Settlement {
    Digest digest{};
    std::string scope;
    std::string id;
    sluice_status verdict = SLUICE_OK;
    std::function<void()> then;
  };
  using Pages = std::vector<Delivery*>;
  struct Waiting {
    Delivery* page = nullptr;
    Steady::time_point since;
  };

  void make_meters();
  void line_up(Delivery& page) { queue_.push_back({&page, loop_.now()}); }
  void admit_all();
  Steady::time_point take_claims();
  void claim(Steady::time_point oldest);
  void pump();
  void claimed(const Pages& pages, const std::vector<uint8_t>& answers);
  void claim_failed(const Pages& pages, const sluice_error& err);
  void pump_settle();
  void settled(std::vector<Settlement> done, sluice_status status, const std::string& why);
  void again(Steady::duration delay, std::function<void()> work);

  Loop& loop_;
  DedupePort dedupe_;  // read by the workers; changes only while neither calls
  GateKeeper& keeper_;
  observe::Metrics& metrics_;
  std::optional<StageMeters> meters_;
  std::deque<Waiting> queue_;
  Pages claiming_;  // with the component right now
  // Documents that have a page inside, and the pages that wait behind it, by version.
  std::unordered_map<std::string, std::deque<Delivery*>> documents_;
  std::deque<Settlement> settling_;
  bool is_claim_running_ = false;
  bool is_settle_running_ = false;
  bool is_paused_ = false;
  uint64_t beginning_ =
      0;  // counts start_over: what was to happen later for the pages before it is off
  std::size_t busy_ = 0;  // pages that somebody else holds
  uint32_t outages_ = 0;
  std::string last_error_;
  std::mt19937_64 random_{std::random_device{}()};
  WorkerPool claims_;
  WorkerPool settles_;
};

}  // namespace sluice::flow
