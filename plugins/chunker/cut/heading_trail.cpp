// Markdown markup is removed in one pass with a bounded look at each heading: a heading may be a
// megabyte long, its path may not.
#include "cut/heading_trail.hpp"

#include "cut/markdown_line.hpp"
#include "cut/utf8.hpp"

#include <algorithm>
#include <vector>

namespace chunker {
namespace {

constexpr std::string_view kSeparator = " > ";
constexpr std::size_t kLookAt =
    2 * kMaxHeadingPath;  // bytes of a heading's source; links cost some

void cut_at_code_point(std::string& text, std::size_t limit) {
  if (text.size() <= limit) {
    return;
  }
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80) {
    --limit;
  }
  text.resize(limit);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

// "## Title ##" to "Title"; "Title\n=====" to "Title".
std::string_view without_markers(std::string_view lines) {
  lines = trimmed(lines);
  const std::size_t last_line = lines.find_last_of('\n');
  if (last_line != std::string_view::npos &&
      markdown_line::underline_level(trimmed(lines.substr(last_line + 1))) != 0) {
    return trimmed(lines.substr(0, last_line));
  }
  if (markdown_line::heading_level(lines) == 0) {
    return lines;
  }
  lines = trimmed(lines.substr(lines.find_first_not_of('#') == std::string_view::npos
                                   ? lines.size()
                                   : lines.find_first_not_of('#')));
  const std::size_t last = lines.find_last_not_of('#');
  if (last == std::string_view::npos) {
    return {};
  }
  const bool has_closing = last + 1 < lines.size() && (lines[last] == ' ' || lines[last] == '\t');
  return has_closing ? trimmed(lines.substr(0, last)) : lines;
}

// "Title {#anchor}" to "Title", as Docusaurus and Kramdown write it.
std::string_view without_anchor(std::string_view text) {
  if (!text.ends_with('}')) {
    return text;
  }
  const std::size_t open = text.rfind("{#");
  return open == std::string_view::npos ? text : trimmed(text.substr(0, open));
}

// Removes inline markup from one heading, left to right.
class Unmarker {
 public:
  explicit Unmarker(std::string_view source) : source_(source) {}

  std::string run() {
    while (at_ < source_.size()) {
      step();
    }
    return std::string(trimmed(out_));
  }

 private:
  char peek(std::size_t ahead) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : ' ';
  }
  static bool is_word(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || utf8::is_ascii_letter(byte) || utf8::is_ascii_digit(byte);
  }

  void step() {
    const char c = source_[at_];
    const char before = at_ == 0 ? ' ' : source_[at_ - 1];
    if (c == '`') {
      is_in_code_ = !is_in_code_;
      at_ = std::min(source_.find_first_not_of('`', at_), source_.size());
    } else if (is_in_code_) {
      copy();
    } else if (c == '\\' && utf8::is_ascii_punctuation(static_cast<unsigned char>(peek(1)))) {
      ++at_;
      copy();
    } else if (c == '*' && !(before == ' ' && peek(1) == ' ')) {
      ++at_;
    } else if (c == '_' && !(is_word(before) && is_word(peek(1)))) {
      ++at_;
    } else if (c == '~' && peek(1) == '~') {
      at_ += 2;
    } else if (c == '[') {
      brackets_.push_back(out_.size());
      copy();
    } else if (c == ']' && peek(1) == '(' && !brackets_.empty()) {
      close_link();
    } else if (c == '<' &&
               (utf8::is_ascii_letter(static_cast<unsigned char>(peek(1))) || peek(1) == '/')) {
      const std::size_t end = source_.find('>', at_);
      if (end == std::string_view::npos) {
        copy();
      } else {
        at_ = end + 1;
      }
    } else {
      copy();
    }
  }

  // "[text](address)" leaves "text", "![alt](address)" leaves "alt".
  void close_link() {
    std::size_t open = brackets_.back();
    brackets_.pop_back();
    std::size_t length = 1;
    if (open > 0 && out_[open - 1] == '!') {
      --open;
      length = 2;
    }
    out_.erase(open, length);
    int depth = 0;
    for (++at_; at_ < source_.size(); ++at_) {
      depth += source_[at_] == '(' ? 1 : source_[at_] == ')' ? -1 : 0;
      if (depth == 0) {
        ++at_;
        return;
      }
    }
  }

  void copy() {
    const utf8::CodePoint point = utf8::decode(source_, at_);
    at_ += point.size;
    const bool is_blank = utf8::is_space(point.value) || point.value < 0x20 || point.value == 0x7F;
    if (!is_blank) {
      utf8::append(point.value, out_);
    } else if (!out_.empty() && out_.back() != ' ') {
      out_ += ' ';
    }
  }

  std::string_view source_;
  std::size_t at_ = 0;
  bool is_in_code_ = false;
  std::vector<std::size_t> brackets_;  // where in out_ an open "[" stands
  std::string out_;
};

}  // namespace

std::string heading_text(std::string_view lines) {
  std::string text = Unmarker(without_anchor(without_markers(lines.substr(0, kLookAt)))).run();
  cut_at_code_point(text, kMaxHeadingPath);
  return text;
}

void HeadingTrail::enter(std::string_view page, const Block& heading) {
  const std::size_t level = heading.level;
  texts_[level - 1] = heading_text(page.substr(heading.begin, heading.end - heading.begin));
  for (std::size_t deeper = level; deeper < texts_.size(); ++deeper) {
    texts_[deeper].clear();
  }
  path_.clear();
  for (std::size_t i = level; i-- > 0;) {
    if (texts_[i].empty()) {
      continue;
    }
    const std::size_t separator = path_.empty() ? 0 : kSeparator.size();
    if (path_.size() + separator + texts_[i].size() > kMaxHeadingPath) {
      break;
    }
    path_.insert(0, texts_[i] + std::string(separator == 0 ? "" : kSeparator));
  }
}

}  // namespace chunker
