// The chunks and documents the postings speak of: lengths, owners, row numbers, liveness.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "index/arena.hpp"
#include "index/attributes.hpp"
#include "index/hash_table.hpp"
#include "index/paged.hpp"
#include "index/postings.hpp"

namespace bm25 {

using RowId = std::uint64_t;       // of a row in the database; never used twice
using DocumentId = std::uint32_t;  // number of a document in memory; used again after its end

inline constexpr std::uint32_t kPageSlots = 4096;

// The chunks of one stretch of slots, column by column, for the scoring loop.
struct ChunkPage {
  std::array<std::uint32_t, kPageSlots> length{};  // in tokens, plus one; 0 when dead
  std::array<DocumentId, kPageSlots> document{};
  std::array<AttributeId, kPageSlots> attributes{};
  std::array<std::uint32_t, kPageSlots> ordinal{};
  std::array<RowId, kPageSlots> row{};
  std::uint32_t used = 0;
  std::uint32_t live = 0;
};

struct ChunkPlace {
  RowId row;
  std::string_view document;
  std::uint32_t ordinal;
};

// Slots are given out in ascending order, with ascending rows, and never again; a page whose chunks
// are all dead is freed. Not thread-safe.
class ChunkTable {
 public:
  ChunkTable() = default;
  ChunkTable(const ChunkTable&) = delete;
  ChunkTable& operator=(const ChunkTable&) = delete;

  Slot add(const ChunkPlace& place, const Attributes& attributes, std::uint32_t length);
  std::optional<Slot> find(RowId row) const;
  void remove(Slot slot);

  bool is_live(Slot slot) const {
    const ChunkPage* page = pages_[slot / kPageSlots].get();
    return page != nullptr && page->length[slot % kPageSlots] != 0;
  }
  // Null when every chunk of it is dead.
  const ChunkPage* page(std::uint32_t number) const { return pages_[number].get(); }
  std::uint32_t page_count() const { return static_cast<std::uint32_t>(pages_.size()); }
  std::uint32_t allocated_pages() const { return allocated_pages_; }

  std::string_view document_name(DocumentId id) const { return documents_[id].view(); }
  std::uint64_t document_order(DocumentId id) const { return documents_[id].order; }
  DocumentId document_limit() const { return documents_.size(); }  // one past the largest id
  const AttributeTable& attributes() const { return attributes_; }

  std::uint32_t chunks() const { return chunks_; }
  std::uint32_t documents() const { return document_count_; }
  std::uint64_t tokens() const { return tokens_; }  // of all live chunks
  Slot slot_limit() const { return next_; }         // one past the last slot given out

 private:
  struct Document {
    std::uint8_t* name = nullptr;
    std::uint64_t order = 0;  // see order_of
    std::uint32_t size = 0;
    std::uint32_t chunks = 0;
    std::string_view view() const { return {reinterpret_cast<const char*>(name), size}; }
  };

  DocumentId acquire_document(std::string_view name);
  void release_document(DocumentId id);

  std::vector<std::unique_ptr<ChunkPage>> pages_;
  std::vector<RowId> first_rows_;  // of each page
  std::uint32_t allocated_pages_ = 0;
  Slot next_ = 0;
  std::uint32_t chunks_ = 0;
  std::uint64_t tokens_ = 0;

  Arena names_;
  Paged<Document> documents_;
  std::vector<DocumentId> free_documents_;
  HashTable document_index_;
  std::uint32_t document_count_ = 0;

  AttributeTable attributes_;
};

}  // namespace bm25
