// How much of a text is UTF-8.
#pragma once

#include <cstddef>
#include <string_view>

namespace plugin_common {

// Bytes of the code point that `text` begins with; 0 when it begins with none: a stray or overlong
// sequence, a surrogate, or the end in the middle of one.
std::size_t code_point_length(std::string_view text);

}  // namespace plugin_common
