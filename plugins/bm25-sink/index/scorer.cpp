#include "index/scorer.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace bm25 {
namespace {

constexpr std::size_t kPruneSlack = 1024;  // candidates above the limit before they are sorted out

}  // namespace

MemoryIndex::Scorer::Scorer(const MemoryIndex& index, const IndexQuery& query, Scratch& scratch)
    : index_(index), query_(query), scratch_(scratch) {
  const ChunkTable& chunks = index_.chunks_;
  const double average =
      chunks.chunks() == 0 ? 1.0
                           : std::max(1.0, static_cast<double>(chunks.tokens()) / chunks.chunks());
  norm_base_ = static_cast<float>(query.parameters.k1 * (1 - query.parameters.b));
  norm_factor_ = static_cast<float>(query.parameters.k1 * query.parameters.b / average);
  scratch_.candidates.clear();
  if (scratch_.best.size() < chunks.document_limit()) {
    scratch_.best.resize(chunks.document_limit() + chunks.document_limit() / 8);
  }
  if (++scratch_.stamp == 0) {  // wrapped: old stamps could be taken for new ones
    std::ranges::fill(scratch_.best, Scratch::Best{});
    scratch_.stamp = 1;
  }
  scratch_.passes.clear();
  if (!query.filter.is_empty()) {
    const AttributeTable& attributes = chunks.attributes();
    for (AttributeId id = 0; id < attributes.size(); ++id) {
      scratch_.passes.push_back(query.filter.passes(attributes[id]) ? 1 : 0);
    }
  }
}

MemoryIndex::Scorer::~Scorer() {
  for (Postings& postings : merged_) postings.release(arena_);
}

IndexResult MemoryIndex::Scorer::run() {
  for (const QueryWord& word : query_.words) {
    if (word.single.empty()) {
      add_word(word);
    } else {
      merge_single(word);
    }
  }
  while (true) {
    Slot next = PostingCursor::kEnd;
    for (const List& list : lists_) next = std::min(next, list.cursor.slot());
    if (next == PostingCursor::kEnd) break;
    score_page(next / kPageSlots);
  }
  prune(query_.limit);
  for (const DocumentId document : scratch_.candidates) {
    const Scratch::Best& best = scratch_.best[document];
    const ChunkPage* page = index_.chunks_.page(best.slot / kPageSlots);
    result_.hits.push_back({.document = std::string(index_.chunks_.document_name(document)),
                            .row = page->row[best.slot % kPageSlots],
                            .ordinal = ordinal_of(best.slot),
                            .score = best.score});
  }
  return std::move(result_);
}

// Lucene's form (BM25Similarity.idf): ln(1 + (N - df + 0.5) / (df + 0.5)). Robertson's original can
// fall below zero for a word that most chunks have; this cannot.
double MemoryIndex::Scorer::idf(std::uint64_t df) const {
  const auto live = static_cast<double>(df);
  return std::log1p((index_.chunks_.chunks() - live + 0.5) / (live + 0.5));
}

// A chunk has at most one of the word's terms, so their lists are disjoint and their df adds up.
void MemoryIndex::Scorer::add_word(const QueryWord& word) {
  const std::size_t first = lists_.size();
  std::uint64_t df = 0;
  for (const std::string& name : word.terms) {
    const auto id = index_.dictionary_.find(name);
    if (!id || index_.dictionary_[*id].live == 0) continue;
    df += index_.dictionary_[*id].live;
    lists_.push_back({PostingCursor(index_.dictionary_[*id].postings), 0});
  }
  const double rarity = idf(df);
  for (std::size_t i = first; i < lists_.size(); ++i) {
    lists_[i].weight = static_cast<float>(rarity * word.count);
  }
  result_.idf.push_back(rarity);
}

void MemoryIndex::Scorer::merge_single(const QueryWord& word) {
  std::vector<std::pair<Slot, std::uint32_t>> found;
  for (TermId id = 0; id < index_.dictionary_.limit(); ++id) {
    const Term& term = index_.dictionary_[id];
    if (term.size == 0 || term.name[0] != kNoLanguage) continue;
    if (term.view().find(word.single, 1) == std::string_view::npos) continue;
    for (PostingCursor at(term.postings); at.slot() != PostingCursor::kEnd; at.next()) {
      if (index_.chunks_.is_live(at.slot())) found.emplace_back(at.slot(), at.count());
    }
  }
  std::ranges::sort(found);
  Postings& merged = merged_.emplace_back();
  for (std::size_t i = 0; i < found.size();) {
    const Slot slot = found[i].first;
    std::uint32_t count = 0;
    for (; i < found.size() && found[i].first == slot; ++i) count += found[i].second;
    merged.append(arena_, slot, (count + 1) / 2);  // inside a run a character is in two bigrams
  }
  const double rarity = idf(merged.size());
  lists_.push_back({PostingCursor(merged), static_cast<float>(rarity * word.count)});
  result_.idf.push_back(rarity);
}

void MemoryIndex::Scorer::score_page(std::uint32_t number) {
  const Slot begin = number * kPageSlots;
  const std::uint64_t end = std::uint64_t{begin} + kPageSlots;
  const ChunkPage* page = index_.chunks_.page(number);
  for (List& list : lists_) {
    PostingCursor& cursor = list.cursor;
    if (page == nullptr) {
      while (cursor.slot() < end && cursor.slot() != PostingCursor::kEnd) cursor.next();
      continue;
    }
    for (; cursor.slot() < end && cursor.slot() != PostingCursor::kEnd; cursor.next()) {
      const std::uint32_t at = cursor.slot() - begin;
      const auto count = static_cast<float>(cursor.count());
      // Dead chunks get a score too; leaving them out once, in harvest, is cheaper than here.
      const auto length = static_cast<float>(page->length[at] - 1);
      scratch_.scores[at] += list.weight * count / (count + norm_base_ + norm_factor_ * length);
      scratch_.touched[at / 64] |= std::uint64_t{1} << (at % 64);
    }
  }
  if (page != nullptr) {
    harvest(*page, number);
  }
}

void MemoryIndex::Scorer::harvest(const ChunkPage& page, std::uint32_t number) {
  for (std::size_t word = 0; word < scratch_.touched.size(); ++word) {
    for (std::uint64_t bits = std::exchange(scratch_.touched[word], 0); bits != 0;
         bits &= bits - 1) {
      const auto at = static_cast<std::uint32_t>(word * 64) +
                      static_cast<std::uint32_t>(std::countr_zero(bits));
      const float score = std::exchange(scratch_.scores[at], 0.0F);
      if (page.length[at] == 0) continue;
      if (!scratch_.passes.empty() && scratch_.passes[page.attributes[at]] == 0) continue;
      const DocumentId document = page.document[at];
      const Slot slot = number * kPageSlots + at;
      Scratch::Best& best = scratch_.best[document];
      if (best.stamp != scratch_.stamp) {
        best = {scratch_.stamp, score, slot};
        ++result_.total;
      } else if (score > best.score ||
                 (score == best.score && page.ordinal[at] < ordinal_of(best.slot))) {
        best.score = score;
        best.slot = slot;
      } else {
        continue;
      }
      offer(document);
    }
  }
}

void MemoryIndex::Scorer::offer(DocumentId document) {
  if (scratch_.best[document].score < threshold_) {
    return;
  }
  scratch_.candidates.push_back(document);
  if (scratch_.candidates.size() >= 2 * query_.limit + kPruneSlack) {
    prune(query_.limit);
    if (scratch_.candidates.size() == query_.limit && query_.limit > 0) {
      threshold_ = scratch_.best[scratch_.candidates.back()].score;
    }
  }
}

bool MemoryIndex::Scorer::is_better(DocumentId a, DocumentId b) const {
  const float left = scratch_.best[a].score;
  const float right = scratch_.best[b].score;
  if (left != right) {
    return left > right;
  }
  return index_.chunks_.document_order(a) < index_.chunks_.document_order(b);
}

// Leaves the best `keep` candidates, each once, best first.
void MemoryIndex::Scorer::prune(std::size_t keep) {
  std::vector<DocumentId>& candidates = scratch_.candidates;
  std::ranges::sort(candidates);
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  const auto better = [this](DocumentId a, DocumentId b) { return is_better(a, b); };
  const std::size_t kept = std::min(keep, candidates.size());
  std::ranges::partial_sort(candidates, candidates.begin() + static_cast<std::ptrdiff_t>(kept),
                            better);
  candidates.resize(kept);
}

std::uint32_t MemoryIndex::Scorer::ordinal_of(Slot slot) const {
  return index_.chunks_.page(slot / kPageSlots)->ordinal[slot % kPageSlots];
}

}  // namespace bm25
