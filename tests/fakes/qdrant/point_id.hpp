// PointId: how a point is called, an unsigned number or a UUID in any spelling.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace sluice::fakes {

// Numbers come before UUIDs, as in the answers of a scroll.
struct PointId {
  std::optional<std::uint64_t> number;
  std::string uuid;  // lower case, with hyphens; of no number

  friend bool operator==(const PointId&, const PointId&) = default;
  friend bool operator<(const PointId& a, const PointId& b) {
    if (a.number && b.number) return *a.number < *b.number;
    if (a.number || b.number) return a.number.has_value();
    return a.uuid < b.uuid;
  }
};

// Nothing when the value cannot be an id: a number as a string, a negative number, another text.
std::optional<PointId> parse_id(const nlohmann::json& value);
nlohmann::json to_json(const PointId& id);

}  // namespace sluice::fakes
