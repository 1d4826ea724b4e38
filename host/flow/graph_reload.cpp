// Other settings, stages or wiring for a pipeline that runs.
#include "flow/graph.hpp"
#include "flow/policy.hpp"

#include <algorithm>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace sluice::flow {
namespace {

// A page that a stage, or the dedupe component, has seen.
bool has_begun(const Delivery& page) {
  return page.page().is_recovered || page.is_claimed || !page.sinks().empty() || page.failure();
}

}  // namespace

void Graph::adopt(const config::Pipeline& pipeline) {
  budget_.set_limits({pipeline.limits.records, pipeline.limits.bytes});
  emitter_.set_options(emitter_options(pipeline));
  loop_.run([&] {
    meters_.set_mode(std::string(config::text_of(pipeline.mode)));
    for (auto& stage : stages_) {
      stage->runner().set_options(
          runner_options(pipeline, *components_, *components_->find(stage->name())));
    }
    backlog_.set_policy(backlog_policy(pipeline));
  });
}

// Settlements that the dedupe component cannot take right now are no hindrance: their pages begin
// again, which does no harm.
bool Graph::is_at_rest() const {
  return !gate_.is_calling() && settlement_.writing() == 0 && !backlog_.is_reading() &&
         std::all_of(stages_.begin(), stages_.end(),
                     [](const auto& stage) { return stage->runner().is_idle(); });
}

std::string Graph::who_is_busy() const {
  std::string names;
  const auto add = [&](const std::string& name) { names += (names.empty() ? "" : ", ") + name; };
  if (gate_.is_calling()) add(*components_->wiring().dedupe);
  for (const auto& stage : stages_) {
    if (!stage->runner().is_idle()) add(stage->name());
  }
  return names.empty() ? "the journal" : names;
}

Result<void> Graph::pause(Steady::time_point deadline) {
  emitter_.hold_on_disk();
  loop_.run([this] {
    is_paused_ = true;
    gate_.pause();
    backlog_.pause();
    for (auto& stage : stages_) {
      stage->runner().stop_retrying();
      stage->runner().flush_all();
    }
  });
  for (;;) {
    std::string busy;
    loop_.run([&] { busy = is_at_rest() ? "" : who_is_busy(); });
    if (busy.empty()) break;
    if (!may_pause_.load(std::memory_order_relaxed)) {
      return Error{Fault::kUnavailable, "the host is stopping"};
    }
    if (Steady::now() >= deadline) {
      return Error{Fault::kTimeout,
                   "what is in flight did not finish in time, busy: " + busy + "; try again later"};
    }
    std::this_thread::sleep_for(kLookAgain);
  }
  if (finish_control_calls(deadline)) return {};
  return Error{Fault::kTimeout, "a stage did not come back from a call in time; try again later"};
}

void Graph::replace(const config::Pipeline& pipeline, const Components& components) {
  fingerprint_ = components.fingerprint();
  loop_.run([&] {
    take_back_pages();
    components_ = &components;
    // What they have posted to the loop runs before they go.
    auto old = std::make_shared<std::vector<std::unique_ptr<Stage>>>(std::exchange(stages_, {}));
    loop_.post([old] { old->clear(); });
    heads_.clear();
    sinks_.clear();
    build(pipeline);
    gate_.start_over(dedupe_port());
    settlement_.start_over();
    backlog_.set_fingerprint(fingerprint_);
  });
  loop_.run([] {});  // by now they are gone
}

// All pages in memory, also those that wait at the gate: of a document, the older comes first.
void Graph::take_back_pages() {
  Load load;
  for (auto& [page, owned] : pages_) {
    const auto& about = page->page();
    load.records += about.load.records;
    load.bytes += about.load.bytes + page->charged();
    if (about.is_from_disk) backlog_.ended();
    backlog_.put_back({about.seq, std::string(page->group()), page->document_id(), about.load.bytes,
                       about.received_at},
                      has_begun(*page) ? Backlog::Origin::kRecovered : Backlog::Origin::kAccepted);
  }
  pages_.clear();
  budget_.put_back(load);
}

void Graph::resume(const config::Pipeline& pipeline) {
  loop_.run([this] {
    is_paused_ = false;
    gate_.resume();
    for (auto& stage : stages_) stage->runner().resume_retrying();
  });
  adopt(pipeline);
  loop_.run([this] { backlog_.resume(); });
  budget_.serve();
}

}  // namespace sluice::flow
