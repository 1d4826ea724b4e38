// Whether a value fits a schema of an OpenAPI document, 3.0 or 3.1.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace sluice::fakes {

// What is wrong with the value, each with its JSON pointer. `document` is what $ref refers to.
std::vector<std::string> misfits(const nlohmann::json& value, const nlohmann::json& schema,
                                 const nlohmann::json& document);

}  // namespace sluice::fakes
