// The line rules of CommonMark 0.31 and GFM, one function each.
#include "cut/markdown_line.hpp"

#include "cut/utf8.hpp"

namespace chunker::markdown_line {
namespace {

bool is_blank_byte(char c) { return c == ' ' || c == '\t'; }

unsigned char first_byte(std::string_view text) { return static_cast<unsigned char>(text.front()); }

std::string_view without_trailing_blanks(std::string_view text) {
  while (!text.empty() && is_blank_byte(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

std::size_t run_of(std::string_view text, char mark) {
  const std::size_t end = text.find_first_not_of(mark);
  return end == std::string_view::npos ? text.size() : end;
}

}  // namespace

bool is_blank(std::string_view text) { return without_trailing_blanks(text).empty(); }

int heading_level(std::string_view text) {
  constexpr std::size_t kDeepest = 6;
  const std::size_t marks = run_of(text.substr(0, kDeepest + 1), '#');
  if (marks == 0 || marks > kDeepest) {
    return 0;
  }
  return marks == text.size() || is_blank_byte(text[marks]) ? static_cast<int>(marks) : 0;
}

int underline_level(std::string_view text) {
  if (text.empty() || (text.front() != '=' && text.front() != '-')) {
    return 0;
  }
  if (!is_blank(text.substr(run_of(text, text.front())))) {
    return 0;
  }
  return text.front() == '=' ? 1 : 2;
}

bool is_rule(std::string_view text) {
  if (text.empty() || (text.front() != '*' && text.front() != '-' && text.front() != '_')) {
    return false;
  }
  std::size_t marks = 0;
  for (const char c : text) {
    if (c == text.front()) {
      ++marks;
    } else if (!is_blank_byte(c)) {
      return false;
    }
  }
  return marks >= 3;
}

std::size_t list_marker(std::string_view text) {
  if (text.empty()) {
    return 0;
  }
  std::size_t length = 0;
  if (text.front() == '-' || text.front() == '*' || text.front() == '+') {
    length = 1;
  } else {
    constexpr std::size_t kDigits = 9;  // CommonMark's limit
    while (length < text.size() && length < kDigits &&
           utf8::is_ascii_digit(static_cast<unsigned char>(text[length]))) {
      ++length;
    }
    if (length == 0 || length == text.size() || (text[length] != '.' && text[length] != ')')) {
      return 0;
    }
    ++length;
  }
  if (length == text.size()) {
    return length;
  }
  return is_blank_byte(text[length]) ? length + 1 : 0;
}

std::size_t fence_length(std::string_view text) {
  if (text.empty() || (text.front() != '`' && text.front() != '~')) {
    return 0;
  }
  const std::size_t marks = run_of(text, text.front());
  if (marks < 3) {
    return 0;
  }
  // "```a```" on one line is inline code
  const bool is_inline = text.front() == '`' && text.find('`', marks) != std::string_view::npos;
  return is_inline ? 0 : marks;
}

bool is_table_delimiter(std::string_view text) {
  return text.find_first_not_of("|:- \t") == std::string_view::npos &&
         text.find('|') != std::string_view::npos && text.find('-') != std::string_view::npos;
}

bool is_html(std::string_view text) {
  text = without_trailing_blanks(text);
  if (text.size() < 3 || text.front() != '<' || text.back() != '>') {
    return false;
  }
  const auto second = first_byte(text.substr(1));
  return utf8::is_ascii_letter(second) || second == '/' || second == '!' || second == '?';
}

}  // namespace chunker::markdown_line
