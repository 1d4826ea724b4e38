// What is known of the server before anything is asked of a collection.
#pragma once

#include "fault.hpp"
#include "wire.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <variant>

namespace qdrant_sink {

// From the `url` setting, or a sentence about what is wrong with it.
std::variant<Place, std::string> place_of(std::string_view url);

struct ServerFacts {
  std::string version;
  std::chrono::milliseconds latency{};  // of one round trip
};
// A fault of kMisfit for a server that is too old.
std::variant<ServerFacts, Fault> look_at(const Place& place, const Wire& wire);

}  // namespace qdrant_sink
