// Text for people: how wide it is in columns, where it may be wrapped, what is safe to show.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::app {

// Columns that UTF-8 text takes in a terminal: two for East Asian wide characters, none for
// combining marks. A byte that is not UTF-8 counts as one.
std::size_t display_width(std::string_view text);

// The text as one line: runs of white space become a space, control characters and those that
// reorder the line are left out, bytes that are not UTF-8 become U+FFFD. What a host sends may hold
// terminal commands; nothing of it is shown without passing here.
std::string printable(std::string_view text);

// Printable text cut to `width` columns, with "…" where something is missing.
std::string shortened(std::string_view text, std::size_t width);

// Printable text in lines of at most `width` columns, broken at spaces and between wide characters;
// a longer word is split. At most `lines`; the last one ends in "…" if there was more.
std::vector<std::string> wrapped(std::string_view text, std::size_t width, std::size_t lines);

}  // namespace sluice::app
