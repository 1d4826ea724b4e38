// Code points by utf8proc, which follows the Unicode tables for width.
#include "app/terminal_text.hpp"

#include <utf8proc.h>

#include <utility>

namespace sluice::app {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";     // U+2026, one column

struct CodePoint {
  std::string_view bytes;
  utf8proc_int32_t value = -1;  // -1: not UTF-8

  std::size_t width() const {
    return value < 0 ? 1 : static_cast<std::size_t>(utf8proc_charwidth(value));
  }
};

// The first code point of a text that is not empty; a wrong byte stands alone.
CodePoint first_of(std::string_view text) {
  CodePoint point;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto length =
      utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size()), &point.value);
  point.bytes = text.substr(0, length > 0 ? static_cast<std::size_t>(length) : 1);
  if (length <= 0) point.value = -1;
  return point;
}

bool is_space(utf8proc_int32_t value) {
  if (value == ' ' || (value >= '\t' && value <= '\r')) return true;
  const auto category = value < 0 ? UTF8PROC_CATEGORY_CN : utf8proc_category(value);
  return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
         category == UTF8PROC_CATEGORY_ZP;
}

// Escape sequences start with a control character; the format characters named here turn the rest
// of a line around. The joiners stay, since scripts and emoji need them.
bool is_unsafe(utf8proc_int32_t value) {
  if (value < 0) return false;
  if (utf8proc_category(value) == UTF8PROC_CATEGORY_CC) return true;
  return (value >= 0x202A && value <= 0x202E) || (value >= 0x2066 && value <= 0x2069) ||
         value == 0x200E || value == 0x200F || value == 0xFEFF;
}

// As many code points as fit in `width`.
std::string_view head_of(std::string_view text, std::size_t width) {
  std::size_t bytes = 0;
  std::size_t columns = 0;
  while (bytes < text.size()) {
    const CodePoint point = first_of(text.substr(bytes));
    if (columns + point.width() > width) break;
    columns += point.width();
    bytes += point.bytes.size();
  }
  return text.substr(0, bytes);
}

// A word, or one wide character: what a line is made of.
struct Piece {
  std::string_view bytes;
  std::size_t width = 0;
  bool after_space = false;
};

std::vector<Piece> pieces_of(std::string_view text) {
  std::vector<Piece> pieces;
  bool after_space = false;
  bool may_grow = false;
  while (!text.empty()) {
    const CodePoint point = first_of(text);
    const bool is_wide = point.width() == 2;
    if (point.value == ' ') {
      after_space = true;
      may_grow = false;
    } else if ((may_grow && !is_wide) || (!pieces.empty() && !after_space && point.width() == 0)) {
      // Neighbouring slices of one text.
      Piece& last = pieces.back();
      last.bytes = {last.bytes.data(), last.bytes.size() + point.bytes.size()};
      last.width += point.width();
    } else {
      pieces.push_back({point.bytes, point.width(), after_space});
      after_space = false;
      may_grow = !is_wide;
    }
    text.remove_prefix(point.bytes.size());
  }
  return pieces;
}

// Puts pieces into lines of `width`.
class Wrapper {
 public:
  explicit Wrapper(std::size_t width) : width_(width) {}

  void add(Piece piece) {
    const std::size_t gap = piece.after_space && !line_.empty() ? 1 : 0;
    if (!line_.empty() && columns_ + gap + piece.width > width_) end_line();
    if (!line_.empty() && gap == 1) append(" ", 1);
    while (piece.width > width_) {
      const std::string_view head = head_of(piece.bytes, width_);
      if (head.empty()) break;  // a wide character in a line of one column
      append(head, display_width(head));
      end_line();
      piece.bytes.remove_prefix(head.size());
      piece.width = display_width(piece.bytes);
    }
    append(piece.bytes, piece.width);
  }

  std::vector<std::string> finish() && {
    if (!line_.empty()) end_line();
    return std::move(lines_);
  }
  std::size_t count() const { return lines_.size(); }

 private:
  void append(std::string_view bytes, std::size_t columns) {
    line_ += bytes;
    columns_ += columns;
  }
  void end_line() {
    lines_.push_back(std::exchange(line_, {}));
    columns_ = 0;
  }

  std::size_t width_;
  std::vector<std::string> lines_;
  std::string line_;
  std::size_t columns_ = 0;
};

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const CodePoint point = first_of(text);
    width += point.width();
    text.remove_prefix(point.bytes.size());
  }
  return width;
}

std::string printable(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  bool pending_space = false;
  while (!text.empty()) {
    const CodePoint point = first_of(text);
    text.remove_prefix(point.bytes.size());
    if (is_space(point.value)) {
      pending_space = !line.empty();
      continue;
    }
    if (is_unsafe(point.value)) continue;
    if (std::exchange(pending_space, false)) line += ' ';
    line += point.value < 0 ? kReplacement : point.bytes;
  }
  return line;
}

std::string shortened(std::string_view text, std::size_t width) {
  std::string line = printable(text);
  if (display_width(line) <= width) return line;
  if (width == 0) return {};
  std::string_view head = head_of(line, width - 1);
  while (head.ends_with(' ')) head.remove_suffix(1);
  return std::string(head) + std::string(kEllipsis);
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width, std::size_t lines) {
  const std::string line = printable(text);
  Wrapper wrapper(width == 0 ? 1 : width);
  for (const Piece& piece : pieces_of(line)) {
    wrapper.add(piece);
    if (wrapper.count() > lines) break;
  }
  std::vector<std::string> result = std::move(wrapper).finish();
  if (result.size() > lines) {
    result.resize(lines);
    if (lines > 0) {
      std::string last(head_of(result.back(), width > 0 ? width - 1 : 0));
      result.back() = std::move(last) + std::string(kEllipsis);
    }
  }
  return result;
}

}  // namespace sluice::app
