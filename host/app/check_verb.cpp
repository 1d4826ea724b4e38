// sluice check: everything run checks, and nothing started.
#include "app/checked.hpp"
#include "app/findings.hpp"
#include "app/verbs.hpp"
#include "app/workbench.hpp"
#include "base/clock.hpp"

#include <sluice/abi/roles.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

namespace sluice::app {
namespace {

// What a stage says of what is behind it.
struct Probed {
  std::string stage;
  bool is_fine = false;
  std::string text;  // what is there, or why it cannot be used; empty: nothing to say
  std::chrono::milliseconds took{};
};

Probed probe(const flow::StageComponent& stage) {
  const plugin::ThreadScope scope(plugin::ThreadTag::kWorker);
  const auto began = Steady::now();
  const auto reached = stage.component->probe();
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - began);
  return {stage.name, reached.ok(), reached ? *reached : reached.error().message, took};
}

// In the order of the file. Embedders are asked first: what keeps vectors wants to know how long
// they are.
std::vector<Probed> probe(const flow::Components& components) {
  std::vector<Probed> all(components.all().size());
  for (const bool are_embedders : {true, false}) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      const flow::StageComponent& stage = *components.all()[i];
      if (stage.component->lists_role(SLUICE_ROLE_EMBED) == are_embedders) all[i] = probe(stage);
    }
  }
  return all;
}

void print(const std::vector<Probed>& probes) {
  for (const Probed& one : probes) {
    std::cout << "  " << one.stage << ": " << (one.text.empty() ? "fine" : one.text);
    if (one.is_fine && !one.text.empty()) std::cout << " (" << one.took.count() << " ms)";
    std::cout << '\n';
  }
}

nlohmann::json json_of(const std::filesystem::path& file, const std::vector<Probed>& probes) {
  auto list = nlohmann::json::array();
  for (const Probed& one : probes) {
    list.push_back({{"file", file.string()},
                    {"stage", one.stage},
                    {"is_fine", one.is_fine},
                    {"text", one.text},
                    {"milliseconds", one.took.count()}});
  }
  return list;
}

struct Checked {
  config::Findings findings;
  std::vector<Probed> probes;
};

Checked check_one(const std::filesystem::path& file, const CheckOptions& options) {
  config::Loaded loaded = config::load_pipeline(file, {.overrides = options.overrides});
  if (!loaded.pipeline) return {std::move(loaded.findings), {}};
  Workbench bench(offline(*loaded.pipeline));
  const auto components = checked(loaded, bench);
  const bool is_probing = options.reaches_services && !loaded.findings.has_errors();
  return {std::move(loaded.findings), is_probing ? probe(*components) : std::vector<Probed>()};
}

}  // namespace

int check(const CheckOptions& options) {
  config::Findings all;
  auto probes = nlohmann::json::array();
  bool is_reachable = true;
  for (const auto& file : options.files) {
    Checked checked = check_one(file, options);
    is_reachable = is_reachable && std::all_of(checked.probes.begin(), checked.probes.end(),
                                               [](const Probed& one) { return one.is_fine; });
    if (options.output == Output::kText && !checked.findings.has_errors()) {
      std::cerr << checked.findings.text();
      std::cout << file.string() << ": fine\n";
      print(checked.probes);
    }
    for (auto& one : json_of(file, checked.probes)) probes.push_back(std::move(one));
    all.merge(std::move(checked.findings));
  }
  if (options.output == Output::kJson) {
    std::cout << nlohmann::json{{"findings", all.to_json()}, {"probes", probes}}.dump(2) << '\n';
  } else if (all.has_errors()) {
    print_findings(all, options.output);
  }
  if (all.has_errors()) return kBadConfig;
  return is_reachable ? kFine : kFailed;
}

}  // namespace sluice::app
