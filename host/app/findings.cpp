// Findings for people and for machines.
#include "app/findings.hpp"

#include <nlohmann/json.hpp>

#include <iostream>

namespace sluice::app {

int print_findings(const config::Findings& findings, Output output) {
  if (output == Output::kJson) {
    std::cout << nlohmann::json{{"findings", findings.to_json()}}.dump(2) << '\n';
  } else {
    std::cerr << findings.text();
  }
  return findings.has_errors() ? kBadConfig : kFine;
}

}  // namespace sluice::app
