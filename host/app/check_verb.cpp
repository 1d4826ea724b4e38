// sluice check: everything run checks, and nothing started.
#include "app/findings.hpp"
#include "app/verbs.hpp"
#include "app/workbench.hpp"
#include "flow/components.hpp"

#include <nlohmann/json.hpp>

#include <iostream>

namespace sluice::app {
namespace {

// Asks every stage to reach its far end; what it says is printed. False when one does not work.
bool probe(const flow::Components& components) {
  bool all_fine = true;
  const plugin::ThreadScope scope(plugin::ThreadTag::kWorker);
  for (const auto& stage : components.all()) {
    const auto reached = stage->component->probe();
    all_fine = all_fine && reached.ok();
    std::cerr << "  " << stage->name << ": " << (reached ? "fine" : reached.error().message)
              << '\n';
  }
  return all_fine;
}

struct Checked {
  config::Findings findings;
  bool is_reachable = true;
};

Checked check_one(const std::filesystem::path& file, const CheckOptions& options) {
  config::Loaded loaded = config::load_pipeline(file, {.overrides = options.overrides});
  if (!loaded.pipeline) return {std::move(loaded.findings), true};
  Workbench bench(offline(*loaded.pipeline));
  const flow::Components components(loaded, {bench.registry, bench.shared, bench.doorway},
                                    loaded.findings);
  const bool is_reachable =
      loaded.findings.has_errors() || !options.reaches_services || probe(components);
  return {std::move(loaded.findings), is_reachable};
}

}  // namespace

int check(const CheckOptions& options) {
  config::Findings all;
  bool is_reachable = true;
  for (const auto& file : options.files) {
    Checked checked = check_one(file, options);
    is_reachable = is_reachable && checked.is_reachable;
    if (options.output == Output::kText && !checked.findings.has_errors()) {
      std::cerr << checked.findings.text();
      std::cout << file.string() << ": fine\n";
    }
    all.merge(std::move(checked.findings));
  }
  if (options.output == Output::kJson || all.has_errors()) print_findings(all, options.output);
  if (all.has_errors()) return kBadConfig;
  return is_reachable ? kFine : kFailed;
}

}  // namespace sluice::app
