// What `sluice dlq` prints.
#pragma once

#include "app/terminal.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace sluice::app {

// Of an answer to GET /api/dead-letters.
std::string dead_letters_text(const nlohmann::json& list, const Terminal& terminal);
// Of one to GET /api/dead-letters/{id}.
std::string dead_letter_text(const nlohmann::json& letter, const Terminal& terminal);

}  // namespace sluice::app
