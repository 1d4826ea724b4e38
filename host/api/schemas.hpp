// The shapes of what the API takes and answers.
#pragma once

#include <string_view>

namespace sluice::api {

// `components/schemas` of the OpenAPI document: names and their JSON Schemas, as JSON. Keys that an
// answer always has are `required`; whoever adds a key to an answer adds it here.
std::string_view schemas_text();

}  // namespace sluice::api
