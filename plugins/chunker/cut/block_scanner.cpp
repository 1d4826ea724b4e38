// The line rules are CommonMark's and GFM's where they matter for cutting, simplified where they
// only matter for rendering: quotes and list items are not looked into, HTML ends at a blank line.
#include "cut/block_scanner.hpp"

#include "cut/markdown_line.hpp"

#include <cstring>

namespace chunker {

using namespace markdown_line;

std::optional<Block> BlockScanner::next() {
  Line line;
  do {
    if (position_ >= page_.size()) {
      return std::nullopt;
    }
    line = read_line(position_);
    position_ = line.next;
  } while (line.is_blank());
  if (strategy_ == Strategy::kText) {
    return run_while(line, BlockKind::kParagraph, [](const Line&) { return true; });
  }
  return markdown_block(line);
}

BlockScanner::Line BlockScanner::read_line(std::size_t at) {
  ++lines_read_;
  Line line;
  line.begin = at;
  const void* found = std::memchr(page_.data() + at, '\n', page_.size() - at);
  line.end = found == nullptr
                 ? page_.size()
                 : static_cast<std::size_t>(static_cast<const char*>(found) - page_.data());
  line.next = found == nullptr ? page_.size() : line.end + 1;
  if (line.end > at && page_[line.end - 1] == '\r') {
    --line.end;
  }
  line.text = at;
  while (line.text < line.end && (page_[line.text] == ' ' || page_[line.text] == '\t')) {
    line.indent += page_[line.text] == '\t' ? 4 - line.indent % 4 : 1;
    ++line.text;
  }
  return line;
}

std::string_view BlockScanner::text_of(const Line& line) const {
  return page_.substr(line.text, line.end - line.text);
}

Block BlockScanner::markdown_block(const Line& first) {
  const std::string_view text = text_of(first);
  const bool was_in_list = is_in_list_;
  const bool is_item = list_marker(text) != 0 && !is_rule(text);
  is_in_list_ = is_item || (was_in_list && first.indent >= 2);
  const bool is_shallow = first.indent < 4 || is_in_list_;

  Block block;
  if (const auto end = front_matter_end(first)) {
    block = front_matter(first, *end);
  } else if (const auto fence = fence_of(text)) {
    block = fenced_code(first, *fence);
  } else if (is_item) {
    block = run_of_text(first, BlockKind::kItem);
  } else if (!is_shallow) {
    block = indented_code(first);
  } else if (const int level = heading_level(text); level != 0) {
    block = {first.begin, first.end, BlockKind::kHeading, static_cast<std::uint8_t>(level), false};
  } else if (is_rule(text)) {
    block = {first.begin, first.end, BlockKind::kParagraph, 0, false};
  } else if (text.front() == '>') {
    block = run_while(first, BlockKind::kQuote,
                      [this](const Line& line) { return page_[line.text] == '>'; });
  } else if (is_html(text)) {
    block = run_while(first, BlockKind::kHtml, [](const Line&) { return true; });
  } else if (starts_table(first)) {
    block = run_while(first, BlockKind::kTable,
                      [this](const Line& line) { return !interrupts(line, BlockKind::kTable); });
  } else {
    block = run_of_text(first, is_in_list_ ? BlockKind::kItem : BlockKind::kParagraph);
  }
  block.continues_list = was_in_list && is_in_list_;
  return block;
}

// The lines up to a blank one for which `continues` holds.
template <class Continues>
Block BlockScanner::run_while(const Line& first, BlockKind kind, Continues continues) {
  Block block{first.begin, first.end, kind, 0, false};
  while (position_ < page_.size()) {
    const Line line = read_line(position_);
    if (line.is_blank() || !continues(line)) {
      break;
    }
    block.end = line.end;
    position_ = line.next;
  }
  return block;
}

// A paragraph or list item; a paragraph that turns out to be underlined is a heading.
Block BlockScanner::run_of_text(const Line& first, BlockKind kind) {
  int underline = 0;
  Block block = run_while(first, kind, [&](const Line& line) {
    if (underline != 0) {
      return false;
    }
    if (kind == BlockKind::kParagraph && line.indent < 4) {
      underline = underline_level(text_of(line));
    }
    return underline != 0 || !interrupts(line, kind);
  });
  if (underline != 0) {
    block.kind = BlockKind::kHeading;
    block.level = static_cast<std::uint8_t>(underline);
  }
  return block;
}

Block BlockScanner::fenced_code(const Line& first, Fence fence) {
  Block block{first.begin, first.end, BlockKind::kCode, 0, false};
  while (position_ < page_.size()) {
    const Line line = read_line(position_);
    position_ = line.next;
    block.end = line.end;
    if (closes(line, fence)) {
      break;
    }
  }
  return block;
}

Block BlockScanner::indented_code(const Line& first) {
  Block block{first.begin, first.end, BlockKind::kCode, 0, false};
  while (position_ < page_.size()) {
    const Line line = read_line(position_);
    if (!line.is_blank() && line.indent < 4) {
      break;
    }
    position_ = line.next;
    if (!line.is_blank()) {
      block.end = line.end;
    }
  }
  return block;
}

Block BlockScanner::front_matter(const Line& first, std::size_t end) {
  position_ = end;
  return {first.begin, end, BlockKind::kHtml, 0, false};
}

// Where the front matter ends that begins with `first`: a line of three dashes at the very top and
// another one within reach. A rule at the top of a page must not swallow the page.
std::optional<std::size_t> BlockScanner::front_matter_end(const Line& first) {
  constexpr int kReach = 100;  // lines; longer front matter has not been seen
  if (first.begin != 0 || page_.substr(0, first.end) != "---") {
    return std::nullopt;
  }
  std::size_t at = first.next;
  for (int i = 0; i < kReach && at < page_.size(); ++i) {
    const Line line = read_line(at);
    if (page_.substr(line.begin, line.end - line.begin) == "---") {
      return line.end;
    }
    if (line.is_blank()) {
      return std::nullopt;
    }
    at = line.next;
  }
  return std::nullopt;
}

// A fence may stand behind list markers: "- ```sh".
std::optional<BlockScanner::Fence> BlockScanner::fence_of(std::string_view text) const {
  constexpr int kMarkers = 4;  // nested lists that begin on one line; more is not a document
  for (int i = 0; i < kMarkers; ++i) {
    const std::size_t marker = list_marker(text);
    if (marker == 0) {
      break;
    }
    text.remove_prefix(marker);
  }
  const std::size_t length = fence_length(text);
  if (length == 0) {
    return std::nullopt;
  }
  return Fence{text.front(), length};
}

bool BlockScanner::closes(const Line& line, Fence fence) const {
  const std::string_view text = text_of(line);
  std::size_t length = 0;
  while (length < text.size() && text[length] == fence.mark) {
    ++length;
  }
  return length >= fence.length && is_blank(text.substr(length));
}

bool BlockScanner::starts_table(const Line& line) {
  if (line.next >= page_.size() || text_of(line).find('|') == std::string_view::npos) {
    return false;
  }
  return is_table_delimiter(text_of(read_line(line.next)));
}

// `line` ends the text or table `running` above it without a blank line in between.
bool BlockScanner::interrupts(const Line& line, BlockKind running) {
  const std::string_view text = text_of(line);
  switch (text.front()) {
    case '#':
      return line.indent < 4 && heading_level(text) != 0;
    case '>':
      return line.indent < 4;
    case '`':
    case '~':
      return fence_length(text) != 0;
    default:
      break;
  }
  if (is_rule(text)) {
    return true;
  }
  if (const std::size_t marker = list_marker(text); marker != 0) {
    // In the middle of a paragraph only a bullet or a 1 begins a list: "… in\n1984. It was …"
    const bool begins_list = text.front() < '0' || text.front() > '9' || text.starts_with("1.") ||
                             text.starts_with("1)");
    return running == BlockKind::kItem || (begins_list && marker < text.size());
  }
  return running != BlockKind::kTable && starts_table(line);
}

}  // namespace chunker
