// How much of a text is UTF-8, and whether there is anything to see in it.
#pragma once

#include <cstddef>
#include <string_view>

namespace tei {

// Bytes of the code point that `text` begins with; 0 when it begins with none: a stray or overlong
// sequence, a surrogate, or the end in the middle of one.
std::size_t code_point_length(std::string_view text);

// No text, or nothing but ASCII white space and controls: a model has nothing to say about it, and
// one empty text makes the server refuse all that came with it.
bool is_blank(std::string_view text);

}  // namespace tei
