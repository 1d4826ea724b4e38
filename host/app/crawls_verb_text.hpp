// The ledger of crawls, as a person reads it.
#pragma once

#include "app/terminal.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace sluice::app {

// The list GET /api/crawls answers, a crawl per line; on a narrow terminal with fewer columns.
std::string crawls_text(const nlohmann::json& list, const Terminal& terminal);

// One item of it with all its numbers, its times and its warnings.
std::string crawl_text(const nlohmann::json& item, const Terminal& terminal);

}  // namespace sluice::app
