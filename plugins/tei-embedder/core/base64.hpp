// Vectors in base64: little-endian float32.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace tei {

// How many floats the text holds; SIZE_MAX when its length is not that of whole floats.
std::size_t base64_floats(std::string_view text);

// Fills `out`, whose size is base64_floats(text). False at a character that is not of the alphabet.
bool decode_base64(std::string_view text, std::span<float> out);

}  // namespace tei
