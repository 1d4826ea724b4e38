// WordStream: a page as words with their token counts, and before each word how good a place it is
// to cut there.
#pragma once

#include "cut/block_scanner.hpp"
#include "tokens/token_counter.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>

namespace chunker {

// Better places to cut have greater values.
enum class Break : std::uint8_t {
  kInside,  // beside punctuation within a word, or between a heading and its text
  kWord,
  kSentence,
  kLine,  // of code, a table or HTML
  kItem,  // of a list
  kBlock,
  kSection,  // before a heading: a chunk never goes on across it
  kPiece,    // within a word too long for a chunk: the same, and the halves must not meet again
};
constexpr bool is_forced(Break before) { return before >= Break::kSection; }

struct Word {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::uint32_t tokens = 0;
  Break before = Break::kBlock;
  BlockKind kind = BlockKind::kParagraph;
};

// A view of a page that must outlive it. Each byte is read a bounded number of times. One thread.
class WordStream {
 public:
  WordStream(std::string_view page, Strategy strategy, std::uint32_t max_tokens,
             TokenCounter& counter)
      : page_(page), max_tokens_(max_tokens), scanner_(page, strategy), counter_(counter) {}

  // The next word into `word`; false at the end of the page. No word has more than max_tokens.
  bool next(Word& word);

  // Headings whose first word has been read and that nobody has taken yet, in page order.
  std::deque<Block>& headings() { return headings_; }

  // Lines and bytes looked at so far: the measure of work.
  std::uint64_t steps() const { return scanner_.lines_read() + bytes_read_; }

 private:
  struct Run {
    std::size_t end;
    bool is_whole;  // ended by itself, not by the limit
  };
  struct Span {
    std::size_t begin, end;
  };
  struct Cuts {
    std::size_t at_token = 0;  // the last place where token counts add up; 0 for none
    std::size_t at_grapheme = 0;
    std::size_t at_code_point = 0;
  };

  bool next_block();
  bool skip_space();
  Run scan_run(std::size_t begin);
  Cuts scan_cuts(std::size_t begin, std::size_t end);
  Break break_here(bool has_gap, bool has_new_line) const;
  void read_word(Word& word);
  void split_run(const Run& run, Word& word);
  bool take_if_fits(std::size_t end, Word& word);
  std::string_view slice(std::size_t begin, std::size_t end) const {
    return page_.substr(begin, end - begin);
  }

  std::string_view page_;
  std::uint32_t max_tokens_;
  BlockScanner scanner_;
  TokenCounter& counter_;
  std::deque<Block> headings_;

  Block block_;
  std::size_t position_ = 0;
  Span previous_{};                   // the word read last
  bool is_block_begin_ = true;        // no word of block_ has been read
  Break next_break_ = Break::kBlock;  // as far as it is known before the white space is read
  bool has_body_ = false;             // there was text since the last heading
  bool after_heading_ = false;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace chunker
