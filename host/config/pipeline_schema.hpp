// The shape of a pipeline file, as JSON Schema: what load_pipeline checks by, and what editors get.
#pragma once

#include "config/schema.hpp"

#include <string_view>

namespace sluice::config {

// JSON text. `flow` and each stage's `config` are open here: flow_tree.cpp and the plugins' own
// schemas look after them.
std::string_view pipeline_schema_text();

Schema pipeline_schema();

}  // namespace sluice::config
