// A record's metadata as it goes into a payload.
#pragma once

#include <sluice/plugin.hpp>

#include <string>

namespace qdrant_sink {

// Members of a JSON object, without braces: "title":"A","status_code":200. Times are RFC 3339 in
// UTC. Names that a payload needs for itself are left out.
std::string metadata_members(const sluice::Record& record);

}  // namespace qdrant_sink
