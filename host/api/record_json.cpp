// Metadata values as JSON.
#include "api/record_json.hpp"

#include "api/times.hpp"

#include <chrono>

namespace sluice::api {
namespace {

nlohmann::json value_of(const data::MetaValue& value) {
  switch (value.kind) {
    case SLUICE_TEXT:
      return value.text;
    case SLUICE_F64:
      return value.f64;
    case SLUICE_BOOL:
      return value.i64 != 0;
    case SLUICE_TIME:
      return rfc3339(Wall::time_point(
          std::chrono::duration_cast<Wall::duration>(std::chrono::nanoseconds(value.i64))));
    case SLUICE_JSON:
      return nlohmann::json::parse(value.text, nullptr, false);
    default:
      return value.i64;
  }
}

}  // namespace

nlohmann::json metadata_of(const data::Record& document) {
  auto metadata = nlohmann::json::object();
  for (const auto& entry : document.own_meta.entries()) {
    auto value = value_of(entry.value);
    if (!value.is_discarded()) metadata[entry.key] = std::move(value);
  }
  return metadata;
}

}  // namespace sluice::api
