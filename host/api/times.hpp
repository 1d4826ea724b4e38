// Times on the wire: RFC 3339, UTC, milliseconds.
#pragma once

#include "base/clock.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace sluice::api {

std::string rfc3339(Wall::time_point at);
// null for nothing.
nlohmann::json rfc3339_or_null(const std::optional<Wall::time_point>& at);

}  // namespace sluice::api
