// `flow:` as a tree.
#pragma once

#include "config/pipeline.hpp"

namespace sluice::config {

// A list runs in order; a list of nothing but lists runs side by side. Reports what is neither a
// name nor a list, and empty lists. The root is always a sequence.
FlowNode flow_tree(const Node& flow, Findings& findings);

// A stage's name, as messages describe it: letters, digits, "_" and "-", a letter first, at
// most 64.
bool is_stage_name(std::string_view name);

}  // namespace sluice::config
