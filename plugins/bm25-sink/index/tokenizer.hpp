// Cuts text into raw tokens by Unicode category, in one pass over the bytes, whatever they are.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "index/unicode.hpp"

namespace bm25 {

// What is to happen with a raw token on its way to becoming a term.
enum class TokenKind : std::uint8_t {
  kWord,    // folded, then stemmed by language
  kExact,   // folded only: numbers, versions, compounds (foo_bar, node.js, c++)
  kDense,   // folded only: two neighbouring characters of a script without spaces
  kSingle,  // the same, for a run of one character
};

struct RawToken {
  TokenKind kind;
  std::string_view text;
  std::size_t begin;  // byte offset of text in what was tokenized
};

inline constexpr std::size_t kMaxTermBytes = 64;   // longer words are cut to it
inline constexpr std::size_t kMaxWordBytes = 256;  // longer "words" are encoded data: left out

// Calls sink(const RawToken&) for every token, in order of their ends.
//
//   foo_bar, node.js     foo, bar and foo_bar as an exact token; node, js and node.js
//   3.14, v1.2.3         one exact token, without the v: a version is found under both spellings
//   C++, g++, C#         the exact token c++ ...; libstdc++ also as the word libstdc
//   Anna's, l'avion      Anna; l and avion: apostrophes separate and a possessive s goes
//   state-of-the-art     four words
//   検索結果             the bigrams 検索, 索結, 結果; a run of one character stands alone
class Tokenizer {
 public:
  explicit Tokenizer(std::string_view text) : text_(text) {}

  template <class SinkFn>
  void each(SinkFn&& sink);

 private:
  static constexpr std::size_t kMaxParts = 8;  // of a compound; longer ones are taken apart only
  static constexpr std::size_t kMaxMarks = 7;  // on one letter; the rest is noise

  struct Part {
    std::size_t begin;
    std::size_t end;
  };

  CharClass class_at(std::size_t at, std::uint32_t& size) const;
  std::size_t word_end(std::size_t at) const;
  std::size_t dense_end(std::size_t at) const;
  bool at_word(std::size_t at) const;
  // The bytes of a joiner at `at` that has a word behind it: one dot or some underscores.
  std::size_t joiner(std::size_t at) const;
  std::size_t skip_possessive(std::size_t at) const;
  // "++" or "#" that ends the word [begin, end).
  std::size_t suffix(std::size_t begin, std::size_t end) const;
  std::string_view slice(std::size_t begin, std::size_t end) const {
    return text_.substr(begin, end - begin);
  }
  bool is_number(const std::array<Part, kMaxParts>& parts, std::size_t count) const;

  template <class SinkFn>
  std::size_t dense_run(std::size_t at, SinkFn& sink);
  template <class SinkFn>
  std::size_t word_run(std::size_t at, SinkFn& sink);

  std::string_view text_;
};

template <class SinkFn>
void Tokenizer::each(SinkFn&& sink) {
  std::size_t at = 0;
  while (at < text_.size()) {
    std::uint32_t size = 1;
    switch (class_at(at, size)) {
      case CharClass::kWord:
        at = word_run(at, sink);
        break;
      case CharClass::kDense:
        at = dense_run(at, sink);
        break;
      default:
        at += size;
    }
  }
}

template <class SinkFn>
std::size_t Tokenizer::dense_run(std::size_t at, SinkFn& sink) {
  std::size_t previous = at;
  std::size_t current = dense_end(at);
  bool alone = true;
  std::uint32_t size = 1;
  while (current < text_.size() && class_at(current, size) == CharClass::kDense) {
    const std::size_t end = dense_end(current);
    sink(RawToken{TokenKind::kDense, slice(previous, end), previous});
    previous = current;
    current = end;
    alone = false;
  }
  if (alone) {
    sink(RawToken{TokenKind::kSingle, slice(previous, current), previous});
  }
  return current;
}

template <class SinkFn>
std::size_t Tokenizer::word_run(std::size_t at, SinkFn& sink) {
  std::array<Part, kMaxParts> parts;
  std::size_t count = 0;
  std::size_t end = at;
  for (std::size_t begin = at; count < kMaxParts;) {
    end = word_end(begin);
    parts[count++] = {begin, end};
    const std::size_t gap = joiner(end);
    if (gap == 0) break;
    begin = end + gap;
  }
  if (is_number(parts, count)) {
    const char first = text_[at];
    const std::size_t begin = first == 'v' || first == 'V' ? at + 1 : at;
    sink(RawToken{TokenKind::kExact, slice(begin, end), begin});
    return end;
  }
  const std::size_t tail = suffix(parts[count - 1].begin, end);
  const bool only_whole = tail > 0 && count == 1 && end - at == 1;  // C++, C#
  for (std::size_t i = 0; i < count && !only_whole; ++i) {
    sink(RawToken{TokenKind::kWord, slice(parts[i].begin, parts[i].end), parts[i].begin});
  }
  const bool cut_off = count == kMaxParts && joiner(end) > 0;
  if ((count > 1 || tail > 0) && !cut_off) {
    sink(RawToken{TokenKind::kExact, slice(at, end + tail), at});
  }
  return skip_possessive(end + tail);
}

}  // namespace bm25
