// Text out of JSON strings and into them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace firecrawl {

enum class Nul {
  kKeep,
  kReplace,  // by U+FFFD, as CommonMark asks for: stores and tokenizers stop at a NUL
};

// What is between the quotes of a valid JSON string, unescaped, in a buffer of about its own size.
// Lone surrogates become U+FFFD, so that UTF-8 in gives UTF-8 out.
std::string unescaped(std::string_view inside, Nul nul = Nul::kReplace);

// Appends `text` (UTF-8) as a JSON string with its quotes.
void append_json_string(std::string& out, std::string_view text);

// The longest start of `text` that has at most `limit` bytes and does not end inside a code point.
std::string_view clipped(std::string_view text, std::size_t limit);

}  // namespace firecrawl
