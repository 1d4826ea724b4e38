// Writing JSON straight into a string: the body of an upsert is mostly floats, and std::to_chars
// writes them shortest and fastest.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace plugin_common {

// As part of a JSON string. Bytes that are not UTF-8 become U+FFFD: a page may hold anything, and
// one of them must not cost the request.
void append_escaped(std::string& out, std::string_view text);
// A whole JSON string, with quotation marks.
void append_text(std::string& out, std::string_view text);
void append_integer(std::string& out, std::int64_t number);
// A number that is not finite has no JSON form and is written as null.
void append_number(std::string& out, double number);
// "[0.25,-1]". Every value must be finite.
void append_floats(std::string& out, std::span<const float> values);

}  // namespace plugin_common
