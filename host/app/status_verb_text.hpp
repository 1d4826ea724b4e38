// The state of a running host, as a person reads it.
#pragma once

#include "app/terminal.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace sluice::app {

// What GET /api/pipeline, /health and /api/stats answered.
struct HostState {
  nlohmann::json pipeline;
  nlohmann::json health;
  nlohmann::json stats;
};

// A line about the pipeline, a table of its stages, what is wrong with them, and what is indexed.
std::string status_text(const HostState& state, const Terminal& terminal);

}  // namespace sluice::app
