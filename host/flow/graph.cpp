// Building, starting, draining and stopping the graph.
#include "flow/graph.hpp"

#include "flow/policy.hpp"

#include <malloc.h>
#include <sqlite3.h>

#include <algorithm>
#include <future>
#include <memory>
#include <thread>
#include <utility>

namespace sluice::flow {
namespace {

// Pages of one read when the journal is taken up again; heads are small.
constexpr std::size_t kHeadsAtOnce = 10'000;
constexpr std::chrono::seconds kRatesEvery{2};
// The lease of a claim is the dedupe stage's own setting.
constexpr uint32_t kOwnLease = 0;

// glibc keeps what a burst of pages took, for the next one; a host at rest should not look as if it
// still had them.
void give_back_memory() { malloc_trim(0); }

}  // namespace

Graph::Graph(const config::Pipeline& pipeline, const Components& components,
             Environment environment)
    : components_(&components),
      environment_(environment),
      fingerprint_(components.fingerprint()),
      loop_(environment.clock),
      budget_({pipeline.limits.records, pipeline.limits.bytes}),
      meters_(environment.metrics, std::string(config::text_of(pipeline.mode))),
      emitter_(loop_,
               {environment.stores.commits, environment.stores.journal, environment.stores.ledger},
               budget_, meters_, environment.log, emitter_options(pipeline)),
      gate_(loop_, dedupe_port(), *this, environment.metrics),
      backlog_(loop_, environment.stores.journal, budget_, backlog_policy(pipeline), fingerprint_,
               {[this](Delivery::Page page) { arrived(std::move(page)); },
                [this](Delivery::Page page) { superseded(opened(std::move(page))); },
                [this](journal::Journal::StoredEntry entry) { damaged(std::move(entry)); },
                [this](const std::string& why) {
                  environment_.log.write(observe::Level::kError, "journal",
                                         "pages that wait cannot be read, and are tried again "
                                         "every second: " +
                                             why);
                }}),
      settlement_(loop_, gate_, environment.stores, [this](Delivery& page) { ended(page); }) {
  build(pipeline);
  emitter_.set_arrivals(arrivals());
  budget_.on_room([this](Load room) {
    loop_.post([this, room] {
      backlog_.pump();  // it may be the one that was refused
      tell_room(room);
    });
  });
}

Graph::~Graph() { stop(Steady::now()); }

Emitter::Options Graph::emitter_options(const config::Pipeline& pipeline) const {
  return {std::string(config::text_of(pipeline.mode)), pipeline.mode == config::Mode::kBatch,
          fingerprint_};
}

void Graph::build(const config::Pipeline& pipeline) {
  const config::Wiring& wiring = components_->wiring();
  std::unordered_map<std::string, Stage*> by_name;
  for (const auto& name : wiring.order) {
    auto stage = make_stage(pipeline, name);
    if (stage->is_sink()) sinks_.push_back(stage.get());
    by_name.emplace(name, stage.get());
    stages_.push_back(std::move(stage));
  }
  for (const auto& [from, targets] : wiring.edges) {
    const auto stage = by_name.find(from);
    if (stage == by_name.end()) continue;
    for (const auto& to : targets) stage->second->feeds(*by_name.at(to));
  }
  for (const auto& name : wiring.heads) heads_.push_back(by_name.at(name));
}

std::unique_ptr<Stage> Graph::make_stage(const config::Pipeline& pipeline,
                                         const std::string& name) {
  const auto component = components_->share(name);
  const auto& edges = components_->wiring().edges;
  const auto feeds = edges.find(name);
  const bool is_sink = feeds == edges.end() || feeds->second.empty();
  const char* role = is_sink ? SLUICE_ROLE_SINK : SLUICE_ROLE_TRANSFORM;
  auto stage = std::make_unique<Stage>(
      loop_, Stage::Place{component, component->role<sluice_stage>(role), is_sink, sinks_.size()},
      runner_options(pipeline, *components_, *component), static_cast<Passage&>(*this),
      environment_.metrics);
  stage->runner().set_alarms({[this](const std::string& who, const std::string& why) {
                                raise("stage \"" + who + "\" cannot go on: " + why);
                              },
                              [this](const std::string& who) {
                                raise("stage \"" + who +
                                      "\" does not give its batches back; its workers are lost");
                              }});
  return stage;
}

DedupePort Graph::dedupe_port() const {
  const auto& name = components_->wiring().dedupe;
  if (!name) return {};
  const auto stage = components_->share(*name);
  const auto* table = stage->role<sluice_dedupe>(SLUICE_ROLE_DEDUPE);
  return {
      true, *name, stage->plugin,
      [stage, table](std::span<const sluice_key> keys, uint8_t* answers, sluice_error* err) {
        const plugin::ThreadScope scope(plugin::ThreadTag::kWorker);
        const plugin::Component& component = *stage->component;
        return component.call("claim", [&] {
          return table->claim(component.raw(), keys.data(), static_cast<uint32_t>(keys.size()),
                              kOwnLease, answers, err);
        });
      },
      [stage, table](std::span<const sluice_key> keys, sluice_status verdict, sluice_error* err) {
        const plugin::ThreadScope scope(plugin::ThreadTag::kWorker);
        const plugin::Component& component = *stage->component;
        return component.call("settle", [&] {
          return table->settle(component.raw(), keys.data(), static_cast<uint32_t>(keys.size()),
                               verdict, err);
        });
      }};
}

Arrivals Graph::arrivals() {
  return {[this](Accepted accepted) {
            // Shared, as a std::function must be copyable and pages are not.
            auto shared = std::make_shared<Accepted>(std::move(accepted));
            loop_.post([this, shared] {
              for (auto& page : shared->in_memory) arrived(std::move(page));
              has_worked_ = has_worked_ || !shared->on_disk.empty();
              for (const auto& head : shared->on_disk) {
                backlog_.add(head, Backlog::Origin::kAccepted);
              }
              for (const auto& group : shared->closed) {
                backlog_.close(group);
                for (auto* head : heads_) head->runner().flush(group);
              }
            });
          },
          [this](const std::string& source, uint64_t cookie) {
            tell_source(source, cookie, SLUICE_DROPPED, {});
          },
          [this](const std::string& source) {
            environment_.log.write(observe::Level::kInfo, source, "has no more input");
          }};
}

Result<void> Graph::start() {
  is_started_ = true;
  loop_.start();
  std::size_t open = 0;
  for (int64_t after = 0;;) {
    auto heads = environment_.stores.journal.heads(after, kHeadsAtOnce);
    if (!heads) return std::move(heads).error();
    if (heads->empty()) break;
    after = heads->back().seq;
    open += heads->size();
    std::vector<std::string> closed;
    for (const auto& head : *heads) {
      if (std::find(closed.begin(), closed.end(), head.group) != closed.end()) continue;
      const auto crawl = environment_.stores.ledger.find(head.group);
      if (crawl && crawl->has_value() && (*crawl)->closed_at) closed.push_back(head.group);
    }
    loop_.post([this, closed = std::move(closed), page = std::move(*heads)] {
      for (const auto& group : closed) backlog_.close(group);
      for (const auto& head : page) backlog_.add(head, Backlog::Origin::kRecovered);
    });
  }
  if (open > 0) {
    environment_.log.write(observe::Level::kInfo, "journal", "taking up the pages of the last run",
                           {{"pages", open}});
  }
  loop_.post([this] { watch_rates(); });
  return {};
}

void Graph::watch_rates() {
  const auto now = loop_.now();
  for (auto& stage : stages_) stage->meters().look(now);
  if (auto* dedupe = gate_.meters()) dedupe->look(now);
  for (const auto& source : components_->wiring().sources) {
    sources_[source].look(meters_.received_from(source), kRatesEvery);
  }
  if (!emitter_.is_writable()) emitter_.look_for_room();
  // Not between two pages: a whole interval without any comes first. Nor when components are about
  // to be stopped: drain flushes them, and waits for that.
  if (std::exchange(has_worked_, false)) {
    is_rest_due_ = true;
  } else if (pages_.empty() && !is_paused_ && !is_draining_ && std::exchange(is_rest_due_, false)) {
    rest();
  }
  loop_.after(kRatesEvery, [this] { watch_rates(); });
}

// Nothing is under way: stages write out what they hold, and memory goes back.
void Graph::rest() {
  flush_components();
  environment_.stores.commits.submit(
      [](SQLite::Database& database) { sqlite3_db_release_memory(database.getHandle()); },
      [this](const Result<void>& /*either way*/) { control_.post([] { give_back_memory(); }); },
      journal::Told::kCommitted);
}

// On the thread of control_. Not of components that never started.
void Graph::flush_components() {
  if (!is_started_) return;
  for (auto& stage : stages_) {
    control_.post([&stage] { stage->flush_component(); });
  }
}

bool Graph::is_quiet() const {
  // What waits at the gate has not begun: it stays in the journal.
  return !gate_.is_busy() && settlement_.under_way() == 0 &&
         std::all_of(stages_.begin(), stages_.end(),
                     [](const auto& stage) { return stage->runner().is_idle(); });
}

bool Graph::drain(Steady::time_point deadline) {
  loop_.run([this] {
    is_draining_ = true;
    gate_.pause();
    backlog_.pause();
    for (auto& stage : stages_) {
      stage->runner().stop_retrying();
      stage->runner().flush_all();
    }
  });
  flush_components();
  bool is_done = false;
  for (;;) {
    loop_.run([&] { is_done = is_quiet(); });
    if (is_done || Steady::now() >= deadline) break;
    std::this_thread::sleep_for(kLookAgain);
  }
  // What sources are told of the last pages was posted before that. Calls that have returned are
  // heard of even when the time is up.
  return finish_control_calls(std::max(deadline, Steady::now() + kLastWord)) && is_done;
}

// The calls into components that were posted before have returned; false: not all of them by then.
bool Graph::finish_control_calls(Steady::time_point deadline) {
  const auto done = std::make_shared<std::promise<void>>();  // a call may outlast the deadline
  const auto finished = done->get_future();
  control_.post([done] { done->set_value(); });
  return finished.wait_until(deadline) == std::future_status::ready;
}

std::size_t Graph::stop(Steady::time_point deadline) {
  // One that is idle needs a moment to end, also when others have used the time up.
  const auto by = [&] { return std::max(deadline, Steady::now() + kLastWord); };
  std::size_t lost = gate_.stop_workers(by());
  for (auto& stage : stages_) lost += stage->runner().stop_workers(by());
  lost += control_.stop_by(by());
  loop_.stop();
  return lost;
}

PipelineView Graph::view() {
  PipelineView view;
  loop_.run([&] {
    const auto& wiring = components_->wiring();
    for (const auto& name : wiring.sources) {
      const StageComponent& source = *components_->find(name);
      // Nothing waits in front of a source, and it has no batches.
      view.stages.push_back({.name = name,
                             .plugin = source.plugin,
                             .records_per_second = sources_[name].per_second(),
                             .trouble = source.instance->trouble().reason()});
    }
    if (wiring.dedupe) view.stages.push_back(view_of_dedupe(*components_->find(*wiring.dedupe)));
    for (const auto& stage : stages_) view.stages.push_back(view_of(*stage));
    view.pages_in_memory = pages_.size();
    view.bytes_in_memory = budget_.used().bytes;
    view.pages_held = backlog_.held();
    view.pages_on_disk = backlog_.waiting();
    view.is_writable = emitter_.is_writable();
    view.is_draining = is_draining_;
  });
  return view;
}

StageView Graph::view_of(const Stage& stage) const {
  const Runner& runner = stage.runner();
  StageView one{stage.name(),
                stage.plugin(),
                runner.waiting(),
                runner.in_flight(),
                runner.retrying(),
                stage.meters().records_per_second(),
                stage.meters().utilization(),
                stage.trouble().reason()};
  if (runner.is_circuit_open()) {
    one.trouble = "does not give its batches back";
  } else if (runner.is_in_trouble()) {
    one.trouble = runner.last_error();
  }
  return one;
}

StageView Graph::view_of_dedupe(const StageComponent& component) {
  const StageMeters& meters = *gate_.meters();
  StageView one{component.name,       component.plugin,  gate_.waiting(),
                gate_.in_flight(),    gate_.retrying(),  meters.records_per_second(),
                meters.utilization(), gate_.last_error()};
  if (one.trouble.empty()) one.trouble = component.instance->trouble().reason();
  return one;
}

void Graph::raise(const std::string& why) {
  environment_.log.write(observe::Level::kError, "flow", why);
  if (alarm_) std::exchange(alarm_, nullptr)(why);
}

}  // namespace sluice::flow
