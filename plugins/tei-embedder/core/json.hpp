// The JSON parser, for the .cpp files of this folder.
#pragma once

#include "core/exchange.hpp"

#include <simdjson.h>

#include <string>

namespace tei {

static_assert(kBodyPadding >= simdjson::SIMDJSON_PADDING);

// The bytes of `body` with the room behind them that the parser wants; copies only when it is not
// there yet. Valid while `body` stays as it is.
inline simdjson::padded_string_view padded(std::string& body) {
  body.reserve(body.size() + kBodyPadding);
  return simdjson::padded_string_view(body.data(), body.size(), body.capacity());
}

// Whether the document can still be asked after an error: a field that is missing, or of another
// type, is no harm; after anything else the parser must be left alone.
inline bool is_harmless(simdjson::error_code error) {
  return error == simdjson::SUCCESS || error == simdjson::NO_SUCH_FIELD ||
         error == simdjson::INCORRECT_TYPE;
}

}  // namespace tei
