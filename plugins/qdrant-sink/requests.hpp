// The bodies of requests.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace qdrant_sink {

enum class Quantization { kNone, kInt8 };
enum class Storage { kMemory, kDisk };

struct NewCollection {
  std::string_view vector = {};  // its name
  std::uint64_t size = 0;
  std::string_view distance = {};
  Storage storage = Storage::kMemory;
  Quantization quantization = Quantization::kNone;
};
std::string create_body(const NewCollection& collection);

std::string index_body(std::string_view field, std::string_view type);

// One point. A view: lives as long as the call it is passed to.
struct PointView {
  std::string_view document_id = {};
  std::uint32_t ordinal = 0;
  std::span<const float> vector = {};  // all finite
  std::string_view vector_name = {};   // empty: the collection's vectors have no names
  std::string_view text = {};
  std::string_view metadata = {};  // members of a JSON object, without braces: "title":"A","n":1
};
// `begin_points`, points, `end_points` is the body of an upsert; a comma goes between points.
void begin_points(std::string& out);
void append_point(std::string& out, const PointView& point);
void end_points(std::string& out);

// The chunks of a document from `ordinal` on; all of it from 0.
struct Removal {
  std::string_view document_id = {};
  std::uint32_t ordinal = 0;
};
std::string removal_body(std::span<const Removal> removals);
// Removes a point that nobody has: a write that changes nothing.
std::string trifle_body();

struct GroupQuery {
  std::span<const float> vector = {};
  std::string_view vector_name = {};
  std::string_view conditions = {};  // as conditions_of gives them
  std::uint64_t limit = 10;          // documents
  Quantization quantization = Quantization::kNone;
};
std::string group_query_body(const GroupQuery& query);

// Points, or documents: each document has one chunk with the ordinal 0.
enum class Counted { kPoints, kDocuments };
std::string count_body(Counted counted, std::string_view conditions);

}  // namespace qdrant_sink
