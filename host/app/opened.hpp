// A pipeline file with its components configured and nothing started: for verbs that show it.
#pragma once

#include "app/verbs.hpp"
#include "app/workbench.hpp"
#include "config/pipeline.hpp"
#include "flow/components.hpp"

#include <memory>

namespace sluice::app {

// Only good without errors in `loaded.findings`.
struct Opened {
  config::Loaded loaded;
  std::unique_ptr<Workbench> bench;
  std::unique_ptr<flow::Components> components;
};

Opened open_file(const FileOptions& options);

}  // namespace sluice::app
