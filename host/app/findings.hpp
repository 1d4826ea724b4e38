// Printing what is wrong with a pipeline file.
#pragma once

#include "app/verbs.hpp"
#include "config/findings.hpp"

namespace sluice::app {

// Text to stderr, or JSON to stdout. Returns the exit code that goes with them.
int print_findings(const config::Findings& findings, Output output);

}  // namespace sluice::app
