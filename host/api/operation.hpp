// Operation: what a route says of itself, for the OpenAPI document.
#pragma once

#include <string>
#include <vector>

namespace sluice::api {

// Names of schemas are those of schemas.hpp.
struct Operation {
  struct Answer {
    unsigned status = 200;
    std::string schema{};  // empty: text, or nothing
    std::string media = "application/json";
  };
  // Of the query string, always optional.
  struct Parameter {
    std::string name;
    std::string schema;  // JSON Schema as text
    std::string description;
  };

  std::string summary;
  std::string request{};  // the schema of the body; empty: there is none
  std::vector<Answer> answers{};
  std::vector<Parameter> query{};

  // As an OpenAPI operation object.
  std::string json() const;
};

}  // namespace sluice::api
