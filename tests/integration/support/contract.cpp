// Finds the operation of a request, then the response of its status, then the schema.
#include "support/contract.hpp"

#include "fakes/contract/schema.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

namespace sluice::testing {
namespace {

using nlohmann::json;

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const auto slash = std::min(path.find('/'), path.size());
    segments.push_back(path.substr(0, slash));
    path.remove_prefix(slash);
  }
  return segments;
}

// How many segments are matched as text; nothing when the path is another.
std::optional<std::size_t> literal_matches(std::string_view pattern, std::string_view path) {
  const auto wanted = segments_of(pattern);
  const auto given = segments_of(path);
  const bool takes_rest = pattern.ends_with("{rest}");
  if (takes_rest ? given.size() < wanted.size() : given.size() != wanted.size()) return {};
  std::size_t literal = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == given[i]) {
      ++literal;
    } else if (!wanted[i].starts_with('{')) {
      return {};
    }
  }
  return literal;
}

const json& error_schema() {
  static const json kSchema = {{"$ref", "#/components/schemas/Error"}};
  return kSchema;
}

}  // namespace

const json* Contract::item_of(std::string_view path) const {
  const json* best = nullptr;
  std::size_t best_literal = 0;
  for (const auto& [pattern, item] : document_.at("paths").items()) {
    const auto literal = literal_matches(pattern, path);
    if (!literal || (best && *literal < best_literal)) continue;
    best = &item;
    best_literal = *literal;
  }
  return best;
}

const json& Contract::resolved(const json& value) const {
  const auto ref = value.find("$ref");
  return ref == value.end() ? value
                            : document_.at(json::json_pointer(ref->get<std::string>().substr(1)));
}

std::vector<std::string> Contract::faults(const Seen& seen) const {
  const std::string_view path =
      std::string_view(seen.target).substr(0, std::min(seen.target.find('?'), seen.target.size()));
  std::string method = seen.method == "HEAD" ? "get" : seen.method;
  std::transform(method.begin(), method.end(), method.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const json* item = item_of(path);
  const bool is_known = item && item->contains(method);
  if (!is_known && seen.status < 400) {
    return {"the document does not have " + seen.method + " " + std::string(path)};
  }
  if (seen.method == "HEAD" || seen.status == 204) return {};
  const auto body = json::parse(seen.body, nullptr, false);
  if (!is_known) return fakes::misfits(body, error_schema(), document_, fakes::Author::kOurs);

  const json& responses = item->at(method).at("responses");
  const std::string status = std::to_string(seen.status);
  if (!responses.contains(status) && seen.status < 400) {
    return {"the document does not have the status " + status};
  }
  const json& response = resolved(responses.at(responses.contains(status) ? status : "default"));
  const auto content = response.find("content");
  if (content == response.end()) return {};
  const std::string media = seen.content_type.substr(0, seen.content_type.find(';'));
  const auto of_media = content->find(media);
  if (of_media == content->end()) return {"the document does not have the media type " + media};
  if (media != "application/json") return {};
  if (body.is_discarded()) return {"the body is no JSON"};
  return fakes::misfits(body, of_media->at("schema"), document_, fakes::Author::kOurs);
}

}  // namespace sluice::testing
