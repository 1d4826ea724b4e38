// From stages of a file to running components.
#include "flow/components.hpp"

#include "flow/digest.hpp"
#include "services/config.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
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

bool is_started(const StageComponent& stage) {
  return stage.component->state() == plugin::Component::State::kStarted;
}

void add_plugin_finding(const config::Loaded& loaded, const config::StageSpec& spec,
                        std::string message, config::Findings& findings) {
  config::Finding finding;
  finding.file = loaded.document.file();
  finding.at = spec.at;
  finding.path = spec.path() + ".plugin";
  if (spec.node) {
    if (const auto* value = spec.node->get("plugin")) finding.at = value->at();
  }
  finding.message = std::move(message);
  findings.add(std::move(finding));
}

using Names = std::set<std::string, std::less<>>;

// The stages with settings that their schemas refuse; nothing if anything else is wrong as well,
// which may be about any stage.
std::optional<Names> refused_by_schema(const config::Pipeline& pipeline,
                                       const config::Findings& findings) {
  Names names;
  if (findings.is_full()) return std::nullopt;
  for (const auto& finding : findings.items()) {
    if (finding.severity == config::Severity::kWarning) continue;
    const auto stage = std::find_if(
        pipeline.stages.begin(), pipeline.stages.end(), [&](const config::StageSpec& spec) {
          const std::string base = spec.path() + ".config";
          const std::string_view path = finding.path;
          return path.starts_with(base) && (path.size() == base.size() ||
                                            path[base.size()] == '.' || path[base.size()] == '[');
        });
    if (stage == pipeline.stages.end()) return std::nullopt;
    names.insert(stage->name);
  }
  return names;
}

}  // namespace

Components::Components(const config::Loaded& loaded, const Sources& sources,
                       config::Findings& findings, const Components* running) {
  create(loaded, sources, running, findings);
  std::map<std::string, config::PluginFacts, std::less<>> facts;
  for (const auto& stage : all_) facts.emplace(stage->name, facts_of(*stage));
  wiring_ = config::check_wiring(
      *loaded.pipeline, loaded.document,
      [&](const config::StageSpec& spec) -> const config::PluginFacts* {
        const auto it = facts.find(spec.name);
        return it == facts.end() ? nullptr : &it->second;
      },
      findings);
  if (running && !findings.has_errors()) renew_changed(loaded, sources, findings);
  if (running && findings.has_errors()) return;
  configure(*loaded.pipeline, findings);
  if (!findings.has_errors()) order();
}

Components::~Components() {
  while (!all_.empty()) all_.pop_back();
}

void Components::create(const config::Loaded& loaded, const Sources& sources,
                        const Components* running, config::Findings& findings) {
  for (const auto& spec : loaded.pipeline->stages) {
    if (spec.plugin.empty()) continue;  // has its finding already
    auto stage = running ? running->same(spec) : nullptr;
    // One that was stopped to make room comes back as it was, whatever its file is by now.
    auto image = stage && !is_started(*stage) ? stage->image : sources.registry.find(spec.plugin);
    if (!image) {
      add_plugin_finding(loaded, spec, image.error().message, findings);
      continue;
    }
    const bool is_kept =
        stage && is_started(*stage) && stage->image->sha256() == (*image)->sha256();
    if (!is_kept) stage = make(loaded, spec, std::move(*image), sources, findings);
    if (stage) all_.push_back(std::move(stage));
  }
}

std::shared_ptr<StageComponent> Components::same(const config::StageSpec& spec) const {
  const auto it = std::find_if(all_.begin(), all_.end(), [&](const auto& stage) {
    return stage->name == spec.name && stage->plugin == spec.plugin;
  });
  return it == all_.end() ? nullptr : *it;
}

std::shared_ptr<StageComponent> Components::make(const config::Loaded& loaded,
                                                 const config::StageSpec& spec,
                                                 std::shared_ptr<const plugin::Image> image,
                                                 const Sources& sources,
                                                 config::Findings& findings) {
  auto stage = std::make_shared<StageComponent>();
  stage->name = spec.name;
  stage->plugin = spec.plugin;
  stage->image = std::move(image);
  const sluice_descriptor& descriptor = *stage->image->descriptors().front();
  const plugin::Callee callee(descriptor.id, descriptor.version, spec.name, spec.plugin);
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
    return nullptr;
  }
  stage->component = std::move(*component);
  return stage;
}

// A component whose settings changed is made anew, and so is whoever holds on to it, until no more
// change.
void Components::renew_changed(const config::Loaded& loaded, const Sources& sources,
                               config::Findings& findings) {
  for (bool has_changed = true; has_changed && !findings.has_errors();) {
    has_changed = false;
    for (auto& stage : all_) {
      if (!is_started(*stage)) continue;
      const config::StageSpec& spec = *loaded.pipeline->stage(stage->name);
      const bool is_same = stage->config.canonical == wiring_.configs.at(stage->name).canonical &&
                           stage->instance->peers() == peers_of(spec);
      if (is_same) continue;
      auto fresh = make(loaded, spec, stage->image, sources, findings);
      if (!fresh) return;
      stage = std::move(fresh);
      has_changed = true;
    }
  }
}

// Also beside settings that a schema refuses, so that one check finds them all: what such a stage
// itself would say of the rest is left out, as it may be about what is not there.
void Components::configure(const config::Pipeline& pipeline, config::Findings& findings) {
  const auto refused = refused_by_schema(pipeline, findings);
  if (!refused) return;
  for (const auto& stage : all_) {
    if (is_started(*stage) || refused->contains(stage->name)) continue;
    const config::StageSpec& spec = *pipeline.stage(stage->name);
    stage->instance->set_peers(peers_of(spec));
    stage->config = wiring_.configs.at(stage->name);
    const sluice_config settings(stage->config.canonical);
    if (const auto error = stage->component->configure(&settings)) {
      findings.add(config::config_finding(spec, error->pointer, error->message));
    }
    stage->instance->close_metrics();
  }
}

// Whom `uses:` names, and under the empty name whoever makes the vectors that come to it.
Components::Peers Components::peers_of(const config::StageSpec& spec) const {
  Peers peers;
  for (const auto& used : spec.uses) peers.emplace(used, find(used)->component.get());
  if (const auto* embedder = embedder_before(spec.name)) {
    peers.emplace("", embedder->component.get());
  }
  return peers;
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
    if (!is_source(*stage)) add(stage->name);
  }
  for (const auto& source : wiring_.sources) add(source);
  for (const auto& name : names) start_order_.push_back(const_cast<StageComponent*>(find(name)));
}

const StageComponent* Components::find(std::string_view name) const { return share(name).get(); }

std::shared_ptr<const StageComponent> Components::share(std::string_view name) const {
  const auto it = std::find_if(all_.begin(), all_.end(),
                               [&](const auto& stage) { return stage->name == name; });
  return it == all_.end() ? nullptr : *it;
}

std::string Components::fingerprint() const {
  std::string text;
  for (const auto& name : wiring_.order) {
    const StageComponent& stage = *find(name);
    text += stage.component->descriptor().id;
    text += '\n';
    text += stage.config.shown;
    text += '\n';
  }
  return fingerprint_of(text);
}

bool Components::is_source(const StageComponent& stage) const {
  return std::find(wiring_.sources.begin(), wiring_.sources.end(), stage.name) !=
         wiring_.sources.end();
}

Result<void> Components::start(Steady::time_point deadline, const Components* before,
                               const std::function<bool()>& is_called_off) {
  const plugin::ThreadScope scope(plugin::ThreadTag::kControl);
  std::vector<StageComponent*> fresh;
  std::copy_if(start_order_.begin(), start_order_.end(), std::back_inserter(fresh),
               [](const StageComponent* stage) { return !is_started(*stage); });
  const auto predecessor_of = [&](const StageComponent& stage) {
    const StageComponent* predecessor = before ? before->find(stage.name) : nullptr;
    return predecessor && is_started(*predecessor) ? predecessor->instance.get() : nullptr;
  };
  Result<void> started;
  std::size_t opened = 0;  // of `fresh`, how many have their routes
  for (auto stage = fresh.begin(); started && stage != fresh.end(); ++stage) {
    const bool is_off = is_called_off && is_called_off();
    started = is_off ? Result<void>(Error{Fault::kUnavailable, "the start was called off"})
                     : (*stage)->component->start(deadline);
    if (!started) failed_ = (*stage)->name;
  }
  for (; started && opened < fresh.size(); ++opened) {
    started = fresh[opened]->instance->open_routes(predecessor_of(*fresh[opened]));
    if (!started) {
      // Two cannot have one path, today or tomorrow.
      started = Error{Fault::kConfig, started.error().message};
      failed_ = fresh[opened]->name;
      break;
    }
  }
  if (started) return started;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    names.push_back(fresh[i]->name);
    auto* predecessor = predecessor_of(*fresh[i]);
    // Its routes were there a moment ago, so there is room for them.
    if (i < opened && predecessor) (void)predecessor->open_routes(fresh[i]->instance.get());
  }
  stop(names, deadline);
  return started;
}

void Components::run_sources() {
  for (const auto& name : wiring_.sources) {
    auto* source = const_cast<StageComponent*>(find(name));
    const auto* table = source->role<sluice_source>(SLUICE_ROLE_SOURCE);
    if (!SLUICE_HAS_FN(table, run) || source->thread) continue;
    source->thread = std::make_unique<WorkerPool>(name, 1);
    source->thread->post([source, table] {
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

void Components::drain(StageComponent& stage, Steady::time_point deadline) {
  if (is_started(stage)) {
    if (auto drained = stage.component->drain(deadline); !drained) {
      stage.instance->shared().log.write(observe::Level::kWarn, stage.name,
                                         drained.error().message);
    }
  }
  if (stage.thread) stage.thread->stop_by(deadline);
}

void Components::drain_sources(Steady::time_point deadline) {
  const plugin::ThreadScope scope(plugin::ThreadTag::kControl);
  for (auto* stage : start_order_) {
    if (is_source(*stage)) drain(*stage, deadline);
  }
}

void Components::stop(StageComponent& stage, Steady::time_point deadline) {
  stage.instance->close_routes();
  drain(stage, deadline);
  const bool is_quiet = stage.instance->quiet();
  const std::size_t inside = stage.component->close(deadline);
  lost_ += is_quiet ? inside : inside + 1;
  if (inside > 0) {
    stage.instance->shared().faults.report(
        stage.instance->callee(), "stuck",
        "calls into it have not come back, so it is not stopped before the host ends");
  }
  if (inside > 0 || !is_quiet || is_used_by_left(stage)) {
    left_.push_back(&stage);
    return;
  }
  stage.component->stop();
  if (!stage.instance->is_settled()) {
    stage.instance->shared().faults.report(
        stage.instance->callee(), "leak",
        "it stopped while still holding buffers, records or batches");
  }
}

// Whoever was left may call those it uses at any moment.
bool Components::is_used_by_left(const StageComponent& stage) const {
  return std::any_of(left_.begin(), left_.end(), [&](const StageComponent* left) {
    const auto& peers = left->instance->peers();
    return std::any_of(peers.begin(), peers.end(),
                       [&](const auto& peer) { return peer.second == stage.component.get(); });
  });
}

void Components::stop(const std::vector<std::string>& names, Steady::time_point given) {
  const plugin::ThreadScope scope(plugin::ThreadTag::kControl);
  for (auto it = start_order_.rbegin(); it != start_order_.rend(); ++it) {
    if (std::find(names.begin(), names.end(), (*it)->name) == names.end()) continue;
    stop(**it, std::max(given, Steady::now() + kMoment));
  }
}

void Components::stop(Steady::time_point deadline) {
  std::vector<std::string> names;
  for (const auto* stage : start_order_) names.push_back(stage->name);
  stop(names, deadline);
}

std::vector<std::string> Components::left_out_of(const Components& next, Kind kind) const {
  std::vector<std::string> names;
  for (const auto& stage : all_) {
    const bool is_kept = std::find(next.all_.begin(), next.all_.end(), stage) != next.all_.end();
    if (!is_kept && is_source(*stage) == (kind == Kind::kSources)) names.push_back(stage->name);
  }
  return names;
}

}  // namespace sluice::flow
