// One POST over a connection of its own, as a webhook's sender makes it.
#pragma once

#include "fakes/server/message.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace sluice::fakes {

// The status of the answer; 0 when none came in time. `url` is plain http.
unsigned post(const std::string& url, const std::vector<Header>& headers, const std::string& body,
              std::chrono::milliseconds timeout);

}  // namespace sluice::fakes
