// Loading: parse, override, interpolate, shape; then the canonical JSON becomes plain values.
#include "config/pipeline.hpp"

#include "config/flow_tree.hpp"
#include "config/overrides.hpp"
#include "config/pipeline_schema.hpp"
#include "config/wording.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <type_traits>
#include <utility>

namespace sluice::config {
namespace {

using nlohmann::json;

// Reads canonical JSON: what is there has the right type, what had a problem is not there.
template <class T>
void take(const json& from, const char* key, T& into) {
  const auto found = from.find(key);
  if (found == from.end()) return;
  if constexpr (std::is_same_v<T, milliseconds>) {
    into = milliseconds(found->get<std::int64_t>());
  } else {
    into = found->get<T>();
  }
}

template <class T>
void take(const json& from, const char* key, std::optional<T>& into) {
  if (from.contains(key)) into = from.at(key).get<T>();
}

const json& section(const json& from, const char* key) {
  static const json empty = json::object();
  const auto found = from.find(key);
  return found == from.end() ? empty : *found;
}

// Turns one canonical file into a Pipeline, adding what the schema cannot say.
class PipelineReader {
 public:
  PipelineReader(const json& canonical, const Node& root, std::filesystem::path folder,
                 Findings& findings)
      : canonical_(canonical), root_(root), folder_(std::move(folder)), findings_(findings) {}

  Pipeline read();

 private:
  void read_modes(Modes& modes) const;
  void read_proxies(Api& api);
  void read_http(Http& http);
  void read_plugins(Plugins& plugins);
  void read_stages(std::vector<StageSpec>& stages);
  StageSpec stage(const Member& member, const json& from);
  void read_search(SearchSpec& search) const;
  std::string absolute(const std::string& path) const;
  void report(const Node& node, const std::string& path, const std::string& message) {
    findings_.add({.file = node.file(), .at = node.at(), .path = path, .message = message});
  }

  const json& canonical_;
  const Node& root_;
  std::filesystem::path folder_;
  Findings& findings_;
};

std::string PipelineReader::absolute(const std::string& path) const {
  return path.empty() ? path : (folder_ / path).lexically_normal().string();
}

Pipeline PipelineReader::read() {
  Pipeline out;
  take(canonical_, "name", out.name);
  const std::string mode = canonical_.value("mode", "streaming");
  if (mode == "micro-batch") out.mode = Mode::kMicroBatch;
  if (mode == "batch") out.mode = Mode::kBatch;
  read_modes(out.modes);
  out.data = absolute(canonical_.value("data", "./data"));
  const std::string sync = section(canonical_, "journal").value("sync", "always");
  if (sync == "interval") out.journal_sync = JournalSync::kInterval;
  if (sync == "off") out.journal_sync = JournalSync::kOff;
  take(section(canonical_, "content"), "keep", out.content.keep);
  take(section(canonical_, "content"), "max_bytes", out.content.max_bytes);
  take(section(canonical_, "limits"), "records", out.limits.records);
  take(section(canonical_, "limits"), "bytes", out.limits.bytes);
  read_http(out.http);
  const json& api = section(canonical_, "api");
  take(api, "token", out.api.token);
  out.api.rate_limit = parse_rate(api.value("rate_limit", "0/s")).value_or(Rate{});
  take(api, "cors", out.api.cors);
  read_proxies(out.api);
  read_plugins(out.plugins);
  take(section(canonical_, "timeouts"), "start", out.timeouts.start);
  take(section(canonical_, "timeouts"), "drain", out.timeouts.drain);
  read_stages(out.stages);
  const Node* flow = root_.get("flow");
  if (flow != nullptr && flow->is_list() && !flow->items().empty()) {
    out.flow = flow_tree(*flow, findings_);
  }
  read_search(out.search);
  return out;
}

void PipelineReader::read_modes(Modes& modes) const {
  const json& all = section(canonical_, "modes");
  take(section(all, "streaming"), "max_records", modes.streaming.max_records);
  const json& micro = section(all, "micro-batch");
  take(micro, "max_records", modes.micro_batch.max_records);
  take(micro, "max_wait", modes.micro_batch.max_wait);
  const json& batch = section(all, "batch");
  take(batch, "max_records", modes.batch.max_records);
  take(batch, "in_flight", modes.batch.in_flight);
  take(batch, "max_hold", modes.batch.max_hold);
}

void PipelineReader::read_proxies(Api& api) {
  const Node* list = root_.find("/api/trusted_proxies");
  if (list == nullptr || !list->is_list()) return;
  for (std::size_t i = 0; i < list->items().size(); ++i) {
    const Node& item = *list->items()[i];
    if (!item.is_scalar()) continue;
    if (const auto network = parse_network(item.text())) {
      api.trusted_proxies.push_back(*network);
    } else {
      report(item, path_of("api.trusted_proxies", i),
             "expected an address or a network such as 127.0.0.1, 10.0.0.0/8 or fd00::/8");
    }
  }
}

void PipelineReader::read_http(Http& http) {
  const json& from = section(canonical_, "http");
  take(from, "max_body", http.max_body);
  const std::string text = from.value("listen", "127.0.0.1:8080");
  if (const auto listen = parse_listen(text)) {
    http.listen = *listen;
  } else if (const Node* node = root_.find("/http/listen")) {
    report(*node, "http.listen",
           "expected address:port such as 127.0.0.1:8080, 0.0.0.0:8080 or [::1]:8080, got " +
               in_quotes(node->template_text().empty() ? text : node->template_text()));
  }
  const json& tls = section(from, "tls");
  http.tls.certificate = absolute(tls.value("certificate", ""));
  http.tls.key = absolute(tls.value("key", ""));
}

void PipelineReader::read_plugins(Plugins& plugins) {
  const json& from = section(canonical_, "plugins");
  take(from, "pin", plugins.pin);
  for (auto& [name, digest] : plugins.pin) {
    std::transform(digest.begin(), digest.end(), digest.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  }
  take(from, "path", plugins.path);
  const Node* list = root_.find("/plugins/path");
  for (std::size_t i = 0; list != nullptr && i < list->items().size(); ++i) {
    const Node& item = *list->items()[i];
    if (item.is_scalar() && !item.text().empty() && !item.text().starts_with('/')) {
      report(
          item, path_of("plugins.path", i),
          "must be an absolute path: which plugins run must not depend on where the host starts");
    }
  }
}

void PipelineReader::read_stages(std::vector<StageSpec>& stages) {
  const Node* all = root_.get("stages");
  if (all == nullptr || !all->is_map()) return;
  if (all->members().empty()) report(*all, "stages", "there are no stages; name at least one");
  if (all->members().size() > kMostStages) {
    report(*all, "stages",
           "there are " + std::to_string(all->members().size()) + " stages; the most is 256");
  }
  const json& from = section(canonical_, "stages");
  for (const Member& member : all->members()) {
    if (stages.size() == kMostStages) return;
    if (!is_stage_name(member.key)) {
      findings_.add({.file = member.value->file(),
                     .at = member.key_at,
                     .path = path_of("stages", member.key),
                     .message = in_quotes(member.key) +
                                " is not a stage name; use up to 64 letters, digits, \"_\" and "
                                "\"-\", with a letter first"});
    }
    stages.push_back(stage(member, section(from, member.key.c_str())));
  }
}

StageSpec PipelineReader::stage(const Member& member, const json& from) {
  StageSpec out;
  out.name = member.key;
  out.at = member.key_at;
  out.node = member.value.get();
  out.config = member.value->get("config");
  take(from, "plugin", out.plugin);
  take(from, "concurrency", out.concurrency);
  take(from, "timeout", out.timeout);
  const json& batch = section(from, "batch");
  take(batch, "records", out.batch.records);
  take(batch, "bytes", out.batch.bytes);
  take(batch, "wait", out.batch.wait);
  const json& retry = section(from, "retry");
  take(retry, "attempts", out.retry.attempts);
  take(retry, "initial", out.retry.initial);
  take(retry, "max", out.retry.max);
  take(retry, "elapsed", out.retry.elapsed);
  take(from, "uses", out.uses);
  if (out.retry.initial > out.retry.max) {
    const Node* node = out.node->find("/retry/initial");
    if (node == nullptr) node = out.node->find("/retry/max");
    report(node == nullptr ? *out.node : *node, out.path() + ".retry",
           "\"initial\" (" + format_duration(out.retry.initial) + ") is longer than \"max\" (" +
               format_duration(out.retry.max) + ")");
  }
  return out;
}

void PipelineReader::read_search(SearchSpec& search) const {
  const json& from = section(canonical_, "search");
  take(from, "embed", search.embed);
  take(from, "rrf_k", search.rrf_k);
  take(from, "timeout", search.timeout);
  take(section(from, "cache"), "entries", search.cache.entries);
  take(section(from, "cache"), "ttl", search.cache.ttl);
  const Node* providers = root_.find("/search/providers");
  if (providers == nullptr || !providers->is_map()) return;
  search.providers.emplace();
  const json& canonical = section(from, "providers");
  for (const Member& member : providers->members()) {
    const json& one = section(canonical, member.key.c_str());
    ProviderSpec provider{.stage = member.key, .weight = 1.0, .kind = std::nullopt};
    take(one, "weight", provider.weight);
    const std::string kind = one.value("kind", "");
    if (kind == "semantic") provider.kind = SearchKind::kSemantic;
    if (kind == "keyword") provider.kind = SearchKind::kKeyword;
    search.providers->push_back(std::move(provider));
  }
}

json shown_part(const Schema& schema, json canonical) {
  json value = schema.redact(std::move(canonical));
  const auto stages = value.find("stages");
  if (stages != value.end()) {
    for (auto& stage : *stages) stage.erase("config");
  }
  return value;
}

Loaded load(Document document, Findings findings, const std::filesystem::path& path,
            const LoadOptions& options) {
  Loaded out{.pipeline = {},
             .document = std::move(document),
             .findings = std::move(findings),
             .canonical = "{}"};
  apply_overrides(out.document, options.overrides, out.findings);
  interpolate(out.document, options.environment, out.findings);
  const Node* root = out.document.root();
  if (root == nullptr) return out;
  json canonical = pipeline_schema().validate(*root, "", out.findings);
  if (root->is_map()) {
    if (!canonical.contains("name")) canonical["name"] = path.stem().string();
    std::error_code error;
    const std::filesystem::path absolute = std::filesystem::absolute(path, error);
    out.pipeline = PipelineReader(canonical, *root, absolute.parent_path(), out.findings).read();
  }
  out.canonical = canonical.dump(-1, ' ', false, json::error_handler_t::replace);
  out.findings.sort();
  return out;
}

}  // namespace

std::string_view text_of(Mode mode) {
  switch (mode) {
    case Mode::kStreaming:
      return "streaming";
    case Mode::kMicroBatch:
      return "micro-batch";
    case Mode::kBatch:
      break;
  }
  return "batch";
}

std::string_view text_of(JournalSync sync) {
  switch (sync) {
    case JournalSync::kAlways:
      return "always";
    case JournalSync::kInterval:
      return "interval";
    case JournalSync::kOff:
      break;
  }
  return "off";
}

std::string_view text_of(SearchKind kind) {
  return kind == SearchKind::kSemantic ? "semantic" : "keyword";
}

const StageSpec* Pipeline::stage(std::string_view stage_name) const {
  const auto found = std::find_if(stages.begin(), stages.end(), [&](const StageSpec& candidate) {
    return candidate.name == stage_name;
  });
  return found == stages.end() ? nullptr : &*found;
}

std::string Loaded::shown() const {
  return shown_part(pipeline_schema(), json::parse(canonical)).dump();
}

std::string Loaded::written() const {
  const Schema schema = pipeline_schema();
  return schema.written(shown_part(schema, json::parse(canonical))).dump();
}

Loaded load_pipeline(const std::filesystem::path& path, const LoadOptions& options) {
  Findings findings;
  Document document = Document::read(path, findings);
  return load(std::move(document), std::move(findings), path, options);
}

Loaded load_pipeline_text(std::string_view text, const std::filesystem::path& path,
                          const LoadOptions& options) {
  Findings findings;
  Document document = Document::parse(text, path.string(), findings);
  return load(std::move(document), std::move(findings), path, options);
}

}  // namespace sluice::config
