// Line by line, then word by word.
#include "prose.hpp"

#include <algorithm>

namespace language_filter {
namespace {

bool is_fence(std::string_view line) {
  const auto first = line.find_first_not_of(' ');
  if (first == std::string_view::npos) return false;
  line.remove_prefix(first);
  return line.starts_with("```") || line.starts_with("~~~");
}

bool is_address(std::string_view word) {
  return word.find("://") != std::string_view::npos || word.starts_with("www.");
}

// "[text](target) more" as "[text] more".
void append_line(std::string& out, std::string_view line) {
  std::string text;
  text.reserve(line.size());
  while (!line.empty()) {
    const auto target = line.find("](");
    const auto end = target == std::string_view::npos ? target : line.find(')', target);
    if (end == std::string_view::npos) break;
    text += line.substr(0, target + 1);
    line.remove_prefix(end + 1);
  }
  text += line;
  for (std::string_view rest = text; !rest.empty();) {
    const auto word = rest.substr(0, rest.find(' '));
    if (!is_address(word)) {
      out += word;
      out += ' ';
    }
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
  }
  out += '\n';
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

}  // namespace

std::string prose_of(std::string_view markdown, std::size_t most) {
  if (markdown.size() > most) {
    while (most > 0 && is_continuation(markdown[most])) --most;
    markdown = markdown.substr(0, most);
  }
  std::string out;
  out.reserve(markdown.size());
  bool is_in_code = false;
  while (!markdown.empty()) {
    const auto line = markdown.substr(0, markdown.find('\n'));
    markdown.remove_prefix(std::min(markdown.size(), line.size() + 1));
    if (is_fence(line)) {
      is_in_code = !is_in_code;
    } else if (!is_in_code) {
      append_line(out, line);
    }
  }
  return out;
}

}  // namespace language_filter
