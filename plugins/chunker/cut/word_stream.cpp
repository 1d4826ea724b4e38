// Words are the runs between white space, and single ideographs. What is too long for a chunk is
// split beside punctuation, else between graphemes, else, for a grapheme too long by itself,
// between code points.
#include "cut/word_stream.hpp"

#include "cut/sentence.hpp"
#include "cut/utf8.hpp"

#include <algorithm>
#include <array>

#include <utf8proc.h>

namespace chunker {
namespace {

// Runs up to this many bytes per token of the limit are tried in one piece: prose has about four.
constexpr std::array<std::size_t, 3> kBytesPerToken = {4, 2, 1};

bool is_visible_ascii(char c) { return c > ' ' && c < 0x7F; }

bool is_line_end(char32_t c) { return c == '\n' || c == '\v' || c == '\f' || c == '\r'; }

// Token counts add up across the border of these two.
bool is_token_border(char32_t left, char32_t right) {
  return utf8::is_punctuation(left) || utf8::is_punctuation(right) || utf8::is_cjk(left) ||
         utf8::is_cjk(right);
}

// A word begins between these two although there is no white space: ideographs stand alone, with
// the brackets before and the marks behind them.
bool is_ideograph_border(char32_t left, char32_t right) {
  return utf8::is_cjk(right) ? !utf8::is_opening(left)
                             : utf8::is_cjk(left) && !utf8::is_punctuation(right);
}

}  // namespace

bool WordStream::next(Word& word) {
  while (true) {
    const std::size_t before = position_;
    if (skip_space()) {
      const std::string_view gap = slice(before, position_);
      word.before =
          is_block_begin_ ? next_break_ : break_here(!gap.empty(), gap.find('\n') != gap.npos);
      if (is_block_begin_ && block_.kind == BlockKind::kHeading) {
        headings_.push_back(block_);
      }
      read_word(word);
      return true;
    }
    if (!next_block()) {
      return false;
    }
  }
}

bool WordStream::next_block() {
  const std::optional<Block> block = scanner_.next();
  if (!block) {
    return false;
  }
  block_ = *block;
  position_ = block_.begin;
  is_block_begin_ = true;
  if (block_.kind == BlockKind::kHeading) {
    next_break_ = has_body_ ? Break::kSection : Break::kBlock;
    has_body_ = false;
    after_heading_ = true;
    return true;
  }
  if (after_heading_ && !is_made_of_lines(block_.kind)) {
    next_break_ = Break::kInside;
  } else {
    next_break_ = block_.continues_list ? Break::kItem : Break::kBlock;
  }
  has_body_ = true;
  after_heading_ = false;
  return true;
}

// Moves to the next word of the block. A blank that makes one grapheme with a mark after it is the
// beginning of that word.
bool WordStream::skip_space() {
  char32_t blank = 0;
  std::size_t blank_size = 0;
  while (position_ < block_.end) {
    const utf8::CodePoint point = utf8::decode(page_, position_);
    if (!utf8::is_space(point.value)) {
      if (blank_size != 0 && !is_line_end(blank) && utf8::joins(blank, point.value)) {
        position_ -= blank_size;
      }
      return true;
    }
    blank = point.value;
    blank_size = point.size;
    position_ += point.size;
    bytes_read_ += point.size;
  }
  return false;
}

Break WordStream::break_here(bool has_gap, bool has_new_line) const {
  if (!has_gap && next_break_ != Break::kWord) {
    return next_break_;
  }
  if (is_made_of_lines(block_.kind)) {
    return has_new_line ? Break::kLine : Break::kWord;
  }
  const bool is_end =
      ends_sentence(slice(previous_.begin, previous_.end), has_gap ? Gap::kBlank : Gap::kNone,
                    slice(position_, block_.end));
  return is_end ? Break::kSentence : Break::kWord;
}

void WordStream::read_word(Word& word) {
  word.begin = position_;
  word.kind = block_.kind;
  next_break_ = Break::kWord;
  const Run run = scan_run(position_);
  if (!run.is_whole || !take_if_fits(run.end, word)) {
    split_run(run, word);
  }
  is_block_begin_ = false;
  previous_ = {word.begin, word.end};
  position_ = word.end;
}

// The word that begins at `begin`, as far as it could fit.
WordStream::Run WordStream::scan_run(std::size_t begin) {
  const std::size_t limit = std::min(block_.end, begin + kBytesPerToken.front() * max_tokens_);
  const utf8::CodePoint first = utf8::decode(page_, begin);
  char32_t left = first.value;
  std::size_t at = begin + first.size;
  bool is_whole = false;
  while (at < limit) {
    if (left < 0x80) {
      const std::size_t plain = at;
      while (at < limit && is_visible_ascii(page_[at])) {
        ++at;
      }
      if (at != plain) {
        left = static_cast<unsigned char>(page_[at - 1]);
        continue;
      }
    }
    const utf8::CodePoint point = utf8::decode(page_, at);
    const bool is_attached = utf8::joins(left, point.value) && !is_line_end(point.value);
    if (!is_attached && (utf8::is_space(point.value) || is_ideograph_border(left, point.value))) {
      is_whole = true;
      break;
    }
    left = point.value;
    at += point.size;
  }
  bytes_read_ += at - begin;
  return {std::min(at, block_.end), is_whole || at >= block_.end};
}

bool WordStream::take_if_fits(std::size_t end, Word& word) {
  bytes_read_ += end - word.begin;
  const std::uint32_t tokens = counter_.count(slice(word.begin, end));
  if (tokens > max_tokens_) {
    return false;
  }
  word.end = end;
  word.tokens = tokens;
  return true;
}

void WordStream::split_run(const Run& run, Word& word) {
  std::array<Cuts, kBytesPerToken.size()> cuts;
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    cuts[i] =
        scan_cuts(word.begin, std::min(run.end, word.begin + kBytesPerToken[i] * max_tokens_));
    if (cuts[i].at_token != 0 && take_if_fits(cuts[i].at_token, word)) {
      next_break_ = Break::kInside;
      return;
    }
  }
  next_break_ = Break::kPiece;
  for (const Cuts& cut : cuts) {
    if (cut.at_grapheme != 0 && take_if_fits(cut.at_grapheme, word)) {
      return;
    }
  }
  // No more bytes than tokens allowed: this fits by the counters' promise.
  take_if_fits(cuts.back().at_code_point, word);
}

// The last places up to `end` where the run that begins at `begin` may be cut.
WordStream::Cuts WordStream::scan_cuts(std::size_t begin, std::size_t end) {
  Cuts cuts;
  utf8proc_int32_t state = 0;
  utf8::CodePoint point = utf8::decode(page_, begin);
  char32_t left = point.value;
  std::size_t at = begin + point.size;
  while (at <= end && at < block_.end) {
    point = utf8::decode(page_, at);
    cuts.at_code_point = at;
    const auto right = static_cast<utf8proc_int32_t>(point.value);
    if (utf8proc_grapheme_break_stateful(static_cast<utf8proc_int32_t>(left), right, &state)) {
      cuts.at_grapheme = at;
      if (is_token_border(left, point.value)) {
        cuts.at_token = at;
      }
    }
    left = point.value;
    at += point.size;
  }
  if (at >= block_.end && at <= end) {
    cuts = {cuts.at_token, at, at};
  }
  bytes_read_ += at - begin;
  return cuts;
}

}  // namespace chunker
