// Reading beside, comparing, taking up.
#include "app/reloader.hpp"

#include "app/checked.hpp"
#include "app/workbench.hpp"

#include <algorithm>
#include <utility>

namespace sluice::app {
namespace {

constexpr const char* kReloads = "sluice_reloads_total";
constexpr const char* kReloadsHelp = "Reloads by how they ended";
constexpr const char* kGeneration = "sluice_pipeline_generation";
constexpr const char* kGenerationHelp = "Counts up with every reload that took effect";

api::Reloaded stopping() {
  api::Reloaded refused{.is_refused = true};
  config::Finding finding;
  finding.message = "the host is stopping; it reads the file when it starts again";
  refused.findings.add(std::move(finding));
  return refused;
}

}  // namespace

Reloader::Reloader(File file, std::shared_ptr<const config::Loaded> current, const Running& running,
                   const observe::Log& log, observe::Metrics& metrics)
    : file_(std::move(file)),
      running_(running),
      log_(log),
      metrics_(metrics),
      current_(std::move(current)) {
  metrics_.gauge(kGeneration, kGenerationHelp).set(1);
  for (const char* result : {"reloaded", "unchanged", "refused"}) {
    metrics_.counter(kReloads, kReloadsHelp, {{"result", result}}).add(0);
  }
}

std::shared_ptr<const config::Loaded> Reloader::current() const {
  const std::scoped_lock lock(mutex_);
  return current_;
}

std::shared_ptr<const config::Pipeline> Reloader::pipeline() const {
  auto loaded = current();
  const config::Pipeline* pipeline = &*loaded->pipeline;
  return {std::move(loaded), pipeline};
}

uint64_t Reloader::generation() const {
  const std::scoped_lock lock(mutex_);
  return generation_;
}

api::Reloaded Reloader::reload(api::Reload how) {
  const std::scoped_lock lock(one_at_a_time_);
  api::Reloaded reloaded = is_closed_ ? stopping() : read_and_take_up(how);
  reloaded.generation = generation();
  if (how == api::Reload::kApply) tell(reloaded);
  return reloaded;
}

void Reloader::close() {
  running_.pipeline.graph().give_up_pausing();
  const std::scoped_lock lock(one_at_a_time_);
  is_closed_ = true;
}

// The new file is read, and its components are made and configured, beside the running ones: what
// is wrong shows before anything changes.
api::Reloaded Reloader::read_and_take_up(api::Reload how) {
  auto next = std::make_shared<config::Loaded>(
      config::load_pipeline(file_.path, {.overrides = file_.overrides}));
  if (!next->pipeline) return {.is_refused = true, .findings = std::move(next->findings)};
  Workbench bench(offline(*next->pipeline));
  const auto candidate = checked(*next, bench);
  if (next->findings.has_errors()) {
    return {.is_refused = true, .findings = std::move(next->findings)};
  }
  const auto changes =
      changes_between(*current(), running_.pipeline.components(), *next, *candidate);
  auto refused = refusals(changes, *next);
  if (refused.has_errors()) return {.is_refused = true, .findings = std::move(refused)};
  if (how == api::Reload::kApply && !changes.empty()) take_up(next, *candidate, changes);
  if (next->findings.has_errors()) {
    return {.is_refused = true, .findings = std::move(next->findings)};
  }
  api::Reloaded reloaded;
  for (const Change& change : changes) reloaded.changes.push_back(change.text);
  return reloaded;
}

void Reloader::take_up(const std::shared_ptr<config::Loaded>& next,
                       const flow::Components& candidate, const std::vector<Change>& changes) {
  const bool is_rebuilt = std::any_of(changes.begin(), changes.end(), [](const Change& change) {
    return change.effect == Change::Effect::kRebuilt;
  });
  if (is_rebuilt) {
    running_.pipeline.replace(*current(), *next, next->findings);
    if (next->findings.has_errors()) return;
  } else {
    running_.pipeline.adopt(*next->pipeline, candidate.wiring().search);
  }
  running_.access.adopt(next->pipeline->api);
  running_.meters.watch_stages(*next->pipeline);
  const std::scoped_lock lock(mutex_);
  current_ = next;
  metrics_.gauge(kGeneration, kGenerationHelp).set(static_cast<double>(++generation_));
}

void Reloader::tell(const api::Reloaded& reloaded) const {
  const char* result = reloaded.is_refused        ? "refused"
                       : reloaded.changes.empty() ? "unchanged"
                                                  : "reloaded";
  metrics_.counter(kReloads, kReloadsHelp, {{"result", result}}).add();
  for (const auto& finding : reloaded.findings.items()) {
    log_.write(observe::Level::kError, "reload", finding.text());
  }
  for (const auto& change : reloaded.changes) {
    log_.write(observe::Level::kInfo, "reload", change);
  }
  log_.write(observe::Level::kInfo, "reload", result, {{"generation", reloaded.generation}});
}

}  // namespace sluice::app
