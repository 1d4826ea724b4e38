// See wiring.hpp: the rules about single stages and the host itself; flow and search have files of
// their own.
#include "config/wiring.hpp"

#include "config/schema.hpp"
#include "config/wiring_check.hpp"
#include "config/wording.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace sluice::config {
namespace {

using nlohmann::json;

void check_config(WiringCheck& check, const StageSpec& stage, const PluginFacts& facts) {
  // "{}" says that there are no settings, not that any will do.
  const json given = json::parse(facts.config_schema, nullptr, /*allow_exceptions=*/false);
  const bool is_bare = given.is_object() && given.empty();
  auto schema = Schema::parse(is_bare ? R"({"type": "object", "additionalProperties": false})"
                                      : std::string_view(facts.config_schema));
  if (!schema) {
    check.report_at(stage, "the plugin " + facts.id +
                               " cannot be used: its settings have a broken "
                               "schema: " +
                               schema.error().message);
    return;
  }
  const std::string path = stage.path() + ".config";
  const Node empty(Node::Kind::kMap, stage.at, stage.node->file());
  const bool is_given = stage.config != nullptr && !stage.config->is_null();
  if (is_given && !stage.config->is_map()) return;  // reported as shape
  const json value = schema->validate(is_given ? *stage.config : empty, path, check.findings);
  StageConfig& config = check.wiring.configs[stage.name];
  config.canonical = value.dump(-1, ' ', false, json::error_handler_t::replace);
  const json shown = schema->redact(value);
  config.shown = shown.dump(-1, ' ', false, json::error_handler_t::replace);
  config.written = schema->written(shown).dump(-1, ' ', false, json::error_handler_t::replace);
}

void check_stage(WiringCheck& check, const StageSpec& stage) {
  const PluginFacts* facts = check.facts_of(stage.name);
  if (facts == nullptr) return;
  check_config(check, stage, *facts);
  const bool is_flowing = facts->has(kTransformRole) || facts->has(kSinkRole);
  const bool is_serial = !facts->reentrant && !facts->nonblocking;
  if (stage.concurrency.value_or(1) > 1 && is_flowing && is_serial) {
    const Node* node = stage.node->get("concurrency");
    check.report(node == nullptr ? *stage.node : *node, stage.path() + ".concurrency",
                 facts->id + " takes one batch at a time (it blocks and is not reentrant), so " +
                     std::to_string(*stage.concurrency) + " has the effect of 1",
                 Severity::kWarning);
  }
  if (facts->has(kSinkRole) && !facts->idempotent && check.placed.count(stage.name) > 0) {
    check.report_at(stage,
                    facts->id +
                        " is not idempotent: delivery is at least once, so it may store a "
                        "record twice after a retry or a restart",
                    Severity::kWarning);
  }
}

// `uses` names stages, and no stage uses itself, directly or through others.
class UsesCheck {
 public:
  explicit UsesCheck(WiringCheck& check) : check_(check) {}

  void run() {
    for (const StageSpec& stage : check_.pipeline.stages) check_names(stage);
    for (const StageSpec& stage : check_.pipeline.stages) follow(stage);
  }

 private:
  void check_names(const StageSpec& stage) {
    const Node* list = stage.node->get("uses");
    for (std::size_t i = 0; list != nullptr && i < list->items().size(); ++i) {
      const Node& item = *list->items()[i];
      if (!item.is_scalar() || item.is_unusable()) continue;
      if (check_.pipeline.stage(item.text()) != nullptr) continue;
      check_.report_unknown(item, path_of(stage.path() + ".uses", i), item.text());
    }
  }

  // Depth first; `trail_` is how we came here. At most kMostStages deep.
  void follow(const StageSpec& stage) {
    const auto here = std::find(trail_.begin(), trail_.end(), stage.name);
    if (here != trail_.end()) {
      std::string circle;
      for (auto step = here; step != trail_.end(); ++step) circle += *step + " → ";
      const StageSpec* first = check_.pipeline.stage(*here);
      const Node* list = first->node->get("uses");
      check_.report(list == nullptr ? *first->node : *list, first->path() + ".uses",
                    "stages use each other in a circle: " + circle + stage.name);
      return;
    }
    if (!done_.insert(stage.name).second) return;
    trail_.push_back(stage.name);
    for (const std::string& name : stage.uses) {
      if (const StageSpec* used = check_.pipeline.stage(name)) follow(*used);
    }
    trail_.pop_back();
  }

  WiringCheck& check_;
  std::vector<std::string> trail_;
  std::set<std::string> done_;
};

void check_unused(WiringCheck& check) {
  if (check.pipeline.flow.children.empty()) return;
  std::set<std::string> used = check.meant;
  for (const auto& [stage, node] : check.placed) used.insert(stage);
  if (check.pipeline.search.embed) used.insert(*check.pipeline.search.embed);
  if (check.pipeline.search.providers) {
    for (const ProviderSpec& provider : *check.pipeline.search.providers) {
      used.insert(provider.stage);
    }
  }
  for (const StageSpec& stage : check.pipeline.stages) {
    used.insert(stage.uses.begin(), stage.uses.end());
  }
  for (const StageSpec& stage : check.pipeline.stages) {
    if (used.count(stage.name) > 0) continue;
    check.report_at(stage, "the stage " + in_quotes(stage.name) +
                               " is not used; name it in \"flow\" or take it out");
  }
}

// A pin of what no stage uses protects nothing, and is a slip more often than not.
void check_pins(WiringCheck& check) {
  const Node* pins = check.document.find("/plugins/pin");
  if (pins == nullptr || !pins->is_map()) return;
  std::vector<std::string> used;
  for (const StageSpec& stage : check.pipeline.stages) used.push_back(stage.plugin);
  for (const Member& pin : pins->members()) {
    if (std::find(used.begin(), used.end(), pin.key) != used.end()) continue;
    const std::string hint = check.findings.is_full() ? "" : did_you_mean(pin.key, used);
    check.findings.add({.file = pin.value->file(),
                        .at = pin.key_at,
                        .path = path_of("plugins.pin", pin.key),
                        .message = "no stage uses a plugin " + in_quotes(pin.key) +
                                   ", so this protects nothing" + hint});
  }
}

// The host sends batches to transforms and sinks only; a source comes by itself, and a dedupe stage
// is asked for whatever waits, for as long as it takes.
void check_batch_settings(WiringCheck& check, const std::string& name, const char* kind) {
  const StageSpec* stage = check.pipeline.stage(name);
  if (stage == nullptr || check.facts_of(name) == nullptr) return;
  for (const char* key : kBatchSettings) {
    const Member* member = stage->node->member(key);
    if (member == nullptr) continue;
    check.findings.add({.file = member->value->file(),
                        .at = member->key_at,
                        .path = path_of(stage->path(), key),
                        .message = std::string("has no effect on a ") + kind +
                                   "; it is for the stages that get batches",
                        .severity = Severity::kWarning});
  }
}

void check_http(WiringCheck& check) {
  const Http& http = check.pipeline.http;
  const Node* listen = check.document.find("/http/listen");
  const Node* token = check.document.find("/api/token");
  const bool is_token_unusable = token != nullptr && token->is_unusable();
  if (listen != nullptr && check.pipeline.api.token.empty() && !http.listen.is_loopback() &&
      !is_token_unusable) {
    check.report(*listen, "http.listen",
                 "other machines can reach " + http.listen.text() +
                     ", so \"api.token\" must be set; or listen on 127.0.0.1");
  }
  const Node* tls = check.document.find("/http/tls");
  if (tls != nullptr && http.tls.certificate.empty() != http.tls.key.empty()) {
    const std::string missing = http.tls.key.empty() ? "key" : "certificate";
    check.report(
        *tls, "http.tls",
        in_quotes(missing) + " is missing; TLS needs a certificate and its key, or neither");
  }
}

}  // namespace

bool PluginFacts::has(std::string_view role) const {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

const PluginFacts* WiringCheck::facts_of(const std::string& stage) const {
  const auto found = facts.find(stage);
  return found == facts.end() ? nullptr : found->second;
}

bool WiringCheck::may_be(const std::string& stage, std::string_view role) const {
  const PluginFacts* known = facts_of(stage);
  return known == nullptr || known->has(role);
}

std::string WiringCheck::named(const std::string& stage) const {
  const PluginFacts* known = facts_of(stage);
  return in_quotes(stage) + (known == nullptr ? "" : " (" + known->id + ")");
}

void WiringCheck::report_unknown(const Node& node, const std::string& path,
                                 const std::string& stage) {
  std::string hint;
  if (!findings.is_full()) {
    std::vector<std::string> names;
    for (const StageSpec& spec : pipeline.stages) names.push_back(spec.name);
    hint = did_you_mean(stage, names);
    meant.insert(nearest(stage, names));
  }
  report(node, path, "there is no stage " + in_quotes(stage) + " in \"stages\"" + hint);
}

void WiringCheck::report(const Node& node, const std::string& path, std::string message,
                         Severity severity) {
  findings.add({.file = node.file(),
                .at = node.at(),
                .path = path,
                .message = std::move(message),
                .severity = severity});
}

void WiringCheck::report_at(const StageSpec& stage, std::string message, Severity severity) {
  findings.add({.file = stage.node->file(),
                .at = stage.at,
                .path = stage.path(),
                .message = std::move(message),
                .severity = severity});
}

Wiring check_wiring(const Pipeline& pipeline, const Document& document, const FactsOf& facts,
                    Findings& findings) {
  WiringCheck check{.pipeline = pipeline,
                    .document = document,
                    .findings = findings,
                    .facts = {},
                    .placed = {},
                    .meant = {},
                    .wiring = {}};
  for (const StageSpec& stage : pipeline.stages) {
    check.facts[stage.name] = stage.plugin.empty() ? nullptr : facts(stage);
  }
  check_flow(check);
  for (const StageSpec& stage : pipeline.stages) check_stage(check, stage);
  UsesCheck(check).run();
  check_search(check);
  check_unused(check);
  for (const std::string& source : check.wiring.sources) {
    check_batch_settings(check, source, "source");
  }
  if (check.wiring.dedupe) check_batch_settings(check, *check.wiring.dedupe, "dedupe stage");
  check_pins(check);
  check_http(check);
  findings.sort();
  return std::move(check.wiring);
}

Finding config_finding(const StageSpec& stage, std::string_view pointer, std::string message) {
  const std::string base = stage.path() + ".config";
  Finding out{.file = stage.node->file(),
              .at = stage.at,
              .path = dotted_path(base, pointer),
              .message = std::move(message)};
  if (stage.config == nullptr || !stage.config->is_map()) return out;
  const Node& node = stage.config->nearest(pointer);
  out.file = node.file();
  out.at = node.at();
  return out;
}

}  // namespace sluice::config
