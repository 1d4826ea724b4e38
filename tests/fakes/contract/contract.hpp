// Contract: an OpenAPI document as a judge of requests and answers.
#pragma once

#include "fakes/server/message.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace sluice::fakes {

// What is wrong, each with its place: "POST /embed 200: /0/1: is a string, not a number".
using Complaints = std::vector<std::string>;

// Stricter than the documents: a property that an object's schema does not name is a complaint. Any
// thread.
class Contract {
 public:
  explicit Contract(nlohmann::json document) : document_(std::move(document)) {}
  // Throws std::runtime_error with a sentence when there is no such document.
  static Contract read(const std::filesystem::path& file);

  // Its path, its method, the names of its parameters, its body.
  Complaints check(const Request& request) const;
  // The status, and the body where it is JSON: servers refuse what they cannot read in plain text,
  // whatever the document says.
  Complaints check(const Request& request, const Answer& answer) const;

 private:
  const nlohmann::json* operation_of(const Request& request) const;

  const nlohmann::json document_;
};

// $SLUICE_SPECS/<file>, the vendor's own document; nothing when the variable is not set.
std::optional<Contract> official_document(const std::filesystem::path& file);

}  // namespace sluice::fakes
