// What one line of Markdown is, judged by itself. The text given has no leading blanks and no line
// break; all functions are linear in it.
#pragma once

#include <cstddef>
#include <string_view>

namespace chunker::markdown_line {

bool is_blank(std::string_view text);

// 1 to 6 for "# …" to "###### …", else 0.
int heading_level(std::string_view text);
// 1 for a line of "=", 2 for a line of "-", else 0: what such a line makes of the paragraph above.
int underline_level(std::string_view text);
// "***", "---", "_ _ _".
bool is_rule(std::string_view text);
// The length of "- ", "12. " and the like, the blank included; 0 when the line begins no list item.
std::size_t list_marker(std::string_view text);
// The number of marks of an opening code fence, else 0.
std::size_t fence_length(std::string_view text);
// "| --- | :-: |": the line under a table's head.
bool is_table_delimiter(std::string_view text);
// Begins with a tag or comment and ends with ">": a line that is HTML rather than prose with a tag
// in it.
bool is_html(std::string_view text);

}  // namespace chunker::markdown_line
