// Search: which stages answer, and who embeds the query.
#include "config/wiring_check.hpp"

#include "config/wording.hpp"

#include <algorithm>
#include <utility>

namespace sluice::config {
namespace {

class SearchCheck {
 public:
  explicit SearchCheck(WiringCheck& check) : check_(check), spec_(check.pipeline.search) {}

  void run();

 private:
  bool is_known(const std::string& stage, const Node* node, const std::string& path);
  void take_embed();
  void take_providers();
  void take_provider(const ProviderSpec& spec, const Node* node, const std::string& path);
  std::vector<std::string> stages_with(std::string_view role) const;
  void report(const Node* node, const std::string& path, std::string message) {
    const Node* at = node == nullptr ? check_.document.root() : node;
    if (at != nullptr) check_.report(*at, path, std::move(message));
  }

  WiringCheck& check_;
  const SearchSpec& spec_;
  bool is_embed_named_ = false;  // rightly or wrongly: no second complaint
};

// In the order of the flow, then those outside it.
std::vector<std::string> SearchCheck::stages_with(std::string_view role) const {
  std::vector<std::string> candidates = check_.wiring.order;
  for (const StageSpec& stage : check_.pipeline.stages) {
    if (std::find(candidates.begin(), candidates.end(), stage.name) == candidates.end()) {
      candidates.push_back(stage.name);
    }
  }
  std::erase_if(candidates, [&](const std::string& stage) {
    const PluginFacts* facts = check_.facts_of(stage);
    return facts == nullptr || !facts->has(role);
  });
  return candidates;
}

bool SearchCheck::is_known(const std::string& stage, const Node* node, const std::string& path) {
  if (check_.pipeline.stage(stage) != nullptr) return true;
  if (node != nullptr) check_.report_unknown(*node, path, stage);
  return false;
}

void SearchCheck::take_embed() {
  const Node* node = check_.document.find("/search/embed");
  is_embed_named_ = node != nullptr;
  if (!spec_.embed) {
    const std::vector<std::string> able = stages_with(kEmbedRole);
    if (!is_embed_named_ && !able.empty()) check_.wiring.search.embed = able.front();
    return;
  }
  if (!is_known(*spec_.embed, node, "search.embed")) return;
  if (!check_.may_be(*spec_.embed, kEmbedRole)) {
    const std::vector<std::string> able = stages_with(kEmbedRole);
    report(node, "search.embed",
           check_.named(*spec_.embed) + " does not embed" +
               (able.empty() ? "; no stage here does" : "; these do: " + quoted_list(able)));
    return;
  }
  check_.wiring.search.embed = spec_.embed;
}

void SearchCheck::take_provider(const ProviderSpec& spec, const Node* node,
                                const std::string& path) {
  if (!is_known(spec.stage, node, path)) return;
  const PluginFacts* facts = check_.facts_of(spec.stage);
  if (facts == nullptr) return;
  if (!facts->has(kSearchRole)) {
    const std::vector<std::string> able = stages_with(kSearchRole);
    report(node, path,
           check_.named(spec.stage) + " cannot be searched" +
               (able.empty() ? "; no stage here can" : "; these can: " + quoted_list(able)));
    return;
  }
  const SearchKind kind =
      spec.kind.value_or(facts->search_wants_vector ? SearchKind::kSemantic : SearchKind::kKeyword);
  const bool needs_embed = kind == SearchKind::kSemantic || facts->search_wants_vector;
  if (needs_embed && !check_.wiring.search.embed && !is_embed_named_) {
    report(node, path,
           check_.named(spec.stage) +
               " searches by vector, so \"search.embed\" must name the stage that embeds "
               "the query");
    return;
  }
  check_.wiring.search.providers.push_back(
      {.stage = spec.stage, .weight = spec.weight, .kind = kind});
}

void SearchCheck::take_providers() {
  if (!spec_.providers) {
    for (const std::string& stage : check_.wiring.order) {
      const PluginFacts* facts = check_.facts_of(stage);
      if (facts == nullptr || !facts->has(kSearchRole)) continue;
      const StageSpec* spec = check_.pipeline.stage(stage);
      take_provider({.stage = stage, .weight = 1.0, .kind = std::nullopt},
                    spec == nullptr ? nullptr : spec->node, "stages." + stage);
    }
    return;
  }
  const Node* all = check_.document.find("/search/providers");
  for (const ProviderSpec& provider : *spec_.providers) {
    // The name is what may be wrong: a node of its own stands where the key does.
    const Member* member = all == nullptr ? nullptr : all->member(provider.stage);
    if (member == nullptr) continue;
    const Node key(Node::Kind::kNull, member->key_at, member->value->file());
    take_provider(provider, &key, path_of("search.providers", provider.stage));
  }
}

void SearchCheck::run() {
  check_.wiring.search.rrf_k = spec_.rrf_k;
  check_.wiring.search.timeout = spec_.timeout;
  check_.wiring.search.cache = spec_.cache;
  take_embed();
  take_providers();
}

}  // namespace

void check_search(WiringCheck& check) { SearchCheck(check).run(); }

}  // namespace sluice::config
