// Pipeline: what a pipeline file says, as plain values with every default filled in.
#pragma once

#include "config/document.hpp"
#include "config/findings.hpp"
#include "config/interpolate.hpp"
#include "config/listen.hpp"
#include "config/network.hpp"
#include "config/units.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::config {

using std::chrono::milliseconds;

// Stages in one file; more is a mistake, and what is checked pairwise stays cheap.
constexpr std::size_t kMostStages = 256;

enum class Mode { kStreaming, kMicroBatch, kBatch };
enum class JournalSync { kAlways, kInterval, kOff };
enum class SearchKind { kSemantic, kKeyword };

// As the file spells them.
std::string_view text_of(Mode mode);
std::string_view text_of(JournalSync sync);
std::string_view text_of(SearchKind kind);

struct StreamingMode {
  std::size_t max_records = 0;
};
struct MicroBatchMode {
  std::size_t max_records = 0;
  milliseconds max_wait{};
};
struct BatchMode {
  std::size_t max_records = 0;
  std::size_t in_flight = 0;
  milliseconds max_hold{};
};
struct Modes {
  StreamingMode streaming;
  MicroBatchMode micro_batch;
  BatchMode batch;
};

// Pages as they were received.
struct Content {
  milliseconds keep{};  // zero: none are kept
  std::uint64_t max_bytes = 0;
};

struct Limits {
  std::size_t records = 0;
  std::uint64_t bytes = 0;
};

struct Tls {
  std::string certificate;  // absolute paths; both empty: no TLS
  std::string key;
};
struct Http {
  Listen listen;
  std::uint64_t max_body = 0;
  Tls tls;
};
struct Api {
  std::string token;                     // a secret; empty: open
  Rate rate_limit;                       // per client
  std::vector<Network> trusted_proxies;  // whose X-Forwarded-For is believed
  std::vector<std::string> cors;         // origins; "*": every one
};

struct Plugins {
  std::vector<std::string> path;           // absolute folders, searched in this order
  std::map<std::string, std::string> pin;  // plugin to "sha256:<64 hex digits, lower case>"
};

struct Timeouts {
  milliseconds start{};
  milliseconds drain{};
};

struct BatchSpec {
  std::optional<std::size_t> records;
  std::optional<std::uint64_t> bytes;
  milliseconds wait{};
};
struct RetrySpec {
  std::size_t attempts = 0;
  milliseconds initial{};
  milliseconds max{};
  milliseconds elapsed{};
};

struct StageSpec {
  std::string name;
  std::string plugin;  // empty only beside a finding that says so
  std::optional<std::size_t> concurrency;
  milliseconds timeout{};
  BatchSpec batch;
  RetrySpec retry;
  std::vector<std::string> uses;
  const Node* config = nullptr;  // of the Document; nullptr: left out
  const Node* node = nullptr;    // the whole stage
  Position at;                   // of its name

  std::string path() const { return path_of("stages", name); }
};

// `flow:` as a tree. Sequences run in order, parallels side by side.
struct FlowNode {
  enum class Kind { kStage, kSequence, kParallel };

  Kind kind = Kind::kSequence;
  std::string stage;               // of a kStage
  std::vector<FlowNode> children;  // of the others
  const Node* node = nullptr;      // of the Document
  std::string path;                // "flow[3][0]"
};

struct ProviderSpec {
  std::string stage;
  double weight = 1.0;
  std::optional<SearchKind> kind;  // left out: what the plugin wants
};
// Of embeddings of recent queries.
struct QueryCache {
  std::size_t entries = 0;  // zero: there is none
  milliseconds ttl{};
};
struct SearchSpec {
  std::optional<std::string> embed;
  std::optional<std::vector<ProviderSpec>> providers;  // left out: every stage that can
  std::size_t rrf_k = 0;
  milliseconds timeout{};
  QueryCache cache;
};

struct Pipeline {
  int version = 1;
  std::string name;
  Mode mode = Mode::kStreaming;
  Modes modes;
  std::filesystem::path data;  // absolute
  JournalSync journal_sync = JournalSync::kAlways;
  Content content;
  Limits limits;
  Http http;
  Api api;
  Plugins plugins;
  Timeouts timeouts;
  std::vector<StageSpec> stages;  // in the order of the file
  FlowNode flow;
  SearchSpec search;

  const StageSpec* stage(std::string_view stage_name) const;
};

struct LoadOptions {
  std::vector<std::string> overrides;  // path=value, as --set takes them
  Environment environment = process_environment();
};

// A file as far as it could be read. `pipeline` is there as soon as the text is YAML with a mapping
// at the top, so that the wiring can be checked beside errors of shape; ask `findings` whether to
// start. Nodes in `pipeline` belong to `document` and stay where they are when this moves.
struct Loaded {
  std::optional<Pipeline> pipeline;
  Document document;
  Findings findings;      // sorted
  std::string canonical;  // the file as JSON with every default filled in; has secrets, see redact

  // canonical with secrets hidden; stages' `config` is left out, see Wiring for that.
  std::string shown() const;
  // The same as a file has it: durations and sizes with their units.
  std::string written() const;
};

Loaded load_pipeline(const std::filesystem::path& path, const LoadOptions& options);

// As load_pipeline, of text that is at hand. `path` names it and is what paths are relative to.
Loaded load_pipeline_text(std::string_view text, const std::filesystem::path& path,
                          const LoadOptions& options);

}  // namespace sluice::config
