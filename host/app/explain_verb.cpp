// sluice explain: what a pipeline file means, without starting it.
#include "app/findings.hpp"
#include "app/opened.hpp"
#include "app/terminal_text.hpp"
#include "app/verbs.hpp"
#include "config/units.hpp"
#include "flow/components.hpp"
#include "flow/policy.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sluice::app {
namespace {

// What the mode means, each line with what it is about.
using Lines = std::vector<std::pair<std::string, std::string>>;

void add_mode(const config::Pipeline& pipeline, Lines& lines) {
  const auto& modes = pipeline.modes;
  switch (pipeline.mode) {
    case config::Mode::kStreaming:
      lines.emplace_back("A page leaves",
                         "at once while the first stage has a free slot; when all are busy, pages "
                         "that wait leave together, up to " +
                             std::to_string(modes.streaming.max_records) + " in a batch");
      lines.emplace_back("Held", "nothing");
      break;
    case config::Mode::kMicroBatch: {
      const auto wait = config::format_duration(modes.micro_batch.max_wait);
      lines.emplace_back("A page leaves",
                         "with others of its crawl: when there are " +
                             std::to_string(modes.micro_batch.max_records) + ", " + wait +
                             " after the oldest of them came, or when the crawl closes");
      lines.emplace_back("Held", "in memory, for " + wait + " at most");
      break;
    }
    case config::Mode::kBatch: {
      const auto& batch = modes.batch;
      lines.emplace_back("A page leaves", "when its crawl closes, in batches of " +
                                              std::to_string(batch.max_records) + ", at most " +
                                              std::to_string(batch.in_flight * batch.max_records) +
                                              " pages in memory at a time");
      lines.emplace_back("Held", "on disk, in " + pipeline.data.string() + ", until then or for " +
                                     config::format_duration(batch.max_hold) + " at most");
      break;
    }
  }
}

std::string source_in_words(const flow::StageComponent& source) {
  std::string text = source.plugin;
  const char* between = "; takes ";
  for (const auto& route : source.instance->routes()) {
    text += between + route.method + " " + route.pattern;
    between = ", ";
  }
  return text;
}

void add_stages(const config::Pipeline& pipeline, const flow::Components& components,
                Lines& lines) {
  const config::Wiring& wiring = components.wiring();
  for (const auto& name : wiring.sources) {
    lines.emplace_back("Source " + name, source_in_words(*components.find(name)));
  }
  if (wiring.dedupe) {
    lines.emplace_back("Dedupe " + *wiring.dedupe,
                       components.find(*wiring.dedupe)->plugin +
                           "; asked in one call about all the pages that wait");
  }
  for (const auto& name : wiring.order) {
    const auto options = flow::runner_options(pipeline, components, *components.find(name));
    lines.emplace_back(
        "Stage " + name,
        std::to_string(options.concurrency) + (options.concurrency == 1 ? " call" : " calls") +
            " in flight, each of up to " + std::to_string(options.inlet.max_records) +
            " records or " + config::format_bytes(options.inlet.max_bytes) + ", " +
            config::format_duration(options.timeout) + " long; " +
            std::to_string(options.retry.attempts) + " attempts");
  }
}

std::string promise(const config::Pipeline& pipeline) {
  switch (pipeline.journal_sync) {
    case config::JournalSync::kAlways:
      return "the page is on disk: it survives a crash and a power failure";
    case config::JournalSync::kInterval:
      return "the page survives a crash; a power failure may take what came in the last 100 ms";
    default:
      return "the page survives a crash of the host, not of the machine";
  }
}

Lines in_words(const config::Pipeline& pipeline, const flow::Components& components) {
  Lines lines;
  add_mode(pipeline, lines);
  add_stages(pipeline, components, lines);
  lines.emplace_back("202 means", promise(pipeline));
  lines.emplace_back("In memory", "at most " + std::to_string(pipeline.limits.records) +
                                      " pages or " + config::format_bytes(pipeline.limits.bytes) +
                                      "; beyond that, sources are told to come again (503)");
  return lines;
}

void print(const Lines& lines) {
  constexpr std::size_t kWidth = 100;
  std::size_t labels = 0;
  for (const auto& line : lines) labels = std::max(labels, line.first.size());
  for (const auto& [label, text] : lines) {
    std::string shown = label;
    for (const auto& part : wrapped(text, kWidth - labels - 4, text.size())) {
      shown.resize(labels, ' ');
      std::cout << "  " << shown << "  " << part << '\n';
      shown.clear();
    }
  }
}

// The numbers that hold: what the file leaves to the host, and to its mode, is filled in.
void fill_stages(const Opened& opened, nlohmann::json& stages) {
  const config::Wiring& wiring = opened.components->wiring();
  for (const auto& [name, config] : wiring.configs) {
    stages[name]["config"] = nlohmann::json::parse(config.written);
  }
  for (const auto& name : wiring.order) {
    const auto options = flow::runner_options(*opened.loaded.pipeline, *opened.components,
                                              *opened.components->find(name));
    stages[name]["concurrency"] = options.concurrency;
    stages[name]["batch"]["records"] = options.inlet.max_records;
    stages[name]["batch"]["bytes"] = config::format_bytes(options.inlet.max_bytes);
  }
  auto without_batches = wiring.sources;
  if (wiring.dedupe) without_batches.push_back(*wiring.dedupe);
  for (const auto& name : without_batches) {
    for (const char* key : config::kBatchSettings) stages[name].erase(key);
  }
}

void fill_search(const config::SearchWiring& wiring, nlohmann::json& search) {
  if (wiring.embed) search["embed"] = *wiring.embed;
  search["providers"] = nlohmann::json::object();
  for (const auto& provider : wiring.providers) {
    search["providers"][provider.stage] = {{"weight", provider.weight},
                                           {"kind", config::text_of(provider.kind)}};
  }
}

// A pipeline file that `check` takes, wherever it is put: JSON is YAML.
nlohmann::json as_json(const Opened& opened) {
  const config::Pipeline& pipeline = *opened.loaded.pipeline;
  auto out = nlohmann::json::parse(opened.loaded.written());
  out["data"] = pipeline.data.string();
  out["http"]["tls"] = {{"certificate", pipeline.http.tls.certificate},
                        {"key", pipeline.http.tls.key}};
  fill_stages(opened, out["stages"]);
  fill_search(opened.components->wiring().search, out["search"]);
  return out;
}

}  // namespace

int explain(const FileOptions& options) {
  const Opened opened = open_file(options);
  if (opened.loaded.findings.has_errors())
    return print_findings(opened.loaded.findings, options.output);
  if (options.output == Output::kJson) {
    std::cout << as_json(opened).dump(2) << '\n';
    return kFine;
  }
  const config::Pipeline& pipeline = *opened.loaded.pipeline;
  std::cout << pipeline.name << ", " << config::text_of(pipeline.mode) << "\n\n";
  print(in_words(pipeline, *opened.components));
  std::cout << '\n' << as_json(opened).dump(2) << '\n';
  return kFine;
}

}  // namespace sluice::app
