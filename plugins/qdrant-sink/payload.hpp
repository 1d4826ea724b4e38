// The names in a point's payload. Other programs read them: they stay as they are.
#pragma once

#include <array>
#include <string_view>

namespace qdrant_sink {

inline constexpr std::string_view kDocumentId = "document_id";
inline constexpr std::string_view kOrdinal = "ordinal";
inline constexpr std::string_view kText = "text";

// Everything else in a payload is metadata of the record.
constexpr bool is_ours(std::string_view name) {
  return name == kDocumentId || name == kOrdinal || name == kText;
}

struct IndexedField {
  std::string_view name;
  std::string_view type;
};

// What requests filter by. A strict server refuses filters on anything else.
inline constexpr std::array<IndexedField, 7> kIndexedFields = {{{kDocumentId, "keyword"},
                                                                {kOrdinal, "integer"},
                                                                {"domain", "keyword"},
                                                                {"language", "keyword"},
                                                                {"country", "keyword"},
                                                                {"is_mobile", "bool"},
                                                                {"crawl_id", "keyword"}}};

}  // namespace qdrant_sink
