// Reading what Qdrant answers. Each gives nothing when the text is not what it should be.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace qdrant_sink {

// The error of an answer that is none of 2xx: `status.error`, or the text itself.
std::string error_text(std::string_view body);

// Of a write.
enum class WriteStatus { kCompleted, kAcknowledged, kWaitTimeout };
std::optional<WriteStatus> write_status(std::string_view body);

// The vectors of a collection and its payload indexes.
struct CollectionInfo {
  struct Vector {
    std::string name;  // empty: the collection's vectors have no names
    std::uint64_t size = 0;
    std::string distance;
  };
  std::vector<Vector> vectors;
  std::set<std::string, std::less<>> indexed;
};
std::optional<CollectionInfo> collection_info(std::string_view body);

std::optional<std::uint64_t> count(std::string_view body);
std::optional<std::string> version(std::string_view body);

// The best point of each document.
struct GroupHit {
  std::string document_id;
  std::uint32_t ordinal = 0;
  double score = 0;
  std::string text;
  std::string metadata;  // the rest of the payload, as one JSON object
};
std::optional<std::vector<GroupHit>> group_hits(std::string_view body);

}  // namespace qdrant_sink
