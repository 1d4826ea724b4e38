// Greedy packing with a look ahead: fill a chunk to the limit, then go back to the best place to
// cut. The best place is before the largest unit (block, list item, line, sentence) that the limit
// falls into and that fits into a chunk of its own; what does not fit even there is cut into at the
// next level.
#include "cut/cutter.hpp"

#include <algorithm>
#include <array>

namespace chunker {

void Cutter::run(const std::function<void(const Chunk&)>& emit) {
  std::size_t previous = 0;  // where the chunk made last begins
  std::size_t fresh = 0;     // the first word that is in no chunk yet
  while (has(fresh)) {
    const std::size_t begin = overlap_begin(previous, fresh);
    const std::size_t end = cut_end(begin, fresh);
    enter_headings(fresh, end);
    Chunk chunk;
    chunk.offset = window_[begin].begin;
    chunk.length = window_[end - 1].end - chunk.offset;
    for (std::size_t i = begin; i < end; ++i) {
      chunk.tokens += window_[i].tokens;
    }
    chunk.heading_path = trail_.path();
    emit(chunk);
    previous = begin;
    fresh = end;
    forget_before(previous, fresh);
  }
}

bool Cutter::has(std::size_t index) {
  while (window_.size() <= index) {
    Word word;
    if (!words_.next(word)) {
      return false;
    }
    window_.push_back(word);
  }
  return true;
}

// Where the unit ends that begins at `begin` and goes on to the next break of `level`; nothing if
// it is too large for a chunk.
std::optional<std::size_t> Cutter::unit_end(std::size_t begin, Break level) {
  std::uint32_t tokens = 0;
  std::size_t i = begin;
  do {
    ++steps_;
    tokens += window_[i].tokens;
    if (tokens > settings_.max_tokens || window_[i].end - window_[begin].begin > max_bytes()) {
      return std::nullopt;
    }
    ++i;
  } while (has(i) && window_[i].before < level);
  return i;
}

// Where a chunk begins whose first new word is `fresh`: there, or earlier by as much of the chunk
// made last (which began at `previous`) as the overlap allows and as leaves room for the unit that
// follows. Code, tables and headings are not repeated: half of one means nothing.
std::size_t Cutter::overlap_begin(std::size_t previous, std::size_t fresh) {
  if (fresh == previous || settings_.overlap_tokens == 0 || is_forced(window_[fresh].before)) {
    return fresh;
  }
  const std::size_t unit = unit_end(fresh, window_[fresh].before).value_or(fresh + 1);
  std::uint32_t room = settings_.max_tokens;
  for (std::size_t i = fresh; i < unit; ++i) {
    room -= window_[i].tokens;
  }
  const std::uint32_t budget = std::min(settings_.overlap_tokens, room);
  // Also in bytes the overlap is the lesser part, or words without tokens would repeat without end.
  const std::size_t max_overlap_bytes = kMaxBytesPerToken * settings_.overlap_tokens;
  const std::size_t earliest =
      window_[fresh].begin - std::min(window_[fresh].begin, max_overlap_bytes);
  const std::size_t last_byte = window_[unit - 1].end;

  std::uint32_t tokens = 0;
  std::size_t at_word = fresh;
  std::size_t at_sentence = fresh;
  std::uint32_t sentence_tokens = 0;
  for (std::size_t i = fresh; i-- > previous + 1;) {
    const Word& word = window_[i];
    ++steps_;
    tokens += word.tokens;
    if (tokens > budget || word.begin < earliest || last_byte - word.begin > max_bytes() ||
        is_made_of_lines(word.kind) || word.kind == BlockKind::kHeading || is_forced(word.before)) {
      break;
    }
    at_word = word.before >= Break::kWord ? i : at_word;
    if (word.before >= Break::kSentence) {
      at_sentence = i;
      sentence_tokens = tokens;
    }
  }
  // Whole sentences read better, but not at the price of most of the overlap.
  return sentence_tokens > 0 && sentence_tokens * 2 >= budget ? at_sentence : at_word;
}

// How far a chunk from `begin` could go: the index after the last word that fits.
std::size_t Cutter::filled_end(std::size_t begin, std::size_t fresh) {
  std::uint32_t tokens = 0;
  std::size_t i = begin;
  while (has(i) && (i <= fresh || !is_forced(window_[i].before))) {
    ++steps_;
    tokens += window_[i].tokens;
    if (tokens > settings_.max_tokens || window_[i].end - window_[begin].begin > max_bytes()) {
      break;
    }
    ++i;
  }
  return i;
}

std::size_t Cutter::cut_end(std::size_t begin, std::size_t fresh) {
  const std::size_t end = filled_end(begin, fresh);
  if (!has(end) || is_forced(window_[end].before)) {
    return end;
  }
  constexpr std::array kLevels = {Break::kBlock, Break::kItem, Break::kLine, Break::kSentence,
                                  Break::kWord};
  for (const Break level : kLevels) {
    std::size_t at = end;
    while (at > fresh && window_[at].before < level) {
      --at;
      ++steps_;
    }
    const bool is_at_limit = at == end || level == Break::kWord;
    if (at > fresh && (is_at_limit || unit_end(at, level))) {
      return at;
    }
  }
  return end;
}

// A chunk's headings stand at its beginning; its path is what they say where its text begins.
void Cutter::enter_headings(std::size_t fresh, std::size_t end) {
  std::size_t body = fresh;
  while (body < end && window_[body].kind == BlockKind::kHeading) {
    ++body;
  }
  const std::size_t until = body < end ? window_[body].begin : window_[end - 1].end;
  std::deque<Block>& headings = words_.headings();
  while (!headings.empty() && headings.front().begin < until) {
    trail_.enter(page_, headings.front());
    headings.pop_front();
  }
}

// Drops the words before `begin` once they are the greater part, which keeps the cost per word
// constant.
void Cutter::forget_before(std::size_t& begin, std::size_t& fresh) {
  if (begin * 2 <= window_.size()) {
    return;
  }
  window_.erase(window_.begin(), window_.begin() + static_cast<std::ptrdiff_t>(begin));
  fresh -= begin;
  begin = 0;
}

}  // namespace chunker
