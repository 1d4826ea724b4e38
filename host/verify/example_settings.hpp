// Settings that a plugin's schema accepts, made up from the schema alone.
#pragma once

#include "base/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace sluice::verify {

// A value for each required setting: its default, its example, the first of its choices, or
// something of its type. Addresses are such that nothing answers there.
nlohmann::json example_settings(const nlohmann::json& schema);

// `overrides` are key=value, with JSON or plain text as the value: url=http://127.0.0.1:1.
Result<void> apply_overrides(nlohmann::json& settings, const std::vector<std::string>& overrides);

// What the host's own reading of the schema says against the settings; empty: it accepts them.
std::string refusal_of(std::string_view schema, const nlohmann::json& settings);

}  // namespace sluice::verify
