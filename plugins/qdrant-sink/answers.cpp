#include "answers.hpp"

#include "common/json/json_writer.hpp"
#include "payload.hpp"

#include <simdjson.h>

#include <algorithm>

namespace qdrant_sink {
namespace {

using plugin_common::append_text;

namespace dom = simdjson::dom;

// A document and what it is read with, which must live as long.
class Parsed {
 public:
  explicit Parsed(std::string_view text) {
    is_read_ = parser_.parse(text.data(), text.size()).get(root_) == simdjson::SUCCESS;
  }
  // By JSON Pointer. Nothing when the text is no JSON or there is nothing.
  std::optional<dom::element> at(std::string_view pointer) const {
    dom::element found;
    if (!is_read_ || root_.at_pointer(pointer).get(found) != simdjson::SUCCESS) return std::nullopt;
    return found;
  }
  template <class T>
  std::optional<T> get(std::string_view pointer) const {
    const auto found = at(pointer);
    T value{};
    if (!found || found->get(value) != simdjson::SUCCESS) return std::nullopt;
    return value;
  }

 private:
  dom::parser parser_;
  dom::element root_;
  bool is_read_ = false;
};

std::optional<CollectionInfo::Vector> vector_in(std::string_view name, dom::element params) {
  std::uint64_t size = 0;
  std::string_view distance;
  if (params["size"].get(size) != simdjson::SUCCESS ||
      params["distance"].get(distance) != simdjson::SUCCESS)
    return std::nullopt;
  return CollectionInfo::Vector{
      .name = std::string(name), .size = size, .distance = std::string(distance)};
}

std::string metadata_in(dom::object payload) {
  std::string out = "{";
  for (const auto& [key, value] : payload) {
    if (is_ours(key)) continue;
    if (out.size() > 1) out += ',';
    append_text(out, key);
    out += ':';
    out += simdjson::minify(value);
  }
  return out + "}";
}

// A point that some other program wrote may lack a text or an ordinal; without a document there is
// nothing to show.
std::optional<GroupHit> hit_in(dom::element point) {
  GroupHit hit;
  dom::object payload;
  std::string_view document;
  if (point["score"].get(hit.score) != simdjson::SUCCESS ||
      point["payload"].get(payload) != simdjson::SUCCESS ||
      payload[kDocumentId].get(document) != simdjson::SUCCESS)
    return std::nullopt;
  hit.document_id = document;
  if (std::string_view text; payload[kText].get(text) == simdjson::SUCCESS) hit.text = text;
  if (std::uint64_t ordinal = 0; payload[kOrdinal].get(ordinal) == simdjson::SUCCESS)
    hit.ordinal = static_cast<std::uint32_t>(ordinal);
  hit.metadata = metadata_in(payload);
  return hit;
}

}  // namespace

std::string error_text(std::string_view body) {
  const Parsed answer(body);
  if (const auto error = answer.get<std::string_view>("/status/error")) return std::string(*error);
  std::string text(body.substr(0, body.find_first_of("\r\n")));
  std::replace_if(
      text.begin(), text.end(),
      [](char letter) { return static_cast<unsigned char>(letter) < ' '; }, ' ');
  return text;
}

std::optional<WriteStatus> write_status(std::string_view body) {
  const Parsed answer(body);
  const auto status = answer.get<std::string_view>("/result/status");
  if (status == "completed") return WriteStatus::kCompleted;
  if (status == "acknowledged") return WriteStatus::kAcknowledged;
  if (status == "wait_timeout") return WriteStatus::kWaitTimeout;
  return std::nullopt;
}

std::optional<CollectionInfo> collection_info(std::string_view body) {
  const Parsed answer(body);
  const auto vectors = answer.at("/result/config/params/vectors");
  dom::object named;
  if (!vectors || vectors->get(named) != simdjson::SUCCESS) return std::nullopt;
  CollectionInfo info;
  if (auto nameless = vector_in("", *vectors)) {
    info.vectors.push_back(std::move(*nameless));
  } else {
    for (const auto& [name, params] : named) {
      if (auto vector = vector_in(name, params)) info.vectors.push_back(std::move(*vector));
    }
  }
  if (const auto schema = answer.get<dom::object>("/result/payload_schema")) {
    for (const auto& [field, type] : *schema) info.indexed.emplace(field);
  }
  return info;
}

std::optional<std::uint64_t> count(std::string_view body) {
  return Parsed(body).get<std::uint64_t>("/result/count");
}

std::optional<std::string> version(std::string_view body) {
  const Parsed answer(body);
  const auto title = answer.get<std::string_view>("/title");
  const auto version = answer.get<std::string_view>("/version");
  if (!title || !version || title->find("qdrant") == std::string_view::npos) return std::nullopt;
  return std::string(*version);
}

std::optional<std::vector<GroupHit>> group_hits(std::string_view body) {
  const Parsed answer(body);
  const auto groups = answer.get<dom::array>("/result/groups");
  if (!groups) return std::nullopt;
  std::vector<GroupHit> found;
  for (const dom::element group : *groups) {
    dom::array hits;
    if (group["hits"].get(hits) != simdjson::SUCCESS) return std::nullopt;
    dom::element best;
    if (hits.at(0).get(best) != simdjson::SUCCESS) continue;
    if (auto hit = hit_in(best)) found.push_back(std::move(*hit));
  }
  return found;
}

}  // namespace qdrant_sink
