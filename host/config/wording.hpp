// How messages show what users wrote: quoted, harmless to a terminal, short, and with the word that
// was probably meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::config {

// `text` in double quotes; control characters escaped, cut after 60 characters.
std::string in_quotes(std::string_view text);

// As in_quotes, without the quotes: for names inside paths.
std::string printable(std::string_view text);

// "a", "b" and 3 more: at most eight, quoted.
std::string quoted_list(const std::vector<std::string>& words);

// The candidate within a few typing slips of `word` (Damerau-Levenshtein, case ignored), or the one
// that begins with it; empty if there is none.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

// `; did you mean "x"?`, or empty when nothing is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

// "1 error", "2 errors".
std::string counted(std::size_t count, std::string_view noun);

// Offset of the first byte that is not part of well-formed UTF-8, or npos.
std::size_t find_invalid_utf8(std::string_view text);

// Code points in well-formed UTF-8.
std::size_t count_code_points(std::string_view text);

}  // namespace sluice::config
