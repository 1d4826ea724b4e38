// Starting and stopping in the order of the data, and changing components under way.
#include "app/running_pipeline.hpp"

#include "app/workbench.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace sluice::app {
namespace {

// A batch may take its stage's whole timeout; this is for what comes after it.
constexpr std::chrono::seconds kAfterTheLastBatch{2};
// After the components have stopped, for the workers that were in them.
constexpr std::chrono::seconds kMoment{1};

// By when everything in flight has ended one way or the other.
Steady::time_point at_rest_by(const config::Pipeline& pipeline) {
  std::chrono::milliseconds longest = pipeline.timeouts.drain;
  for (const auto& stage : pipeline.stages) longest = std::max(longest, stage.timeout);
  return Steady::now() + longest + kAfterTheLastBatch;
}

// At the stage, when it is about one.
config::Finding finding_of(const config::Loaded& loaded, const std::string& stage,
                           const Error& error) {
  config::Finding finding;
  finding.file = loaded.document.file();
  finding.message = error.message;
  if (const auto* spec = loaded.pipeline->stage(stage)) {
    finding.file = spec->node->file();
    finding.at = spec->at;
    finding.path = spec->path();
  }
  return finding;
}

}  // namespace

RunningPipeline::RunningPipeline(const config::Pipeline& pipeline,
                                 const flow::Components::Sources& sources, flow::Doorway& doorway,
                                 std::unique_ptr<flow::Components> components,
                                 const flow::Graph::Environment& environment)
    : sources_(sources),
      doorway_(doorway),
      components_(std::move(components)),
      graph_(pipeline, *components_, environment),
      searcher_(*components_, environment.metrics) {}

Result<void> RunningPipeline::start(const config::Loaded& loaded,
                                    const std::function<bool()>& is_called_off) {
  auto started =
      components_->start(Steady::now() + loaded.pipeline->timeouts.start, nullptr, is_called_off);
  if (!started) {
    const Error& error = started.error();
    return Error{error.fault, finding_of(loaded, components_->failed(), error).text()};
  }
  return graph_.start();
}

void RunningPipeline::open_doorway() {
  doorway_.open(&graph_.intake());
  components_->run_sources();
}

bool RunningPipeline::drain(Steady::time_point deadline) {
  graph_.close();
  doorway_.close();
  components_->drain_sources(deadline);
  return graph_.drain(deadline);
}

std::size_t RunningPipeline::stop(Steady::time_point deadline) {
  components_->stop(deadline);
  std::size_t lost = components_->lost();
  for (const auto& set : left_) lost += set->lost();
  // Calls that were given up are on the graph's workers, but for those of searches and callbacks.
  return std::max(lost, graph_.stop(Steady::now() + kMoment));
}

void RunningPipeline::adopt(const config::Pipeline& pipeline, const config::SearchWiring& search) {
  graph_.adopt(pipeline);
  searcher_.adopt(*components_, search);
}

void RunningPipeline::replace(const config::Loaded& now, const config::Loaded& next,
                              config::Findings& findings) {
  look_in(*next.pipeline);
  auto fresh = std::make_unique<flow::Components>(next, sources_, findings, components_.get());
  if (findings.has_errors()) return look_in(*now.pipeline);
  if (const auto paused = graph_.pause(at_rest_by(*now.pipeline)); paused.ok()) {
    exchange(now, next, std::move(fresh), findings);
  } else {
    graph_.resume(*now.pipeline);
    findings.add(finding_of(next, "", paused.error()));
  }
  if (findings.has_errors()) look_in(*now.pipeline);
}

void RunningPipeline::look_in(const config::Pipeline& pipeline) {
  const auto& plugins = pipeline.plugins;
  sources_.registry.look_in(plugin_path({plugins.path.begin(), plugins.path.end()}),
                            {plugins.pin.begin(), plugins.pin.end()});
}

// Nothing is in flight. A component and its successor may want the same file or the same lock, so
// the old one stops first; sources, which are reached from outside, stop only when the new ones
// have their routes.
void RunningPipeline::exchange(const config::Loaded& now, const config::Loaded& next, Set fresh,
                               config::Findings& findings) {
  using Kind = flow::Components::Kind;
  const auto& timeouts = next.pipeline->timeouts;
  const auto others = components_->left_out_of(*fresh, Kind::kOthers);
  if (!searcher_.leave_out(others, Steady::now() + timeouts.drain)) {
    auto finding = finding_of(next, "",
                              {Fault::kTimeout,
                               "a search under way does not come back, so the stages that it asks "
                               "cannot be stopped; try again later"});
    restore(now, finding.text());
    findings.add(std::move(finding));
    return;
  }
  components_->stop(others, Steady::now() + timeouts.drain);
  if (auto started = fresh->start(Steady::now() + timeouts.start, components_.get()); !started) {
    auto finding = finding_of(next, fresh->failed(), started.error());
    let_go(std::move(fresh));
    restore(now, finding.text());
    findings.add(std::move(finding));
    return;
  }
  components_->stop(components_->left_out_of(*fresh, Kind::kSources),
                    Steady::now() + timeouts.drain);
  take(*next.pipeline, std::move(fresh));
}

// The components that were stopped are made once more.
void RunningPipeline::restore(const config::Loaded& now, const std::string& because) {
  config::Findings findings;
  auto again = std::make_unique<flow::Components>(now, sources_, findings, components_.get());
  if (!findings.has_errors()) {
    const auto started =
        again->start(Steady::now() + now.pipeline->timeouts.start, components_.get());
    if (started.ok()) return take(*now.pipeline, std::move(again));
    findings.add(finding_of(now, again->failed(), started.error()));
    let_go(std::move(again));
  }
  const auto& all = findings.items();
  const auto error = std::find_if(all.begin(), all.end(), [](const config::Finding& finding) {
    return finding.severity == config::Severity::kError;
  });
  graph_.give_up("the pipeline could not be changed (" + because +
                 "), and what ran before did not start again: " + error->text());
}

void RunningPipeline::take(const config::Pipeline& pipeline, Set fresh) {
  graph_.replace(pipeline, *fresh);
  searcher_.adopt(*fresh, fresh->wiring().search);
  let_go(std::exchange(components_, std::move(fresh)));
  graph_.resume(pipeline);
  components_->run_sources();
}

// What somebody is still inside of stays until the process ends.
void RunningPipeline::let_go(Set set) {
  if (set->lost() > 0) left_.push_back(std::move(set));
}

}  // namespace sluice::app
