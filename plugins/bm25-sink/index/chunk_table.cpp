#include "index/chunk_table.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "common/order/document_order.hpp"
#include "index/hash.hpp"

namespace bm25 {

Slot ChunkTable::add(const ChunkPlace& place, const Attributes& attributes, std::uint32_t length) {
  const Slot slot = next_;
  if (slot % kPageSlots == 0) {
    first_rows_.push_back(place.row);
    pages_.push_back(std::make_unique<ChunkPage>());
    ++allocated_pages_;
  }
  ChunkPage& page = *pages_.back();
  const std::uint32_t at = slot % kPageSlots;
  assert(at == 0 || page.row[at - 1] < place.row);
  page.document[at] = acquire_document(place.document);
  page.attributes[at] = attributes_.acquire(attributes);
  page.length[at] = length + 1;
  page.ordinal[at] = place.ordinal;
  page.row[at] = place.row;
  ++page.used;
  ++page.live;
  ++next_;
  ++chunks_;
  tokens_ += length;
  return slot;
}

std::optional<Slot> ChunkTable::find(RowId row) const {
  const auto after = std::ranges::upper_bound(first_rows_, row);
  if (after == first_rows_.begin()) {
    return std::nullopt;
  }
  const auto number = static_cast<std::uint32_t>(after - first_rows_.begin() - 1);
  const ChunkPage* page = pages_[number].get();
  if (page == nullptr) {
    return std::nullopt;
  }
  const auto* const end = page->row.begin() + page->used;
  const auto* const at = std::lower_bound(page->row.begin(), end, row);
  if (at == end || *at != row) {
    return std::nullopt;
  }
  const Slot slot = number * kPageSlots + static_cast<std::uint32_t>(at - page->row.begin());
  return is_live(slot) ? std::optional(slot) : std::nullopt;
}

void ChunkTable::remove(Slot slot) {
  std::unique_ptr<ChunkPage>& page = pages_[slot / kPageSlots];
  const std::uint32_t at = slot % kPageSlots;
  tokens_ -= page->length[at] - 1;
  page->length[at] = 0;
  --chunks_;
  attributes_.release(page->attributes[at]);
  release_document(page->document[at]);
  if (--page->live == 0 && page->used == kPageSlots) {
    page.reset();
    --allocated_pages_;
  }
}

DocumentId ChunkTable::acquire_document(std::string_view name) {
  const std::uint64_t hash = hash_key(name);
  const auto equal = [&](DocumentId id) { return documents_[id].view() == name; };
  if (const auto id = document_index_.find(hash, equal)) {
    ++documents_[*id].chunks;
    return *id;
  }
  if (free_documents_.empty()) {
    free_documents_.push_back(documents_.grow());
  }
  const DocumentId id = free_documents_.back();
  Document& document = documents_[id];
  document.name = names_.allocate(Arena::class_for(name.size()));
  document.size = static_cast<std::uint32_t>(name.size());
  document.chunks = 1;
  document.order = plugin_common::order_of(name);
  std::ranges::copy(name, document.name);
  document_index_.insert(hash, id);
  free_documents_.pop_back();
  ++document_count_;
  return id;
}

void ChunkTable::release_document(DocumentId id) {
  Document& document = documents_[id];
  if (--document.chunks > 0) {
    return;
  }
  document_index_.erase(hash_key(document.view()), id);
  names_.release(document.name, Arena::class_for(document.size));
  document = Document();
  free_documents_.push_back(id);
  --document_count_;
}

}  // namespace bm25
