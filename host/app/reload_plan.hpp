// Reload plan: what is different between two readings of a pipeline file, and what of it a running
// host can take up.
#pragma once

#include "config/findings.hpp"
#include "config/pipeline.hpp"
#include "flow/components.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::app {

struct Change {
  std::string path;  // "modes.batch.max_hold"
  std::string text;  // `mode: "streaming" -> "batch"`; secrets are not shown
  enum class Effect : uint8_t {
    kLive,     // taken up while everything goes on
    kRebuilt,  // stages are started anew; those it does not concern go on
    kRestart,  // a running host cannot take it up
  };
  Effect effect = Effect::kLive;
};

// Both with their components configured. In the order of the paths.
std::vector<Change> changes_between(const config::Loaded& before,
                                    const flow::Components& components_before,
                                    const config::Loaded& after,
                                    const flow::Components& components_after);

// A finding for each change that a running host cannot take up, at its place in the new file.
config::Findings refusals(const std::vector<Change>& changes, const config::Loaded& after);

}  // namespace sluice::app
