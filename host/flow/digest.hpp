// Digest: whether a page says the same as the last time, under the same pipeline.
#pragma once

#include "data/record.hpp"
#include "flow/delivery.hpp"

#include <string_view>

namespace sluice::flow {

// SHA-256 of what ends up in the indexes: the text without white space around it, title,
// description, language and country, and the fingerprint of the stages that process it. A page with
// the same digest is left out; another chunk size or embedder makes another fingerprint, and pages
// are processed again.
Digest digest_of(const data::Record& document, std::string_view fingerprint);

// The pipeline's part: SHA-256 in hexadecimal of `text`.
std::string fingerprint_of(std::string_view text);

}  // namespace sluice::flow
