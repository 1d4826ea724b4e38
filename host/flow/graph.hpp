// Graph: the running pipeline. It builds the stations from a pipeline file's wiring and moves each
// page through them: gate, inlets and runners of the stages, fan-out, delivery, TRIM, settlement.
#pragma once

#include "config/pipeline.hpp"
#include "config/wiring.hpp"
#include "flow/backlog.hpp"
#include "flow/budget.hpp"
#include "flow/components.hpp"
#include "flow/delivery.hpp"
#include "flow/emitter.hpp"
#include "flow/gate.hpp"
#include "flow/loop.hpp"
#include "flow/meters.hpp"
#include "flow/runner.hpp"
#include "flow/settlement.hpp"
#include "flow/stage.hpp"
#include "observe/log.hpp"
#include "observe/metrics.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace sluice::flow {

// What somebody who looks at the running pipeline sees of one stage.
struct StageView {
  std::string name;
  std::string plugin;
  std::size_t waiting = 0;    // records in front of it
  std::size_t in_flight = 0;  // batches
  std::size_t retrying = 0;   // records that wait for another chance
  double records_per_second = 0;
  double utilization = 0;
  std::string trouble;  // empty: healthy
};
struct PipelineView {
  std::vector<StageView> stages;
  std::size_t pages_in_memory = 0;
  uint64_t bytes_in_memory = 0;
  std::size_t pages_held = 0;     // until their crawl closes
  std::size_t pages_on_disk = 0;  // accepted, not in memory; held ones too
  bool is_writable = true;        // the journal takes pages
  bool is_draining = false;
};

// Owned by the app; outlived by everything it is given. Public members from any thread but the
// loop, unless they say otherwise.
class Graph final : private GateKeeper, private Passage {
 public:
  struct Environment {
    const observe::Log& log;
    observe::Metrics& metrics;
    const Clock& clock;
    Settlement::Stores stores;
  };
  Graph(const config::Pipeline& pipeline, const Components& components, Environment environment);
  ~Graph() override;
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  // What sources push into.
  services::Intake& intake() { return emitter_; }

  // Starts the loop and takes up the pages that the last run left open. The components are running.
  Result<void> start();
  // The same stages and wiring under what else `pipeline` says: mode, limits, and of each stage
  // batches, concurrency, time and retries. Pages stay where they are and move under it.
  void adopt(const config::Pipeline& pipeline);

  // For other stages or another wiring, in this order. [control]
  // Brings the stages to rest: what is in flight finishes until `deadline`, nothing new begins.
  // Pages are still accepted, on disk. On an Error, which says who is busy, the pipeline goes on.
  Result<void> pause(Steady::time_point deadline);
  // A pause under way, and every later one, gives up at once: the host is to stop. Any thread.
  void give_up_pausing() { may_pause_.store(false, std::memory_order_relaxed); }
  // Takes the stages of `components` in place of its own; pages that were not done begin again with
  // them. The old components are not called any more when it returns.
  void replace(const config::Pipeline& pipeline, const Components& components);
  void resume(const config::Pipeline& pipeline);

  // From now on sources hear SLUICE_E_STOPPING.
  void close() { emitter_.stop(); }
  // After close: partial batches leave, what is in flight finishes until `deadline`. The rest
  // stays in the journal. True when nothing was left in flight.
  bool drain(Steady::time_point deadline);
  // After the components were stopped: ends workers and loop. How many threads never came back.
  std::size_t stop(Steady::time_point deadline);

  PipelineView view();
  enum class OpenBy : uint8_t { kContentId, kCrawl };
  struct OpenPages {
    content::StoredPages pages;
    std::int64_t archived = 0;  // the archive's pages up to this number are all others
  };
  // Pages in memory without an outcome on disk, as the archive would show them, newest first. Sinks
  // may show a page a while before it is among the archive's.
  OpenPages open_pages(OpenBy by, const std::string& key, content::Archive::Window window);
  // A stage says that the pipeline cannot go on, or keeps its workers for good: `call` runs once,
  // on the loop.
  void on_alarm(std::function<void(const std::string& why)> call) { alarm_ = std::move(call); }
  // Whoever changes its components says that it cannot go on.
  void give_up(const std::string& why) {
    loop_.post([this, why] { raise(why); });
  }

 private:
  // Draining or pausing, how often it is asked whether everything has come to rest.
  static constexpr std::chrono::milliseconds kLookAgain{5};
  // Past the deadline of a drain, for calls into components that return just then.
  static constexpr std::chrono::milliseconds kLastWord{100};

  void build(const config::Pipeline& pipeline);
  std::unique_ptr<Stage> make_stage(const config::Pipeline& pipeline, const std::string& name);
  Emitter::Options emitter_options(const config::Pipeline& pipeline) const;
  std::string who_is_busy() const;
  bool is_at_rest() const;
  void take_back_pages();
  bool finish_control_calls(Steady::time_point deadline);
  DedupePort dedupe_port() const;
  Arrivals arrivals();
  void watch_rates();
  StageView view_of(const Stage& stage) const;
  StageView view_of_dedupe(const StageComponent& component);
  void rest();
  void flush_components();

  Delivery& opened(Delivery::Page page);
  void arrived(Delivery::Page page) { gate_.enter(opened(std::move(page))); }
  void admitted(Delivery& page) override;
  void known(Delivery& page, uint8_t answer) override;
  void superseded(Delivery& page) override;
  void damaged(journal::Journal::StoredEntry entry);
  void reached_sink(Delivery& page, std::size_t sink, const data::Record& record) override;
  void charged(Delivery& page, uint64_t bytes) override;
  void closed(Delivery& page) override;
  void trim(Delivery& page);
  void conclude(Delivery& page, crawls::Outcome outcome);
  services::PageReport report_of(const Delivery& page) const;
  void ended(Delivery& page);
  void tell_source(const std::string& source, uint64_t cookie, sluice_status verdict,
                   std::string why);
  void tell_room(Load room);
  bool is_quiet() const;
  void raise(const std::string& why);

  const Components* components_;  // changes on the loop, in replace
  const Environment environment_;
  std::string fingerprint_;  // of its stages; [control]
  Loop loop_;
  Budget budget_;
  PageMeters meters_;
  Emitter emitter_;
  Gate gate_;
  Backlog backlog_;
  Settlement settlement_;
  std::vector<std::unique_ptr<Stage>>
      stages_;  // transforms and sinks, none before one that feeds it
  std::vector<Stage*> heads_;
  std::vector<Stage*> sinks_;  // by sink number
  std::unordered_map<Delivery*, std::unique_ptr<Delivery>> pages_;
  std::function<void(const std::string&)> alarm_;
  bool is_started_ = false;  // before the loop's thread is, constant afterwards
  bool is_draining_ = false;
  bool is_paused_ = false;
  // Relaxed: whoever pauses only has to see it soon.
  std::atomic<bool> may_pause_{true};
  std::map<std::string, Pace> sources_;  // by stage
  bool has_worked_ = false;              // a page came since the last look
  bool is_rest_due_ = false;             // pages have come since the last rest
  WorkerPool control_{"control", 1};     // sources hear of their pages here, one call at a time
};

}  // namespace sluice::flow
