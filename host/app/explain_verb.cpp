// sluice explain and sluice graph: what a pipeline file means, without starting it.
#include "app/findings.hpp"
#include "app/verbs.hpp"
#include "app/workbench.hpp"
#include "config/units.hpp"
#include "flow/components.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>
#include <memory>
#include <sstream>
#include <utility>
#include <vector>

namespace sluice::app {
namespace {

struct Opened {
  config::Loaded loaded;
  std::unique_ptr<Workbench> bench;
  std::unique_ptr<flow::Components> components;
};

// The file with its components configured; only good without errors in `loaded.findings`.
Opened open(const FileOptions& options) {
  Opened opened{config::load_pipeline(options.file, {.overrides = options.overrides}), nullptr,
                nullptr};
  if (!opened.loaded.pipeline) return opened;
  opened.bench = std::make_unique<Workbench>(offline(*opened.loaded.pipeline));
  opened.components = std::make_unique<flow::Components>(
      opened.loaded,
      flow::Components::Sources{opened.bench->registry, opened.bench->shared,
                                opened.bench->doorway},
      opened.loaded.findings);
  return opened;
}

std::string in_words(const config::Pipeline& pipeline) {
  std::ostringstream out;
  const auto& modes = pipeline.modes;
  switch (pipeline.mode) {
    case config::Mode::kStreaming:
      out << "streaming: a page leaves at once while the first stage has a free slot. When all are "
             "busy, pages that\n"
             "  wait leave together, up to "
          << modes.streaming.max_records << " in a batch.";
      break;
    case config::Mode::kMicroBatch:
      out << "micro-batch: the pages of a crawl leave " << modes.micro_batch.max_records
          << " at a time, or " << config::format_duration(modes.micro_batch.max_wait)
          << " after the oldest of them came, or when\n  their crawl closes.";
      break;
    case config::Mode::kBatch:
      out << "batch: the pages of a crawl wait on disk until it closes, or until the first is "
          << config::format_duration(modes.batch.max_hold)
          << " old; then they\n  leave in batches of " << modes.batch.max_records << ", at most "
          << modes.batch.in_flight * modes.batch.max_records << " pages in memory at a time.";
      break;
  }
  return out.str();
}

std::string promise(const config::Pipeline& pipeline) {
  switch (pipeline.journal_sync) {
    case config::JournalSync::kAlways:
      return "an answer 202 means the page is on disk: it survives a crash and a power failure.";
    case config::JournalSync::kInterval:
      return "an answer 202 means the page survives a crash; a power failure may take what came in "
             "the last 100 ms.";
    default:
      return "an answer 202 means the page survives a crash of the host, not of the machine.";
  }
}

nlohmann::json as_json(const Opened& opened) {
  auto out = nlohmann::json::parse(opened.loaded.shown());
  for (const auto& [name, config] : opened.components->wiring().configs) {
    out["stages"][name]["config"] = nlohmann::json::parse(config.shown);
  }
  return out;
}

}  // namespace

int explain(const FileOptions& options) {
  const Opened opened = open(options);
  if (opened.loaded.findings.has_errors())
    return print_findings(opened.loaded.findings, options.output);
  if (options.output == Output::kJson) {
    std::cout << as_json(opened).dump(2) << '\n';
    return kFine;
  }
  const config::Pipeline& pipeline = *opened.loaded.pipeline;
  std::cout << pipeline.name << '\n'
            << "  " << in_words(pipeline) << '\n'
            << "  " << promise(pipeline) << '\n'
            << "  In memory: at most " << pipeline.limits.records << " pages or "
            << config::format_bytes(pipeline.limits.bytes)
            << "; beyond that, sources are told to come again (503).\n\n"
            << as_json(opened).dump(2) << '\n';
  return kFine;
}

int graph(const FileOptions& options, Drawing drawing) {
  const Opened opened = open(options);
  if (opened.loaded.findings.has_errors())
    return print_findings(opened.loaded.findings, options.output);
  const config::Wiring& wiring = opened.components->wiring();
  const bool is_dot = drawing == Drawing::kDot;
  std::vector<std::pair<std::string, std::string>> edges;
  for (const auto& source : wiring.sources) {
    if (wiring.dedupe) {
      edges.emplace_back(source, *wiring.dedupe);
    } else {
      for (const auto& head : wiring.heads) edges.emplace_back(source, head);
    }
  }
  if (wiring.dedupe) {
    for (const auto& head : wiring.heads) edges.emplace_back(*wiring.dedupe, head);
  }
  for (const auto& [from, targets] : wiring.edges) {
    const bool is_stage =
        std::find(wiring.order.begin(), wiring.order.end(), from) != wiring.order.end();
    if (!is_stage) continue;
    for (const auto& to : targets) edges.emplace_back(from, to);
  }
  std::cout << (is_dot ? "digraph pipeline {\n  rankdir=LR;\n  node [shape=box];\n"
                       : "flowchart LR\n");
  for (const auto& stage : opened.components->all()) {
    if (is_dot) {
      std::cout << "  \"" << stage->name << "\" [label=\"" << stage->name << "\\n"
                << stage->plugin << "\"];\n";
    } else {
      std::cout << "  " << stage->name << "[\"" << stage->name << "<br/>" << stage->plugin
                << "\"]\n";
    }
  }
  for (const auto& [from, to] : edges) {
    if (is_dot) {
      std::cout << "  \"" << from << "\" -> \"" << to << "\";\n";
    } else {
      std::cout << "  " << from << " --> " << to << '\n';
    }
  }
  if (is_dot) std::cout << "}\n";
  return kFine;
}

}  // namespace sluice::app
