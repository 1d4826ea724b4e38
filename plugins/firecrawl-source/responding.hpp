// Answers as HTTP.
#pragma once

#include "answer.hpp"

#include <sluice/http.hpp>

namespace firecrawl {

void respond(sluice::HttpExchange& exchange, const Answer& answer);

}  // namespace firecrawl
