// Whether a value fits a schema of an OpenAPI document, 3.0 or 3.1.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace sluice::fakes {

// Whose document it is. Of our own, every keyword has to be one that is checked here, and exactly
// one of the choices of `oneOf` has to fit.
enum class Author { kVendor, kOurs };

// What is wrong with the value, each with its JSON pointer. `document` is what $ref refers to.
// Stricter than the standard in one way, as a document that says too little is a fault here: an
// object whose schema names properties has no others, unless additionalProperties says so.
std::vector<std::string> misfits(const nlohmann::json& value, const nlohmann::json& schema,
                                 const nlohmann::json& document, Author author = Author::kVendor);

}  // namespace sluice::fakes
