// A record's metadata on the wire.
#pragma once

#include "data/record.hpp"

#include <nlohmann/json.hpp>

namespace sluice::api {

// What the document itself carries, key by key, each as the JSON type it has.
nlohmann::json metadata_of(const data::Record& document);

}  // namespace sluice::api
