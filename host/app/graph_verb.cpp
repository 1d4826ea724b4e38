// sluice graph: the stages of a pipeline file and what goes from one to another.
#include "app/findings.hpp"
#include "app/opened.hpp"
#include "app/verbs.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

namespace sluice::app {
namespace {

using Edges = std::vector<std::pair<std::string, std::string>>;

Edges edges_of(const config::Wiring& wiring) {
  Edges edges;
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
  return edges;
}

void print_json(const flow::Components& components, const Edges& edges) {
  auto out =
      nlohmann::json{{"stages", nlohmann::json::array()}, {"edges", nlohmann::json::array()}};
  for (const auto& stage : components.all()) {
    out["stages"].push_back({{"name", stage->name}, {"plugin", stage->plugin}});
  }
  for (const auto& [from, to] : edges) out["edges"].push_back({{"from", from}, {"to", to}});
  std::cout << out.dump(2) << '\n';
}

void print_dot(const flow::Components& components, const Edges& edges) {
  std::cout << "digraph pipeline {\n  rankdir=LR;\n  node [shape=box];\n";
  for (const auto& stage : components.all()) {
    std::cout << "  \"" << stage->name << "\" [label=\"" << stage->name << "\\n"
              << stage->plugin << "\"];\n";
  }
  for (const auto& [from, to] : edges) {
    std::cout << "  \"" << from << "\" -> \"" << to << "\";\n";
  }
  std::cout << "}\n";
}

void print_mermaid(const flow::Components& components, const Edges& edges) {
  std::cout << "flowchart LR\n";
  for (const auto& stage : components.all()) {
    std::cout << "  " << stage->name << "[\"" << stage->name << "<br/>" << stage->plugin << "\"]\n";
  }
  for (const auto& [from, to] : edges) std::cout << "  " << from << " --> " << to << '\n';
}

}  // namespace

int graph(const FileOptions& options, Drawing drawing) {
  const Opened opened = open_file(options);
  if (opened.loaded.findings.has_errors())
    return print_findings(opened.loaded.findings, options.output);
  const flow::Components& components = *opened.components;
  const Edges edges = edges_of(components.wiring());
  if (options.output == Output::kJson) {
    print_json(components, edges);
  } else if (drawing == Drawing::kDot) {
    print_dot(components, edges);
  } else {
    print_mermaid(components, edges);
  }
  return kFine;
}

}  // namespace sluice::app
