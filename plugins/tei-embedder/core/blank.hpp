// Whether there is anything to see in a text.
#pragma once

#include <algorithm>
#include <string_view>

namespace tei {

// No text, or nothing but ASCII white space and controls: a model has nothing to say about it, and
// one empty text makes the server refuse all that came with it.
inline bool is_blank(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) <= 0x20; });
}

}  // namespace tei
