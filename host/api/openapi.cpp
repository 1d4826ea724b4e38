// What all operations have in common is added here: parameters of the path, the token, faults.
#include "api/openapi.hpp"

#include "api/api.hpp"
#include "api/json_body.hpp"
#include "api/schemas.hpp"
#include "services/instance.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace sluice::api {
namespace {

using nlohmann::json;

constexpr std::array kAnyMethod = {"get", "post", "put", "patch", "delete"};

json response_ref(const char* name) {
  return {{"$ref", std::string("#/components/responses/") + name}};
}

json fault(const char* description) {
  return {
      {"description", description},
      {"content", {{"application/json", {{"schema", {{"$ref", "#/components/schemas/Error"}}}}}}}};
}

json components() {
  json retrying = fault("Too much for now: come again after so many seconds.");
  retrying["headers"]["Retry-After"] = {{"schema", {{"type", "string"}}}};
  json no_token = fault("The API token, or a signature, is missing or wrong.");
  no_token["headers"]["WWW-Authenticate"] = {{"schema", {{"type", "string"}}}};
  return {{"schemas", json::parse(schemas_text())},
          {"responses",
           {{"Fault", fault("Anything else that went wrong: `detail` says what, in a sentence.")},
            {"Busy", std::move(retrying)},
            {"NoToken", std::move(no_token)}}},
          {"securitySchemes",
           {{"token", {{"type", "http"}, {"scheme", "bearer"}, {"description", "api.token"}}}}}};
}

// "/a/{rest...}" is "/a/{rest}" here; OpenAPI has no word for the rest of a path.
std::string path_of(std::string pattern) {
  for (auto at = pattern.find("...}"); at != std::string::npos; at = pattern.find("...}")) {
    pattern.erase(at, 3);
  }
  return pattern;
}

json path_parameters(const std::string& path) {
  json list = json::array();
  for (std::size_t at = path.find('{'); at != std::string::npos; at = path.find('{', at + 1)) {
    list.push_back({{"name", path.substr(at + 1, path.find('}', at) - at - 1)},
                    {"in", "path"},
                    {"required", true},
                    {"schema", {{"type", "string"}}}});
  }
  return list;
}

// "get /api/crawls/{id}" as "getApiCrawlsId"
std::string operation_id(const std::string& method, const std::string& path) {
  std::string id = method;
  bool begins_word = true;
  for (const char c : path) {
    const bool is_word = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (is_word) {
      id += begins_word ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    }
    begins_word = !is_word;
  }
  return id;
}

json operation_of(const net::RouteInfo& route, const std::string& method, const std::string& path) {
  json out = json::parse(route.options.operation, nullptr, false);
  if (!out.is_object()) {
    out = {{"summary", "A route of " + route.options.owner},
           {"responses", {{"200", {{"description", "What the plugin answers."}}}}}};
  }
  out["operationId"] = operation_id(method, path);
  out["tags"] = json::array({route.options.owner});
  for (auto& parameter : path_parameters(path)) out["parameters"].push_back(std::move(parameter));
  auto& responses = out["responses"];
  if (route.options.needs_token) {
    out["security"] = json::array({{{"token", json::array()}}});
    responses.emplace("401", response_ref("NoToken"));
  }
  if (route.options.rate_limited) responses.emplace("429", response_ref("Busy"));
  responses.emplace("503", response_ref("Busy"));
  responses.emplace("default", response_ref("Fault"));
  return out;
}

}  // namespace

json openapi_of(const std::vector<net::RouteInfo>& routes, const std::string& version) {
  json paths = json::object();
  for (const auto& route : routes) {
    const std::string path = path_of(route.pattern);
    std::string method = route.method;
    std::transform(method.begin(), method.end(), method.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (method != "*") {
      paths[path][method] = operation_of(route, method, path);
      continue;
    }
    for (const char* each : kAnyMethod) {
      if (!paths[path].contains(each)) paths[path][each] = operation_of(route, each, path);
    }
  }
  return {{"openapi", "3.1.0"},
          {"info",
           {{"title", "Sluice"},
            {"version", version},
            {"description",
             "From a crawler's webhooks to search. Every answer carries "
             "X-Request-ID: the caller's, if it sent one."}}},
          {"paths", std::move(paths)},
          {"components", components()}};
}

void Api::openapi(const net::ExchangePtr& x) {
  x->respond(
      net::json_response(200, dump(openapi_of(parts_.router.routes(), services::kHostVersion))));
}

}  // namespace sluice::api
