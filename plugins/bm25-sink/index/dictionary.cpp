#include "index/dictionary.hpp"

#include <algorithm>

#include "index/hash.hpp"

namespace bm25 {

Dictionary::~Dictionary() {
  for (TermId id = 0; id < terms_.size(); ++id) {
    terms_[id].postings.release(arena_);
  }
}

std::optional<TermId> Dictionary::find(std::string_view name, std::uint64_t hash) const {
  return index_.find(hash, [&](TermId id) { return terms_[id].view() == name; });
}

std::optional<TermId> Dictionary::find(std::string_view name) const {
  return find(name, hash_key(name));
}

TermId Dictionary::find_or_add(std::string_view name, std::uint64_t hash) {
  if (const auto id = find(name, hash)) {
    return *id;
  }
  if (free_.empty()) {
    free_.push_back(terms_.grow());
  }
  const TermId id = free_.back();
  Term& term = terms_[id];
  term.name = arena_.allocate(Arena::class_for(name.size()));
  term.size = static_cast<std::uint8_t>(name.size());
  std::ranges::copy(name, term.name);
  index_.insert(hash, id);
  free_.pop_back();
  ++count_;
  languages_ |= 1u << static_cast<unsigned char>(name.front());
  return id;
}

void Dictionary::erase(TermId id) {
  Term& term = terms_[id];
  index_.erase(hash_key(term.view()), id);
  term.postings.release(arena_);
  arena_.release(term.name, Arena::class_for(term.size));
  term = Term();
  free_.push_back(id);
  --count_;
}

}  // namespace bm25
