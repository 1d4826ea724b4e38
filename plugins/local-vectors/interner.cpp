#include "interner.hpp"

#include <mutex>
#include <new>

namespace local_vectors {

Interner::Id Interner::add(std::string_view text) {
  if (text.empty()) return kNone;
  const std::unique_lock lock(mutex_);
  const auto [at, is_new] = ids_.try_emplace(std::string(text), next_);
  if (is_new) {
    try {
      entries_[next_].text = &at->first;
    } catch (const std::bad_alloc&) {
      ids_.erase(at);
      throw;
    }
    ++next_;
  }
  ++entries_.find(at->second)->second.users;
  return at->second;
}

void Interner::release(Id id) {
  if (id == kNone) return;
  const std::unique_lock lock(mutex_);
  const auto entry = entries_.find(id);
  if (--entry->second.users > 0) return;
  ids_.erase(ids_.find(*entry->second.text));
  entries_.erase(entry);
}

Interner::Id Interner::find(std::string_view text) const {
  const std::shared_lock lock(mutex_);
  const auto found = ids_.find(std::string(text));
  return found == ids_.end() ? kNone : found->second;
}

std::vector<Interner::Id> Interner::find_all(
    const std::function<bool(std::string_view)>& holds) const {
  std::vector<Id> all;
  const std::shared_lock lock(mutex_);
  for (const auto& [text, id] : ids_) {
    if (holds(text)) all.push_back(id);
  }
  return all;
}

}  // namespace local_vectors
