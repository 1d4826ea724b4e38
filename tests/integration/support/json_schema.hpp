// JSON Schema as the host's OpenAPI document uses it, held against a value.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace sluice::testing {

// What is wrong with `value`; empty: nothing. `document` is what "#/..." refers into. Stricter than
// the standard in two ways, as a document that says too little is a fault here: an object whose
// schema names properties has no others, unless additionalProperties says so; and a keyword that is
// not checked may not be used.
std::vector<std::string> schema_faults(const nlohmann::json& document, const nlohmann::json& schema,
                                       const nlohmann::json& value);

}  // namespace sluice::testing
