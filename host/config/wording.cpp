// See wording.hpp.
#include "config/wording.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <numeric>

namespace sluice::config {
namespace {

constexpr std::size_t kShownCharacters = 60;  // enough to recognise a value in a line of output
constexpr std::size_t kShownWords = 8;
constexpr std::size_t kLongestWord = 64;  // of words worth a suggestion; bounds the table below

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// Optimal string alignment distance, or limit + 1 as soon as it is known to exceed the limit.
std::size_t slips(std::string_view a, std::string_view b, std::size_t limit) {
  const std::size_t gap = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (gap > limit) return limit + 1;
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t swap = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + swap});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    if (*std::min_element(row.begin(), row.end()) > limit) return limit + 1;
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

// Length of the well-formed UTF-8 sequence at the front of `text`, 0 if there is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<std::uint8_t>(text[i]) : std::uint8_t{0};
  };
  const auto is_tail = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return is_tail(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (!is_tail(1) || !is_tail(2)) return 0;
    if (first == 0xE0 && byte(1) < 0xA0) return 0;   // overlong
    if (first == 0xED && byte(1) >= 0xA0) return 0;  // surrogate
    return 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (!is_tail(1) || !is_tail(2) || !is_tail(3)) return 0;
    if (first == 0xF0 && byte(1) < 0x90) return 0;   // overlong
    if (first == 0xF4 && byte(1) >= 0x90) return 0;  // beyond U+10FFFF
    return 4;
  }
  return 0;
}

std::string escaped_byte(char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const auto byte = static_cast<std::uint8_t>(c);
  return {'\\', 'x', kHex[byte >> 4U], kHex[byte & 0xFU]};
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  std::size_t shown = 0;
  while (!text.empty()) {
    if (shown++ == kShownCharacters) return out + "…";
    const std::size_t length = sequence_length(text);
    const char first = text.front();
    if (first == '\n') {
      out += "\\n";
    } else if (first == '\t') {
      out += "\\t";
    } else if (first == '"' || first == '\\') {
      out += {'\\', first};
    } else if (length == 0 || static_cast<std::uint8_t>(first) < 0x20 || first == 0x7F) {
      out += escaped_byte(first);
    } else if (length == 2 && first == '\xC2' && static_cast<std::uint8_t>(text[1]) < 0xA0) {
      out += escaped_byte(text[1]);  // C1 controls: some terminals obey them
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::string in_quotes(std::string_view text) { return '"' + printable(text) + '"'; }

std::string quoted_list(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size() && i < kShownWords; ++i) {
    if (i > 0) out += ", ";
    out += in_quotes(words[i]);
  }
  if (words.size() > kShownWords) {
    out += " and " + std::to_string(words.size() - kShownWords) + " more";
  }
  return out;
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.empty() || word.size() > kLongestWord) return "";
  const std::string wanted = lower(word);
  // A third of the letters wrong is still recognisable; more is another word.
  std::size_t limit = std::max<std::size_t>(1, wanted.size() / 3);
  const std::string* best = nullptr;
  for (const std::string& candidate : candidates) {
    if (candidate.size() < 2 || candidate.size() > kLongestWord) continue;
    const std::size_t distance = slips(wanted, lower(candidate), limit);
    if (distance > limit || distance >= std::min(wanted.size(), candidate.size())) continue;
    if (best != nullptr && distance == limit) continue;  // the first of equals
    best = &candidate;
    limit = distance;
  }
  if (best != nullptr) return *best;
  // "stream" for "streaming": too many letters short to be a slip, but plain what is meant.
  constexpr std::size_t kTellingLetters = 3;
  const auto longer =
      std::find_if(candidates.begin(), candidates.end(), [&](const std::string& candidate) {
        return wanted.size() >= kTellingLetters && lower(candidate).starts_with(wanted);
      });
  return longer == candidates.end() ? "" : *longer;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string meant = nearest(word, candidates);
  return meant.empty() ? "" : "; did you mean " + in_quotes(meant) + "?";
}

std::string counted(std::size_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::size_t find_invalid_utf8(std::string_view text) {
  std::size_t offset = 0;
  while (offset < text.size()) {
    const std::size_t length = sequence_length(text.substr(offset, 4));
    if (length == 0) return offset;
    offset += length;
  }
  return std::string_view::npos;
}

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<std::uint8_t>(c) & 0xC0U) != 0x80U;
  }));
}

}  // namespace sluice::config
