// An operation as OpenAPI writes it.
#include "api/operation.hpp"

#include "net/message.hpp"

#include <nlohmann/json.hpp>

namespace sluice::api {
namespace {

nlohmann::json schema_of(const std::string& name) {
  return {{"schema", {{"$ref", "#/components/schemas/" + name}}}};
}

}  // namespace

std::string Operation::json() const {
  nlohmann::json out = {{"summary", summary}, {"responses", nlohmann::json::object()}};
  for (const auto& parameter : query) {
    out["parameters"].push_back({{"name", parameter.name},
                                 {"in", "query"},
                                 {"description", parameter.description},
                                 {"schema", nlohmann::json::parse(parameter.schema)}});
  }
  if (!request.empty()) {
    out["requestBody"] = {{"required", true},
                          {"content", {{"application/json", schema_of(request)}}}};
  }
  for (const auto& answer : answers) {
    auto& one = out["responses"][std::to_string(answer.status)];
    if (one.is_null()) one = {{"description", net::reason_phrase(answer.status)}};
    auto& content = one["content"][answer.media];
    content = answer.schema.empty() ? nlohmann::json{{"schema", {{"type", "string"}}}}
                                    : schema_of(answer.schema);
  }
  return out.dump();
}

}  // namespace sluice::api
