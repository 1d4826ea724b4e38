// What a chunk is called in Qdrant.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace qdrant_sink {

// The UUIDv5, URL namespace, of "<document id>#<ordinal>": the same on every host and every run, so
// that writing a chunk again replaces it.
std::string point_id(std::string_view document_id, std::uint32_t ordinal);

}  // namespace qdrant_sink
