#include "index/tokenizer.hpp"

namespace bm25 {
namespace {

constexpr std::array<bool, 128> kAsciiWord = [] {
  std::array<bool, 128> table{};
  for (std::size_t c = 0; c < table.size(); ++c) {
    table[c] = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
  return table;
}();

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

CharClass Tokenizer::class_at(std::size_t at, std::uint32_t& size) const {
  const auto byte = static_cast<unsigned char>(text_[at]);
  if (byte < 0x80) {
    size = 1;
    return kAsciiWord[byte] ? CharClass::kWord : CharClass::kSeparator;
  }
  const CodePoint point = decode(text_, at);
  size = point.size;
  return classify(point.value);
}

std::size_t Tokenizer::word_end(std::size_t at) const {
  while (at < text_.size()) {
    std::uint32_t size = 1;
    const CharClass kind = class_at(at, size);
    if (kind == CharClass::kSeparator || kind == CharClass::kDense) break;
    at += size;
  }
  return at;
}

// The end of the character at `at` with its marks.
std::size_t Tokenizer::dense_end(std::size_t at) const {
  std::uint32_t size = 1;
  class_at(at, size);
  at += size;
  std::size_t kept = at;
  for (std::size_t marks = 0; at < text_.size(); ++marks) {
    const CharClass kind = class_at(at, size);
    if (kind != CharClass::kMark && kind != CharClass::kIgnorable) break;
    at += size;
    if (marks < kMaxMarks) kept = at;
  }
  return kept;
}

bool Tokenizer::at_word(std::size_t at) const {
  std::uint32_t size = 1;
  return at < text_.size() && class_at(at, size) == CharClass::kWord;
}

std::size_t Tokenizer::joiner(std::size_t at) const {
  std::size_t end = at;
  if (end < text_.size() && text_[end] == '.') {
    ++end;
  } else {
    while (end < text_.size() && text_[end] == '_' && end - at < 2) ++end;
  }
  return end > at && at_word(end) ? end - at : 0;
}

std::size_t Tokenizer::skip_possessive(std::size_t at) const {
  std::size_t after = at;
  if (after < text_.size() && text_[after] == '\'') {
    after += 1;
  } else if (text_.substr(at).starts_with("\u2019")) {
    after += 3;
  } else {
    return at;
  }
  const bool has_s = after < text_.size() && (text_[after] == 's' || text_[after] == 'S');
  return has_s && !at_word(after + 1) ? after + 1 : at;
}

std::size_t Tokenizer::suffix(std::size_t begin, std::size_t end) const {
  const std::string_view rest = text_.substr(end, 3);
  if (rest.starts_with("++") && !rest.ends_with("+++") && !at_word(end + 2)) {
    return 2;
  }
  const bool letter = end - begin == 1 && !is_digit(text_[begin]);
  const bool sharp = rest.starts_with('#') && !rest.starts_with("##") && !at_word(end + 1);
  return letter && sharp ? 1 : 0;
}

// Two or more groups of digits with dots between, perhaps with a v in front.
bool Tokenizer::is_number(const std::array<Part, kMaxParts>& parts, std::size_t count) const {
  if (count < 2) {
    return false;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const bool versioned = i == 0 && (text_[parts[0].begin] == 'v' || text_[parts[0].begin] == 'V');
    const std::size_t begin = parts[i].begin + (versioned ? 1 : 0);
    if (begin == parts[i].end || (i > 0 && text_[parts[i].begin - 1] != '.')) return false;
    for (std::size_t at = begin; at < parts[i].end; ++at) {
      if (!is_digit(text_[at])) return false;
    }
  }
  return true;
}

}  // namespace bm25
