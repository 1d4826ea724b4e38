// Documents out of JSON.
#pragma once

#include "document.hpp"
#include "json_fields.hpp"

#include <vector>

namespace firecrawl {

// The documents of a `data`: a list, one object or null. False when there are more than
// kMaxDocuments.
bool read_documents(ondemand::value& data, std::vector<Document>& out);

}  // namespace firecrawl
