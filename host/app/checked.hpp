// Everything that can be said of a pipeline file before anything of it starts: one place for
// `check`, `run` and reloads.
#pragma once

#include "config/pipeline.hpp"
#include "flow/components.hpp"

#include <memory>

namespace sluice::app {

class Workbench;

// The components of `loaded`, which has a pipeline, configured; what is wrong with them, or around
// them, goes to its findings.
std::unique_ptr<flow::Components> checked(config::Loaded& loaded, Workbench& bench);

}  // namespace sluice::app
