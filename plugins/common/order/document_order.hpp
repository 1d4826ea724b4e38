// The order of documents whose scores are equal.
#pragma once

#include <cstdint>
#include <string_view>

namespace plugin_common {

// The first 8 bytes of the document's UUIDv5 in the URL namespace (RFC 4122, 4.3), the id that
// search results carry: documents in ascending order of it are in the order of their results' ids.
std::uint64_t order_of(std::string_view document_id);

}  // namespace plugin_common
