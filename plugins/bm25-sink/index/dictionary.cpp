#include "index/dictionary.hpp"

#include <algorithm>
#include <utility>

#include "index/hash.hpp"

namespace bm25 {
namespace {

constexpr std::size_t kLooseShare = 10;             // a tenth too much is worth moving everything
constexpr std::size_t kLooseBytes = 1024UL * 1024;  // but not in a small index

}  // namespace

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

bool Dictionary::is_loose() const {
  std::size_t needed = 0;
  for (TermId id = 0; id < terms_.size(); ++id) {
    needed += terms_[id].size + std::size_t{terms_[id].postings.byte_size()};
  }
  return arena_.reserved_bytes() > needed + needed / kLooseShare + kLooseBytes;
}

void Dictionary::move_term(TermId id, Arena& to) {
  Term& term = terms_[id];
  if (term.name == nullptr) return;
  term.postings.move(arena_, to);
  const std::uint8_t size_class = Arena::class_for(term.size);
  std::uint8_t* name = to.allocate(size_class);
  std::copy_n(term.name, term.size, name);
  arena_.release(std::exchange(term.name, name), size_class);
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
