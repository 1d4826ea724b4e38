// The OpenAPI document: made of the table of routes that serves, so that it cannot lag behind.
#pragma once

#include "net/router.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace sluice::api {

// OpenAPI 3.1 of these routes. A route without an operation is there without details; a route that
// takes any method is there under each of them.
nlohmann::json openapi_of(const std::vector<net::RouteInfo>& routes, const std::string& version);

}  // namespace sluice::api
