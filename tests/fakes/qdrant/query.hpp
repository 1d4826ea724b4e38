// The reads: query, groups, search, scroll, count, retrieve.
#pragma once

#include "fakes/qdrant/collection.hpp"

#include <nlohmann/json.hpp>

namespace sluice::fakes {

// Each takes the body of a request and gives `result`. They throw Refusal, and nlohmann's
// exceptions for values of a wrong type.
nlohmann::json query_points(const Collection& collection, const nlohmann::json& body);
nlohmann::json query_groups(const Collection& collection, const nlohmann::json& body);
nlohmann::json search_points(const Collection& collection, const nlohmann::json& body);
nlohmann::json scroll_points(const Collection& collection, const nlohmann::json& body);
nlohmann::json count_points(const Collection& collection, const nlohmann::json& body);
nlohmann::json retrieve_points(const Collection& collection, const nlohmann::json& body);
// GET /points/{id}; throws Refusal when there is none.
nlohmann::json retrieve_point(const Collection& collection, const std::string& id);

}  // namespace sluice::fakes
