// From a request to its operation in the document, and from there to the schemas.
#include "fakes/contract/contract.hpp"

#include "fakes/contract/schema.hpp"

#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace sluice::fakes {
namespace {

using nlohmann::json;

constexpr const char* kJson = "application/json";

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(at, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

// "/collections/{name}/points" is the pattern of "/collections/docs/points".
bool is_path_of(std::string_view pattern, std::string_view path) {
  const auto wanted = split(pattern, '/');
  const auto given = split(path, '/');
  return wanted.size() == given.size() && std::equal(wanted.begin(), wanted.end(), given.begin(),
                                                     [](std::string_view a, std::string_view b) {
                                                       return a == b ||
                                                              (a.starts_with('{') && !b.empty());
                                                     });
}

std::string lower_case(std::string text) {
  for (char& letter : text) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return text;
}

std::string name_of(const Request& request) {
  return request.method + " " + std::string(request.path());
}

// The schema of a body, if it has one.
const json* schema_in(const json& described) {
  const json::json_pointer place("/content/application~1json/schema");
  return described.contains(place) ? &described.at(place) : nullptr;
}

// By the number, by its hundred, or what is said of all others.
const json* answer_in(const json& operation, unsigned status) {
  const json& responses = operation.at("responses");
  const std::string number = std::to_string(status);
  for (const std::string& key : {number, number.substr(0, 1) + "XX", std::string("default")}) {
    if (responses.contains(key)) return &responses[key];
  }
  return nullptr;
}

Complaints check_body(const std::string& text, const json& schema, const json& document,
                      const std::string& name) {
  const json body = json::parse(text, nullptr, false);
  if (body.is_discarded()) return {name + ": is no JSON"};
  Complaints complaints = misfits(body, schema, document);
  for (std::string& complaint : complaints) complaint.insert(0, name + ": ");
  return complaints;
}

}  // namespace

Contract Contract::read(const std::filesystem::path& file) {
  std::ifstream in(file);
  json document = json::parse(in, nullptr, false);
  if (!document.is_object() || !document.contains("paths"))
    throw std::runtime_error(file.string() + " is no OpenAPI document.");
  return Contract(std::move(document));
}

const json* Contract::operation_of(const Request& request) const {
  const json* found = nullptr;
  for (const auto& [pattern, operations] : document_["paths"].items()) {
    if (!is_path_of(pattern, request.path())) continue;
    const auto operation = operations.find(lower_case(request.method));
    if (operation == operations.end()) continue;
    if (found == nullptr || pattern == request.path()) found = &*operation;
  }
  return found;
}

Complaints Contract::check(const Request& request) const {
  const std::string name = name_of(request);
  const json* const operation = operation_of(request);
  if (operation == nullptr) return {name + ": is no operation of the document"};
  Complaints complaints;
  for (const std::string_view parameter : split(request.query(), '&')) {
    if (parameter.empty()) continue;
    const std::string_view key = parameter.substr(0, parameter.find('='));
    const json known = operation->value("parameters", json::array());
    const bool is_known = std::any_of(
        known.begin(), known.end(), [&](const json& one) { return one.value("name", "") == key; });
    if (!is_known) complaints.push_back(name + ": has no parameter " + std::string(key));
  }
  const json* const schema =
      operation->contains("requestBody") ? schema_in((*operation)["requestBody"]) : nullptr;
  if (schema == nullptr) {
    if (!request.body.empty()) complaints.push_back(name + ": takes no body");
    return complaints;
  }
  if (request.header("Content-Type") != kJson)
    complaints.push_back(name + ": its body is not declared as JSON");
  for (std::string& one : check_body(request.body, *schema, document_, name))
    complaints.push_back(std::move(one));
  return complaints;
}

Complaints Contract::check(const Request& request, const Answer& answer) const {
  const std::string name = name_of(request) + " " + std::to_string(answer.status);
  const json* const operation = operation_of(request);
  if (operation == nullptr) return {name + ": is no operation of the document"};
  const json* const described = answer_in(*operation, answer.status);
  if (described == nullptr) return {name + ": is no answer of this operation"};
  const json* const schema = schema_in(*described);
  if (schema == nullptr || !answer.content_type.starts_with(kJson)) return {};
  return check_body(answer.body, *schema, document_, name);
}

std::optional<Contract> official_document(const std::filesystem::path& file) {
  const char* const folder = getenv("SLUICE_SPECS");
  if (folder == nullptr || *folder == '\0') return std::nullopt;
  return Contract::read(std::filesystem::path(folder) / file);
}

}  // namespace sluice::fakes
