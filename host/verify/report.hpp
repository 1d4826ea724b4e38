// What was found, for people, for machines and for CI.
#pragma once

#include "verify/verify.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace sluice::verify {

// One line for a check that passed, more for one that did not.
std::string text_of(const Trial& result);
// The last line.
std::string closing_of(const Summary& summary);

// {file, seed, passed, results: [{id, severity, outcome, promise, remedy, sentences,
// milliseconds}]}
nlohmann::json json_of(const Summary& summary);

// JUnit XML, as CI systems read it. Warnings count as passed and say so in their output.
std::string junit_of(const Summary& summary);

}  // namespace sluice::verify
