// The filter of a search, as Qdrant's conditions.
#pragma once

#include <string>
#include <string_view>
#include <variant>

namespace qdrant_sink {

struct BadFilter {
  std::string sentence;
};

// From {"language": "en", "domain": ["a.org", "b.org"], "is_mobile": true} to conditions of a
// `must` list, with commas between them; empty text, `{}` and null values are no condition.
std::variant<std::string, BadFilter> conditions_of(std::string_view filter);

}  // namespace qdrant_sink
