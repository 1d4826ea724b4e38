// Cutter: a page to chunks. A chunk is a slice of the page with no more tokens than the limit;
// headings begin new ones, and where a cut falls within a section the next chunk repeats a little
// of the last.
#pragma once

#include "cut/block_scanner.hpp"
#include "cut/heading_trail.hpp"
#include "cut/word_stream.hpp"
#include "tokens/token_counter.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace chunker {

struct CutSettings {
  Strategy strategy = Strategy::kMarkdown;
  std::uint32_t max_tokens = 256;     // at least 16
  std::uint32_t overlap_tokens = 50;  // less than half of max_tokens
};

struct Chunk {
  std::size_t offset = 0;  // in bytes, in the page
  std::size_t length = 0;
  std::uint32_t tokens = 0;
  std::string_view heading_path;  // valid during the call it is handed to
};

// A chunk holds at most this many bytes for each token allowed: white space and words that no
// vocabulary knows cost next to no tokens, and must not make a chunk of megabytes.
inline constexpr std::size_t kMaxBytesPerToken = 32;

// Cuts one page, once. Time is linear in the page; memory is bounded by max_tokens. One thread.
//
// What holds for any bytes: chunks are in order and each begins and ends later than the one before;
// every byte that is not white space is in one; none is blank; none begins or ends within a code
// point, nor within a grapheme unless that grapheme alone exceeds the limit; two share at most
// overlap_tokens.
class Cutter {
 public:
  Cutter(std::string_view page, const CutSettings& settings, TokenCounter& counter)
      : page_(page),
        settings_(settings),
        words_(page, settings.strategy, settings.max_tokens, counter) {}

  void run(const std::function<void(const Chunk&)>& emit);

  // Lines, bytes and words looked at: the measure of work.
  std::uint64_t steps() const { return words_.steps() + steps_; }

 private:
  // Indices into window_; a word that is asked for is read if need be.
  bool has(std::size_t index);
  std::optional<std::size_t> unit_end(std::size_t begin, Break level);
  std::size_t overlap_begin(std::size_t previous, std::size_t fresh);
  std::size_t filled_end(std::size_t begin, std::size_t fresh);
  std::size_t cut_end(std::size_t begin, std::size_t fresh);
  void enter_headings(std::size_t fresh, std::size_t end);
  void forget_before(std::size_t& begin, std::size_t& fresh);
  std::size_t max_bytes() const { return kMaxBytesPerToken * settings_.max_tokens; }

  std::string_view page_;
  CutSettings settings_;
  WordStream words_;
  HeadingTrail trail_;
  std::vector<Word> window_;  // from the chunk made last to as far ahead as had to be looked
  std::uint64_t steps_ = 0;
};

}  // namespace chunker
