// A record's metadata as this plugin keeps it: one JSON object, and the values searches filter by.
#pragma once

#include "attributes.hpp"

#include <sluice/plugin.hpp>

#include <string>

namespace local_vectors {

// All metadata of the record as one JSON object; times as RFC 3339 in UTC.
std::string metadata_json(const sluice::Record& record);

// Views of the record's own strings.
AttributeViews attributes_of(const sluice::Record& record);

}  // namespace local_vectors
