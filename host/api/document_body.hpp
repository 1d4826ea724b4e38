// A document in a request's body, as a record for the pipeline.
#pragma once

#include "api/json_body.hpp"
#include "data/record.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace sluice::api {

// The instance name that pushes of the API carry in the journal and the metrics.
inline const std::string kSource = "api";
inline constexpr uint32_t kWaitMs = 2000;  // for room, before the caller is told to come again

struct TakenDocument {
  std::string url;
  data::RecordRef record;
};
// What is wrong with the body goes to `fields`; there is no record then.
TakenDocument take_document(Fields& fields);

}  // namespace sluice::api
