// The JSON parser, for the .cpp files of this folder.
#pragma once

#include "core/exchange.hpp"

#include <simdjson.h>

#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>

namespace tei {

static_assert(kBodyPadding >= simdjson::SIMDJSON_PADDING);

// The bytes of `body` with the room behind them that the parser wants; copies only when it is not
// there yet. Valid while `body` stays as it is.
inline simdjson::padded_string_view padded(std::string& body) {
  body.reserve(body.size() + kBodyPadding);
  return simdjson::padded_string_view(body.data(), body.size(), body.capacity());
}

// The strings of a document, unescaped. Whoever asks simdjson's on-demand parser itself for one
// crashes when the parser found no memory for its strings: it does not look.
class Strings {
 public:
  // For all strings of `body`.
  explicit Strings(std::string_view body)
      : room_(std::make_unique_for_overwrite<std::uint8_t[]>(body.size() + kBodyPadding)),
        next_(room_.get()) {}

  // Valid as long as this. False: it is no string.
  bool read(const simdjson::ondemand::parser& parser, simdjson::ondemand::value& value,
            std::string_view& out) {
    simdjson::ondemand::raw_json_string raw;
    return value.get_raw_json_string().get(raw) == simdjson::SUCCESS &&
           parser.unescape(raw, next_).get(out) == simdjson::SUCCESS;
  }

 private:
  std::unique_ptr<std::uint8_t[]> room_;
  std::uint8_t* next_;
};

// The object that the text is; nothing when it is another thing. The parser lives as long. Throws
// std::bad_alloc.
inline std::optional<simdjson::dom::object> parse_object(simdjson::dom::parser& parser,
                                                         std::string_view text) {
  simdjson::dom::object object;
  const auto failure = parser.parse(text.data(), text.size()).get(object);
  if (failure == simdjson::MEMALLOC) throw std::bad_alloc{};
  return failure == simdjson::SUCCESS ? std::optional(object) : std::nullopt;
}

// Whether the document can still be asked after an error: a field that is missing, or of another
// type, is no harm; after anything else the parser must be left alone.
inline bool is_harmless(simdjson::error_code error) {
  return error == simdjson::SUCCESS || error == simdjson::NO_SUCH_FIELD ||
         error == simdjson::INCORRECT_TYPE;
}

}  // namespace tei
