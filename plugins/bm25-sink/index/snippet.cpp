#include "index/snippet.hpp"

#include <algorithm>
#include <deque>
#include <vector>

#include "index/unicode.hpp"

namespace bm25 {
namespace {

constexpr std::string_view kEllipsis = "\u2026";
constexpr std::size_t kLead = 60;  // code points of context before the first match
constexpr std::size_t kBody = kSnippetCharacters - 2;  // room between the ellipses
constexpr std::size_t kLongestWord = 40;    // how far a cut may move to fall between words
constexpr std::size_t kMaxMatches = 2'000;  // looked at: a chunk of a few hundred words has fewer
constexpr double kRepeat = 0.05;            // what one more occurrence counts, against the first

struct Match {
  std::size_t begin;  // byte offsets
  std::size_t end;
  double weight;
  std::size_t word;  // equal for equal terms
};

std::vector<Match> find_matches(Analyzer& analyzer, const ChunkText& chunk,
                                const TermWeights& weights) {
  std::vector<Match> matches;
  std::unordered_map<std::string_view, std::size_t> numbers;
  const Language language = analyzer.language_of(chunk);
  Tokenizer(chunk.text).each([&](const RawToken& token) {
    const auto found = weights.find(std::string(analyzer.term_of(token, language)));
    if (found == weights.end() || matches.size() == kMaxMatches) return;
    const std::size_t number = numbers.try_emplace(found->first, numbers.size()).first->second;
    matches.push_back({token.begin, token.begin + token.text.size(), found->second, number});
  });
  return matches;
}

// Bytes that hold at most `characters` code points from `begin` on.
std::size_t advance(std::string_view text, std::size_t begin, std::size_t characters) {
  while (begin < text.size() && characters-- > 0) begin += decode(text, begin).size;
  return begin;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0u) == 0x80; }

std::size_t retreat(std::string_view text, std::size_t end, std::size_t characters) {
  while (end > 0 && characters-- > 0) {
    --end;
    while (end > 0 && is_continuation(text[end])) --end;
  }
  return end;
}

// Where the best window starts: the match whose next kBody - kLead code points weigh most.
std::size_t best_match(std::string_view text, const std::vector<Match>& matches) {
  std::vector<std::size_t> inside;  // occurrences of each word in the window
  double weight = 0;
  double best_weight = -1;
  std::size_t best = 0;
  std::size_t last = 0;
  for (std::size_t first = 0; first < matches.size(); ++first) {
    const std::size_t limit = advance(text, matches[first].begin, kBody - kLead);
    for (; last < matches.size() && matches[last].end <= limit; ++last) {
      const Match& match = matches[last];
      if (inside.size() <= match.word) inside.resize(match.word + 1);
      weight += match.weight * (inside[match.word]++ == 0 ? 1 : kRepeat);
    }
    if (weight > best_weight + 1e-9) {
      best_weight = weight;
      best = first;
    }
    if (first < last) {
      const Match& match = matches[first];
      weight -= match.weight * (--inside[match.word] == 0 ? 1 : kRepeat);
    } else {
      last = first + 1;
    }
  }
  return best;
}

bool is_boundary(std::string_view text, std::size_t at) {
  if (at == 0 || at >= text.size()) return true;
  const CharClass here = classify(decode(text, at).value);
  if (here == CharClass::kMark || here == CharClass::kIgnorable) return false;
  const CharClass before = classify(decode(text, retreat(text, at, 1)).value);
  return here != CharClass::kWord ||
         (before == CharClass::kSeparator || before == CharClass::kDense);
}

std::size_t boundary_after(std::string_view text, std::size_t at, std::size_t limit) {
  std::size_t moved = at;
  for (std::size_t i = 0; i < kLongestWord && moved < limit; ++i) {
    if (is_boundary(text, moved)) return moved;
    moved += decode(text, moved).size;
  }
  return at;
}

std::size_t boundary_before(std::string_view text, std::size_t at, std::size_t limit) {
  std::size_t moved = at;
  for (std::size_t i = 0; i < kLongestWord && moved > limit; ++i) {
    if (is_boundary(text, moved)) return moved;
    moved = retreat(text, moved, 1);
  }
  return at;
}

// One line of valid text: white space and control characters become single spaces.
std::string plain_line(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode(text, at);
    at += point.size;
    const bool blank = point.value <= 0x20 || (point.value >= 0x7F && point.value <= 0xA0) ||
                       point.value == 0x2028 || point.value == 0x2029 || point.value == 0x3000;
    if (!blank) {
      append_utf8(out, point.value);
    } else if (!out.empty() && out.back() != ' ') {
      out.push_back(' ');
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace

TermWeights term_weights(const std::vector<QueryWord>& words, const std::vector<double>& idf) {
  TermWeights weights;
  for (std::size_t i = 0; i < words.size(); ++i) {
    for (const std::string& term : words[i].terms) {
      weights[term] = std::max(weights[term], idf[i]);
    }
  }
  return weights;
}

std::string make_snippet(Analyzer& analyzer, const ChunkText& chunk, const TermWeights& weights) {
  const std::string_view text = chunk.text;
  const std::vector<Match> matches = find_matches(analyzer, chunk, weights);
  std::size_t begin = 0;
  if (!matches.empty()) {
    const Match& match = matches[best_match(text, matches)];
    begin = boundary_after(text, retreat(text, match.begin, kLead), match.begin);
  }
  std::size_t end = advance(text, begin, kBody);
  if (end == text.size()) {  // room is left: show more of what comes before
    const std::size_t earlier = retreat(text, end, kBody);
    begin = std::min(begin, boundary_after(text, earlier, begin));
  } else {
    end = boundary_before(text, end, begin);
  }
  std::string snippet = plain_line(text.substr(begin, end - begin));
  if (begin > 0) snippet.insert(0, kEllipsis);
  if (end < text.size()) snippet += kEllipsis;
  return snippet;
}

}  // namespace bm25
