// Wiring: whether a pipeline makes sense with the plugins at hand, without starting any of them.
#pragma once

#include "config/pipeline.hpp"

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::config {

inline constexpr std::string_view kSourceRole = "sluice.source/1";
inline constexpr std::string_view kDedupeRole = "sluice.dedupe/1";
inline constexpr std::string_view kTransformRole = "sluice.transform/1";
inline constexpr std::string_view kSinkRole = "sluice.sink/1";
inline constexpr std::string_view kEmbedRole = "sluice.embed/1";
inline constexpr std::string_view kSearchRole = "sluice.search/1";

// Settings of a stage that are about the batches it gets.
inline constexpr std::array<const char*, 4> kBatchSettings = {"concurrency", "timeout", "batch",
                                                              "retry"};

// What a plugin says about itself, as far as wiring needs it.
struct PluginFacts {
  std::string id;
  std::vector<std::string> roles;    // "sluice.sink/1"
  std::string config_schema = "{}";  // "{}": no settings
  bool reentrant = false;
  bool idempotent = false;
  bool nonblocking = false;
  bool search_wants_vector = false;

  bool has(std::string_view role) const;
};

// nullptr: the plugin is not there, which the caller reports; what depends on it is not judged.
// The facts live until check_wiring returns.
using FactsOf = std::function<const PluginFacts*(const StageSpec&)>;

struct StageConfig {
  std::string canonical;  // JSON for the plugin, defaults filled in; may hold secrets
  std::string shown;      // the same for people, secrets hidden
  std::string written;    // the same as a file has it: durations and sizes with their units
};

struct SearchProvider {
  std::string stage;
  double weight = 1.0;
  SearchKind kind = SearchKind::kKeyword;
};
struct SearchWiring {
  std::optional<std::string> embed;
  std::vector<SearchProvider> providers;  // empty: no search
  std::size_t rrf_k = 0;
  milliseconds timeout{};
  QueryCache cache;
};

// Of use only if check_wiring added no error.
struct Wiring {
  std::map<std::string, StageConfig> configs;  // by stage; every stage whose plugin is known
  std::vector<std::string> sources;
  std::optional<std::string> dedupe;
  std::vector<std::string> heads;                         // the first stages behind those
  std::map<std::string, std::vector<std::string>> edges;  // stage to the stages it feeds
  std::vector<std::string> order;  // transforms and sinks, none before one that feeds it
  SearchWiring search;
};

// Adds every finding there is, in one go, and sorts.
Wiring check_wiring(const Pipeline& pipeline, const Document& document, const FactsOf& facts,
                    Findings& findings);

// What a plugin's configure said about a setting, at its place in the file. `pointer` is a JSON
// Pointer into the stage's config; a setting left out is reported at what is around it.
Finding config_finding(const StageSpec& stage, std::string_view pointer, std::string message);

}  // namespace sluice::config
