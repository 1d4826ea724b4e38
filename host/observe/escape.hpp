// How text of unknown origin is put on one line of a log, so that it cannot pass for another line
// or steer a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::observe {

// Appends `text`, cut to `limit` bytes (never inside a character; "…" says so). Control characters
// and those that turn the direction of writing become \n, \t, \u001b, ...; bytes that are not UTF-8
// become \xff.
void append_plain(std::string& out, std::string_view text, std::size_t limit);

// The same in double quotes, with " and \ escaped, when it could be misread as something else than
// one value: it is empty or has spaces, quotes, backslashes, equals signs or escapes.
void append_value(std::string& out, std::string_view text, std::size_t limit);

// Appends `text` as a JSON string, quotes included; bytes that are not UTF-8 become U+FFFD.
void append_json(std::string& out, std::string_view text, std::size_t limit);

}  // namespace sluice::observe
