// The bytes a document is kept as in the journal. Private to this host: a version byte in front,
// then lengths and values in little-endian order, as the machine has them.
#pragma once

#include "base/result.hpp"
#include "data/record.hpp"

#include <string>
#include <string_view>

namespace sluice::data {

// A document as bytes: id, group, op, text and metadata. Chunks and vectors are made again from it.
std::string encode(const Record& document);

// The document again; an Error when the bytes are not what encode wrote.
Result<RecordRef> decode(std::string_view bytes);

}  // namespace sluice::data
