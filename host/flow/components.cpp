// From stages of a file to running components.
#include "flow/components.hpp"

#include "services/config.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace sluice::flow {
namespace {

// What has nothing left to do is given a moment to say so, also when others have used the time up.
constexpr std::chrono::seconds kMoment{1};

config::PluginFacts facts_of(const StageComponent& stage) {
  config::PluginFacts facts;
  const sluice_descriptor& descriptor = stage.component->descriptor();
  facts.id = descriptor.id;
  for (const char* const* role = descriptor.roles; role && *role; ++role)
    facts.roles.emplace_back(*role);
  facts.config_schema = descriptor.config_schema;
  const auto* work = stage.role<sluice_stage>(SLUICE_ROLE_TRANSFORM);
  if (!work) work = stage.role<sluice_stage>(SLUICE_ROLE_SINK);
  if (work) {
    facts.reentrant = (work->flags & SLUICE_STAGE_REENTRANT) != 0;
    facts.idempotent = (work->flags & SLUICE_STAGE_IDEMPOTENT) != 0;
    facts.nonblocking = (work->flags & SLUICE_STAGE_NONBLOCKING) != 0;
  }
  if (const auto* search = stage.role<sluice_search>(SLUICE_ROLE_SEARCH)) {
    facts.search_wants_vector = (search->flags & SLUICE_SEARCH_WANTS_VECTOR) != 0;
  }
  return facts;
}

void add_plugin_finding(const config::Loaded& loaded, const config::StageSpec& spec,
                        std::string message, config::Findings& findings) {
  config::Finding finding;
  finding.file = loaded.document.file();
  finding.at = spec.at;
  finding.path = spec.path() + ".plugin";
  if (spec.node) {
    if (const auto* value = spec.node->find("plugin")) finding.at = value->at();
  }
  finding.message = std::move(message);
  findings.add(std::move(finding));
}

}  // namespace

Components::Components(const config::Loaded& loaded, const Sources& sources,
                       config::Findings& findings) {
  create(loaded, sources, findings);
  std::map<std::string, config::PluginFacts, std::less<>> facts;
  for (const auto& stage : all_) facts.emplace(stage->name, facts_of(*stage));
  wiring_ = config::check_wiring(
      *loaded.pipeline, loaded.document,
      [&](const config::StageSpec& spec) -> const config::PluginFacts* {
        const auto it = facts.find(spec.name);
        return it == facts.end() ? nullptr : &it->second;
      },
      findings);
  if (findings.has_errors()) return;
  configure(*loaded.pipeline, findings);
  order();
}

Components::~Components() {
  while (!all_.empty()) all_.pop_back();
}

void Components::create(const config::Loaded& loaded, const Sources& sources,
                        config::Findings& findings) {
  for (const auto& spec : loaded.pipeline->stages) {
    if (spec.plugin.empty()) continue;  // has its finding already
    auto image = sources.registry.find(spec.plugin);
    if (!image) {
      add_plugin_finding(loaded, spec, image.error().message, findings);
      continue;
    }
    auto stage = std::make_unique<StageComponent>();
    stage->name = spec.name;
    stage->plugin = spec.plugin;
    stage->image = *image;
    const sluice_descriptor& descriptor = *stage->image->descriptors().front();
    const plugin::Callee callee(descriptor.id, descriptor.version, spec.name);
    stage->instance = std::make_unique<services::Instance>(sources.shared, callee);
    bool is_source = false;
    for (const char* const* role = descriptor.roles; role && *role; ++role) {
      is_source = is_source || std::string_view(*role) == SLUICE_ROLE_SOURCE;
    }
    if (is_source) stage->instance->set_intake(&sources.intake);
    auto component = plugin::Component::create(descriptor, stage->instance->handle(), callee,
                                               sources.shared.faults);
    if (!component) {
      add_plugin_finding(loaded, spec, component.error().message, findings);
      continue;
    }
    stage->component = std::move(*component);
    all_.push_back(std::move(stage));
  }
}

void Components::configure(const config::Pipeline& pipeline, config::Findings& findings) {
  for (const auto& stage : all_) {
    const config::StageSpec& spec = *pipeline.stage(stage->name);
    std::map<std::string, const plugin::Component*, std::less<>> peers;
    for (const auto& used : spec.uses) peers.emplace(used, find(used)->component.get());
    if (const auto* embedder = embedder_before(stage->name)) {
      peers.emplace("", embedder->component.get());
    }
    stage->instance->set_peers(std::move(peers));
    stage->config = wiring_.configs.at(stage->name);
    const sluice_config settings(stage->config.canonical);
    if (const auto error = stage->component->configure(&settings)) {
      findings.add(config::config_finding(spec, error->pointer, error->message));
    }
    stage->instance->close_metrics();
  }
}

// The nearest stage on the way to this one that makes vectors.
const StageComponent* Components::embedder_before(const std::string& name) const {
  for (const auto& [from, targets] : wiring_.edges) {
    if (std::find(targets.begin(), targets.end(), name) == targets.end()) continue;
    const StageComponent* stage = find(from);
    if (stage->component->lists_role(SLUICE_ROLE_EMBED)) return stage;
    if (const auto* before = embedder_before(from)) return before;
  }
  return nullptr;
}

// Whoever is used starts before its user, sinks before what feeds them, sources last.
void Components::order() {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const auto& stage : all_) {
    for (const auto& [used, component] : stage->instance->peers()) {
      if (!used.empty()) add(used);
    }
    if (const auto* embedder = embedder_before(stage->name)) add(embedder->name);
  }
  for (auto it = wiring_.order.rbegin(); it != wiring_.order.rend(); ++it) add(*it);
  if (wiring_.dedupe) add(*wiring_.dedupe);
  for (const auto& stage : all_) {
    const bool is_source = std::find(wiring_.sources.begin(), wiring_.sources.end(), stage->name) !=
                           wiring_.sources.end();
    if (!is_source) add(stage->name);
  }
  for (const auto& source : wiring_.sources) add(source);
  for (const auto& name : names) start_order_.push_back(const_cast<StageComponent*>(find(name)));
}

const StageComponent* Components::find(std::string_view name) const {
  const auto it = std::find_if(all_.begin(), all_.end(),
                               [&](const auto& stage) { return stage->name == name; });
  return it == all_.end() ? nullptr : it->get();
}

Result<void> Components::start(Steady::time_point deadline) {
  for (auto* stage : start_order_) {
    const plugin::ThreadScope scope(plugin::ThreadTag::kControl);
    auto started = stage->component->start(deadline);
    if (started) started = stage->instance->open_routes();
    if (!started) {
      auto error = std::move(started).error().in("stage \"" + stage->name + "\"");
      stop(deadline);
      return error;
    }
  }
  return {};
}

void Components::run_sources() {
  for (const auto& name : wiring_.sources) {
    const StageComponent* source = find(name);
    const auto* table = source->role<sluice_source>(SLUICE_ROLE_SOURCE);
    if (!SLUICE_HAS_FN(table, run)) continue;
    source_threads_.push_back(std::make_unique<WorkerPool>(name, 1));
    source_threads_.back()->post([source, table] {
      const plugin::ThreadScope scope(plugin::ThreadTag::kWorker);
      sluice_error err = plugin::fresh_error();
      const sluice_status status = source->component->call(
          "run", [&] { return table->run(source->component->raw(), &err); });
      if (status == SLUICE_OK || status == SLUICE_E_STOPPING) return;
      source->instance->shared().log.write(observe::Level::kError, source->name,
                                           plugin::sentence_of(status, err));
    });
  }
}

void Components::drain_sources(Steady::time_point deadline) {
  const plugin::ThreadScope scope(plugin::ThreadTag::kControl);
  for (const auto& name : wiring_.sources) {
    const StageComponent* source = find(name);
    if (source->component->state() == plugin::Component::State::kStarted) {
      if (auto drained = source->component->drain(deadline); !drained) {
        source->instance->shared().log.write(observe::Level::kWarn, name, drained.error().message);
      }
    }
  }
  for (const auto& thread : source_threads_) thread->stop_by(deadline);
}

void Components::stop(Steady::time_point given) {
  const auto deadline = std::max(given, Steady::now() + kMoment);
  const plugin::ThreadScope scope(plugin::ThreadTag::kControl);
  for (auto it = start_order_.rbegin(); it != start_order_.rend(); ++it) {
    StageComponent& stage = **it;
    stage.instance->close_routes();
    if (stage.component->state() == plugin::Component::State::kStarted) {
      if (auto drained = stage.component->drain(deadline); !drained) {
        stage.instance->shared().log.write(observe::Level::kWarn, stage.name,
                                           drained.error().message);
      }
    }
    stage.instance->quiet();
    stage.component->stop();
    if (!stage.instance->is_settled()) {
      stage.instance->shared().faults.report(
          stage.instance->callee(), "leak",
          "it stopped while still holding buffers, records or batches");
    }
  }
}

}  // namespace sluice::flow
