#include "index/memory_index.hpp"

#include <algorithm>
#include <new>
#include <shared_mutex>
#include <stdexcept>

#include "index/hash.hpp"
#include "index/scorer.hpp"

namespace bm25 {
namespace {

using Clock = std::chrono::steady_clock;

constexpr TermId kUnknown = UINT32_MAX;

// How long a batch may keep readers out in one go: well below what a search takes.
constexpr std::chrono::microseconds kSlice{150};

// A list is rewritten when this share of it is dead: a search then wastes at most as much, and each
// deletion pays for copying three live postings.
constexpr std::uint32_t kDeadShare = 4;

// Lookups between two steps of one: enough for a trip to memory.
constexpr std::size_t kLookAhead = 4;

}  // namespace

MemoryIndex::MemoryIndex() = default;
MemoryIndex::~MemoryIndex() = default;

void MemoryIndex::apply(std::span<const IndexChange> changes) {
  // Terms are looked up before the lock is taken: only this thread changes the dictionary, and no
  // term goes away before compact.
  std::vector<TermId> ids;
  for (const IndexChange& change : changes) {
    find_terms(change.terms, ids);
  }
  std::span<const TermId> left(ids);
  for (std::size_t at = 0; at < changes.size();) {
    const std::lock_guard lock(mutex_);
    const Clock::time_point end = Clock::now() + kSlice;
    do {
      const IndexChange& change = changes[at++];
      const auto own = left.first(change.terms.terms.size());
      left = left.subspan(own.size());
      if (change.kind == IndexChange::Kind::kAdd) {
        apply_add(change, own);
      } else {
        apply_remove(change, own);
      }
    } while (at < changes.size() && Clock::now() < end);
  }
}

// The ids of a chunk's terms, or kUnknown. Each lookup waits for three places in memory, so those
// of the terms ahead are asked for while this one is compared.
void MemoryIndex::find_terms(const AnalyzedChunk& chunk, std::vector<TermId>& ids) const {
  const std::vector<AnalyzedTerm>& terms = chunk.terms;
  const std::size_t count = terms.size();
  for (std::size_t i = 0; i < count + 3 * kLookAhead; ++i) {
    if (i < count) dictionary_.prefetch_slot(terms[i].hash);
    if (const std::size_t at = i - kLookAhead; at < count)
      dictionary_.prefetch_term(terms[at].hash);
    if (const std::size_t at = i - 2 * kLookAhead; at < count) {
      dictionary_.prefetch_name(terms[at].hash);
    }
    if (const std::size_t at = i - 3 * kLookAhead; at < count) {
      ids.push_back(dictionary_.find(chunk.text(terms[at]), terms[at].hash).value_or(kUnknown));
    }
  }
}

void MemoryIndex::apply_add(const IndexChange& change, std::span<const TermId> ids) {
  const Slot slot = chunks_.add({change.row, change.document, change.ordinal}, change.attributes,
                                change.terms.length);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i + kLookAhead < ids.size() && ids[i + kLookAhead] != kUnknown) {
      dictionary_[ids[i + kLookAhead]].postings.prefetch_end();
    }
    const AnalyzedTerm& analyzed = change.terms.terms[i];
    const TermId id = ids[i] != kUnknown
                          ? ids[i]
                          : dictionary_.find_or_add(change.terms.text(analyzed), analyzed.hash);
    Term& term = dictionary_[id];
    term.postings.append(dictionary_.arena(), slot, analyzed.count);
    ++term.live;
  }
}

void MemoryIndex::apply_remove(const IndexChange& change, std::span<const TermId> ids) {
  const auto slot = chunks_.find(change.row);
  if (!slot) {
    throw std::logic_error("a row to remove is not in the keyword index");
  }
  chunks_.remove(*slot);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const AnalyzedTerm& analyzed = change.terms.terms[i];
    const TermId id = ids[i] != kUnknown
                          ? ids[i]
                          : dictionary_.find_or_add(change.terms.text(analyzed), analyzed.hash);
    --dictionary_[id].live;
    queue_if_wasteful(id);
  }
}

void MemoryIndex::queue_if_wasteful(TermId id) {
  Term& term = dictionary_[id];
  const std::uint32_t dead = term.postings.size() - term.live;
  if (!term.is_queued && (term.live == 0 || dead > term.postings.size() / kDeadShare)) {
    term.is_queued = true;
    queue_.push_back(id);
  }
}

bool MemoryIndex::compact(std::chrono::microseconds budget) {
  const Clock::time_point end = Clock::now() + budget;
  while (!queue_.empty() && Clock::now() < end) {
    const TermId id = queue_.front();
    queue_.pop_front();
    Term& term = dictionary_[id];
    if (term.live == 0) {
      const std::lock_guard lock(mutex_);
      dictionary_.erase(id);
      continue;
    }
    // Readers go on with the old list while the new one is written; then the two change places.
    Postings kept;
    for (PostingCursor at(term.postings); at.slot() != PostingCursor::kEnd; at.next()) {
      if (chunks_.is_live(at.slot())) kept.append(dictionary_.arena(), at.slot(), at.count());
    }
    {
      const std::lock_guard lock(mutex_);
      std::swap(term.postings, kept);
      term.is_queued = false;
    }
    kept.release(dictionary_.arena());
  }
  return !queue_.empty();
}

void MemoryIndex::tighten() {
  if (!dictionary_.is_loose()) return;
  Arena fresh;
  try {
    for (TermId id = 0; id < dictionary_.limit();) {
      const std::lock_guard lock(mutex_);
      const Clock::time_point end = Clock::now() + kSlice;
      do {
        dictionary_.move_term(id++, fresh);
      } while (id < dictionary_.limit() && Clock::now() < end);
    }
    const std::lock_guard lock(mutex_);
    dictionary_.arena().swap(fresh);
  } catch (const std::bad_alloc&) {
    const std::lock_guard lock(mutex_);
    dictionary_.arena().absorb(fresh);
  }
}

IndexResult MemoryIndex::search(const IndexQuery& query) const {
  std::unique_ptr<Scratch> scratch = take_scratch();
  IndexResult result;
  {
    const std::shared_lock lock(mutex_);
    result = Scorer(*this, query, *scratch).run();
  }
  give_back(std::move(scratch));
  return result;
}

IndexCounts MemoryIndex::counts() const {
  const std::shared_lock lock(mutex_);
  return {.documents = chunks_.documents(),
          .chunks = chunks_.chunks(),
          .terms = dictionary_.size(),
          .tokens = chunks_.tokens(),
          .allocated_pages = chunks_.allocated_pages()};
}

std::uint32_t MemoryIndex::languages() const {
  const std::shared_lock lock(mutex_);
  return dictionary_.languages();
}

std::vector<RowId> MemoryIndex::sparse_rows() const {
  const std::shared_lock lock(mutex_);
  // Twice the pages that a dense table would have, and a few: then the emptiest is less than half
  // full.
  const std::uint32_t dense = chunks_.chunks() / kPageSlots + 1;
  if (chunks_.allocated_pages() <= 2 * dense + 2) {
    return {};
  }
  const ChunkPage* sparsest = nullptr;
  for (std::uint32_t number = 0; number < chunks_.page_count(); ++number) {
    const ChunkPage* page = chunks_.page(number);
    const bool is_full = page != nullptr && page->used == kPageSlots;
    if (is_full && (sparsest == nullptr || page->live < sparsest->live)) sparsest = page;
  }
  std::vector<RowId> rows;
  for (std::uint32_t at = 0; sparsest != nullptr && at < kPageSlots; ++at) {
    if (sparsest->length[at] != 0) rows.push_back(sparsest->row[at]);
  }
  return rows;
}

MemoryIndex::StateImage MemoryIndex::image() const {
  StateImage out;
  constexpr std::uint32_t kUnseen = UINT32_MAX;
  std::vector<std::uint32_t> documents(chunks_.document_limit(), kUnseen);
  std::vector<std::uint32_t> attributes(chunks_.attributes().size(), kUnseen);
  out.slot_limit = chunks_.slot_limit();
  out.term_limit = dictionary_.limit();
  out.chunks.reserve(chunks_.chunks());
  for (Slot slot = 0; slot < out.slot_limit; ++slot) {
    if (!chunks_.is_live(slot)) continue;
    const ChunkPage& page = *chunks_.page(slot / kPageSlots);
    const std::uint32_t at = slot % kPageSlots;
    std::uint32_t& document = documents[page.document[at]];
    if (document == kUnseen) {
      document = static_cast<std::uint32_t>(out.documents.size());
      out.documents.emplace_back(chunks_.document_name(page.document[at]));
    }
    std::uint32_t& attribute = attributes[page.attributes[at]];
    if (attribute == kUnseen) {
      attribute = static_cast<std::uint32_t>(out.attributes.size());
      out.attributes.push_back(chunks_.attributes()[page.attributes[at]]);
    }
    out.chunks.push_back({.slot = slot,
                          .row = page.row[at],
                          .document = document,
                          .ordinal = page.ordinal[at],
                          .length = page.length[at] - 1,
                          .attributes = attribute});
  }
  return out;
}

void MemoryIndex::visit_terms(
    TermId first, TermId last,
    const std::function<void(std::string_view, const Postings&)>& fn) const {
  const std::shared_lock lock(mutex_);
  for (TermId id = first; id < std::min(last, dictionary_.limit()); ++id) {
    const Term& term = dictionary_[id];
    if (term.name != nullptr) fn(term.view(), term.postings);
  }
}

Slot MemoryIndex::load_chunk(const ChunkPlace& place, const Attributes& attributes,
                             std::uint32_t length) {
  const std::lock_guard lock(mutex_);
  return chunks_.add(place, attributes, length);
}

void MemoryIndex::load_term(std::string_view name, std::span<const std::uint8_t> bytes,
                            std::span<const Slot> slots) {
  const std::lock_guard lock(mutex_);
  PostingCursor at(bytes.data(), bytes.data() + bytes.size());
  Term* term = nullptr;
  for (; at.slot() != PostingCursor::kEnd; at.next()) {
    const Slot slot = at.slot() < slots.size() ? slots[at.slot()] : PostingCursor::kEnd;
    if (slot == PostingCursor::kEnd) continue;
    if (term == nullptr) {
      term = &dictionary_[dictionary_.find_or_add(name, hash_key(name))];
      term->postings.reserve(dictionary_.arena(), bytes.size());
    }
    term->postings.append(dictionary_.arena(), slot, at.count());
    ++term->live;
  }
}

std::unique_ptr<MemoryIndex::Scratch> MemoryIndex::take_scratch() const {
  const std::lock_guard lock(scratch_mutex_);
  if (scratch_.empty()) {
    return std::make_unique<Scratch>();
  }
  auto scratch = std::move(scratch_.back());
  scratch_.pop_back();
  return scratch;
}

void MemoryIndex::give_back(std::unique_ptr<Scratch> scratch) const {
  const std::lock_guard lock(scratch_mutex_);
  scratch_.push_back(std::move(scratch));
}

}  // namespace bm25
