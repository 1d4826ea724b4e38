// JSON that keeps its keys in the order in which the real server writes them.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace sluice::fakes {

using Json = nlohmann::ordered_json;

// As JSON.stringify has it: compact, and characters as themselves.
inline std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace sluice::fakes
