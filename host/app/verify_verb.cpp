// sluice verify
#include "app/verbs.hpp"
#include "app/workbench.hpp"
#include "verify/report.hpp"
#include "verify/verify.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <iomanip>
#include <iostream>

namespace sluice::app {
namespace {

int list_checks(Output output) {
  auto list = nlohmann::json::array();
  for (const verify::Check& check : verify::checks()) {
    const char* severity = check.severity == verify::Severity::kError ? "error" : "warning";
    list.push_back({{"id", check.id}, {"severity", severity}, {"promise", check.promise}});
    if (output == Output::kJson) continue;
    std::cout << std::left << std::setw(22) << check.id << std::setw(9) << severity << check.promise
              << '\n';
  }
  if (output == Output::kJson) std::cout << list.dump(2) << '\n';
  return kFine;
}

}  // namespace

int verify(const VerifyOptions& options) {
  if (options.lists) return list_checks(options.output);
  verify::Options what;
  what.file = options.file;
  what.only = options.only;
  what.overrides = options.overrides;
  what.seed = options.seed;
  what.walks = options.walks;
  what.patience = options.patience;
  what.is_in_process = options.is_in_process;
  what.host = host_offer();
  what.copies = scratch_folder();
  const auto summary = verify::verify(what, [&](const verify::Trial& result) {
    if (options.output == Output::kText) std::cout << verify::text_of(result) << std::flush;
  });
  if (!summary) {
    std::cerr << "sluice: " << summary.error().message << '\n';
    return summary.error().fault == Fault::kInvalid ? kUsage : kFailed;
  }
  if (options.output == Output::kJson) {
    std::cout << verify::json_of(*summary).dump(2, ' ', false,
                                                nlohmann::json::error_handler_t::replace)
              << '\n';
  } else {
    std::cout << verify::closing_of(*summary);
  }
  if (!options.junit.empty()) {
    std::ofstream out(options.junit);
    out << verify::junit_of(*summary);
    out.close();
    if (!out) {
      std::cerr << "sluice: the report " << options.junit.string() << " cannot be written\n";
      return kFailed;
    }
  }
  return summary->is_good() ? kFine : kFailed;
}

}  // namespace sluice::app
