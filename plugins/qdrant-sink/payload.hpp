// The names in a point's payload. Other programs read them: they stay as they are.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace qdrant_sink {

inline constexpr std::string_view kDocumentId = "document_id";
inline constexpr std::string_view kOrdinal = "ordinal";
inline constexpr std::string_view kText = "text";
// What the page's `language` matches: "en" and "en-us" of "en-US". A filter of Qdrant compares, and
// so what it is to find has to be there.
inline constexpr std::string_view kLanguageRanges = "language_ranges";

// Everything else in a payload is metadata of the record.
constexpr bool is_ours(std::string_view name) {
  return name == kDocumentId || name == kOrdinal || name == kText || name == kLanguageRanges;
}

// To the members of a payload, those that a page of this language has beside its metadata.
void append_language_ranges(std::string& members, std::string_view language);

struct IndexedField {
  std::string_view name;
  std::string_view type;
};

// What requests filter by. A strict server refuses filters on anything else.
inline constexpr std::array<IndexedField, 8> kIndexedFields = {{{kDocumentId, "keyword"},
                                                                {kOrdinal, "integer"},
                                                                {"domain", "keyword"},
                                                                {"language", "keyword"},
                                                                {"country", "keyword"},
                                                                {"is_mobile", "bool"},
                                                                {"crawl_id", "keyword"},
                                                                {kLanguageRanges, "keyword"}}};

}  // namespace qdrant_sink
