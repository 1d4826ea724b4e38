// BlockScanner: reads a page line by line and says where its headings, paragraphs, code blocks,
// tables, list items and quotes lie. One pass, nothing is copied, nothing is kept but the position.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace chunker {

enum class Strategy : std::uint8_t {
  kMarkdown,
  kText,  // no character has a meaning; blank lines separate paragraphs
};

enum class BlockKind : std::uint8_t {
  kParagraph,
  kHeading,
  kCode,  // fenced or indented
  kTable,
  kHtml,  // also front matter: lines that are not prose
  kQuote,
  kItem,  // one item of a list up to its first blank line
};

struct Block {
  std::size_t begin = 0;  // of its first line
  std::size_t end = 0;    // of its last line, the line break not included
  BlockKind kind = BlockKind::kParagraph;
  std::uint8_t level = 0;       // 1 to 6 for a heading
  bool continues_list = false;  // belongs to the list that the block before it belongs to
};

// Cut at line ends rather than at sentences, and keep whole where it fits.
constexpr bool is_made_of_lines(BlockKind kind) {
  return kind == BlockKind::kCode || kind == BlockKind::kTable || kind == BlockKind::kHtml;
}

// A view of a page that must outlive it. One thread.
class BlockScanner {
 public:
  BlockScanner(std::string_view page, Strategy strategy) : page_(page), strategy_(strategy) {}

  // The next block in order; nothing at the end of the page. Blocks cover every line that is not
  // blank.
  std::optional<Block> next();

  // Lines looked at so far, counting one twice that was looked at twice: the measure of work.
  std::uint64_t lines_read() const { return lines_read_; }

 private:
  struct Line {
    std::size_t begin = 0;
    std::size_t text = 0;    // the first byte that is not a blank, or end
    std::size_t end = 0;     // before the line break and a carriage return
    std::size_t next = 0;    // where the following line begins
    std::size_t indent = 0;  // in columns
    bool is_blank() const { return text == end; }
  };
  struct Fence {
    char mark;
    std::size_t length;
  };

  Line read_line(std::size_t at);
  Block markdown_block(const Line& first);
  Block fenced_code(const Line& first, Fence fence);
  Block indented_code(const Line& first);
  Block front_matter(const Line& first, std::size_t end);
  Block run_of_text(const Line& first, BlockKind kind);
  template <class Continues>
  Block run_while(const Line& first, BlockKind kind, Continues continues);

  std::string_view text_of(const Line& line) const;
  std::optional<Fence> fence_of(std::string_view text) const;
  bool closes(const Line& line, Fence fence) const;
  bool starts_table(const Line& line);
  bool interrupts(const Line& line, BlockKind running);
  std::optional<std::size_t> front_matter_end(const Line& first);

  std::string_view page_;
  Strategy strategy_;
  std::size_t position_ = 0;
  bool is_in_list_ = false;
  std::uint64_t lines_read_ = 0;
};

}  // namespace chunker
