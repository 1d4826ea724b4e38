#include "requests.hpp"

#include "common/json/json_writer.hpp"
#include "payload.hpp"
#include "point_id.hpp"

namespace qdrant_sink {
namespace {

using plugin_common::append_floats;
using plugin_common::append_integer;
using plugin_common::append_text;

void append_key(std::string& out, std::string_view key) {
  append_text(out, key);
  out += ':';
}

void append_match(std::string& out, std::string_view key, std::string_view value) {
  out += R"({"key":)";
  append_text(out, key);
  out += R"(,"match":{"value":)";
  append_text(out, value);
  out += "}}";
}

void append_first_chunk(std::string& out) {
  out += R"({"key":)";
  append_text(out, kOrdinal);
  out += R"(,"match":{"value":0}})";
}

}  // namespace

std::string create_body(const NewCollection& collection) {
  std::string out = R"({"vectors":{)";
  append_key(out, collection.vector);
  out += R"({"size":)";
  append_integer(out, static_cast<std::int64_t>(collection.size));
  out += R"(,"distance":)";
  append_text(out, collection.distance);
  if (collection.storage == Storage::kDisk) out += R"(,"on_disk":true)";
  out += "}}";
  // Outliers beyond the quantile are clipped, which keeps the steps between codes small; the codes
  // stay in memory, a quarter of the vectors' size.
  if (collection.quantization == Quantization::kInt8)
    out += R"(,"quantization_config":{"scalar":{"type":"int8","quantile":0.99,"always_ram":true}})";
  return out + "}";
}

std::string index_body(std::string_view field, std::string_view type) {
  std::string out = R"({"field_name":)";
  append_text(out, field);
  out += R"(,"field_schema":)";
  append_text(out, type);
  return out + "}";
}

void begin_points(std::string& out) { out = R"({"points":[)"; }

void append_point(std::string& out, const PointView& point) {
  out += R"({"id":")";
  out += point_id(point.document_id, point.ordinal);
  out += R"(","vector":)";
  if (!point.vector_name.empty()) {
    out += '{';
    append_key(out, point.vector_name);
  }
  append_floats(out, point.vector);
  if (!point.vector_name.empty()) out += '}';
  out += R"(,"payload":{)";
  append_key(out, kDocumentId);
  append_text(out, point.document_id);
  out += ',';
  append_key(out, kOrdinal);
  append_integer(out, point.ordinal);
  out += ',';
  append_key(out, kText);
  append_text(out, point.text);
  if (!point.metadata.empty()) out += ',';
  out += point.metadata;
  out += "}}";
}

void end_points(std::string& out) { out += "]}"; }

std::string removal_body(std::span<const Removal> removals) {
  std::string out = R"({"filter":{"should":[)";
  for (std::size_t i = 0; i < removals.size(); ++i) {
    if (i > 0) out += ',';
    out += R"({"must":[)";
    append_match(out, kDocumentId, removals[i].document_id);
    if (removals[i].ordinal > 0) {
      out += R"(,{"key":)";
      append_text(out, kOrdinal);
      out += R"(,"range":{"gte":)";
      append_integer(out, removals[i].ordinal);
      out += "}}";
    }
    out += "]}";
  }
  return out + "]}}";
}

std::string trifle_body() { return R"({"points":["00000000-0000-0000-0000-000000000000"]})"; }

std::string group_query_body(const GroupQuery& query) {
  std::string out = R"({"query":)";
  append_floats(out, query.vector);
  if (!query.vector_name.empty()) {
    out += R"(,"using":)";
    append_text(out, query.vector_name);
  }
  if (!query.conditions.empty()) {
    out += R"(,"filter":{"must":[)";
    out += query.conditions;
    out += "]}";
  }
  // Twice as many candidates as asked for are scored again by their true vectors.
  if (query.quantization == Quantization::kInt8)
    out += R"(,"params":{"quantization":{"rescore":true,"oversampling":2.0}})";
  out += R"(,"group_by":)";
  append_text(out, kDocumentId);
  out += R"(,"group_size":1,"limit":)";
  append_integer(out, static_cast<std::int64_t>(query.limit));
  return out + R"(,"with_payload":true})";
}

std::string count_body(Counted counted, std::string_view conditions) {
  std::string out = R"({"exact":true,"filter":{"must":[)";
  if (counted == Counted::kDocuments) append_first_chunk(out);
  if (counted == Counted::kDocuments && !conditions.empty()) out += ',';
  out += conditions;
  return out + "]}}";
}

}  // namespace qdrant_sink
