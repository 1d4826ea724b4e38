// The answer to a search, as a person reads it.
#pragma once

#include "app/terminal.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>

namespace sluice::app {

// Rank, title and score, URL, and a few lines of the text for each result; then how many there are.
// `offset` results came before the first.
std::string search_text(const nlohmann::json& answer, std::uint64_t offset,
                        const Terminal& terminal);

}  // namespace sluice::app
