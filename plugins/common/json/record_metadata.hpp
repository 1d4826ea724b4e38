// A record's metadata as JSON, as sinks keep it beside the text.
#pragma once

#include <sluice/plugin.hpp>

#include <string>
#include <string_view>

namespace plugin_common {

// Members of a JSON object, without braces: "title":"A","status_code":200. Times are RFC 3339 in
// UTC. Names of which `is_left_out` is true are left out. Nothing here needs memory to be
// destroyed, as nlohmann's values do: where memory ends, it throws std::bad_alloc and no more.
std::string metadata_members(
    const sluice::Record& record,
    bool (*is_left_out)(std::string_view name) = [](std::string_view) { return false; });

// All of it, with braces.
std::string metadata_object(const sluice::Record& record);

}  // namespace plugin_common
