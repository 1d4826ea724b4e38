#include "attribute_sets.hpp"

#include "common/filter/matching.hpp"

#include <algorithm>
#include <mutex>
#include <new>
#include <utility>

namespace local_vectors {

std::size_t AttributeSets::Hash::operator()(const Texts& texts) const noexcept {
  std::uint64_t hash = 0;
  for (const Interner::Id id : texts) hash = (hash ^ id) * 0x9E3779B97F4A7C15U;
  return hash ^ hash >> 32;
}

// kNone when the set is not there.
AttributeSets::Id AttributeSets::find(const AttributeViews& values) const {
  Texts texts{};
  for (std::size_t i = 0; i < kAttributes; ++i) {
    texts[i] = interner_.find(values[i]);
    if (texts[i] == Interner::kNone && !values[i].empty()) return kNone;
  }
  const auto found = ids_.find(texts);
  return found == ids_.end() ? kNone : found->second;
}

AttributeSets::Id AttributeSets::add(const AttributeViews& values) {
  const std::unique_lock lock(mutex_);
  if (const Id known = find(values); known != kNone) {
    ++sets_.find(known)->second.users;
    return known;
  }
  Set set{.texts = {}, .users = 1};
  try {
    for (std::size_t i = 0; i < kAttributes; ++i) set.texts[i] = interner_.add(values[i]);
    const auto [at, is_new] = sets_.try_emplace(next_, set);
    try {
      ids_.emplace(set.texts, next_);
    } catch (const std::bad_alloc&) {
      sets_.erase(at);
      throw;
    }
  } catch (const std::bad_alloc&) {
    release_texts(set.texts);
    throw;
  }
  return next_++;
}

void AttributeSets::release(Id id) noexcept {
  if (id == kNone) return;
  const std::unique_lock lock(mutex_);
  const auto at = sets_.find(id);
  if (--at->second.users > 0) return;
  release_texts(at->second.texts);
  ids_.erase(at->second.texts);
  sets_.erase(at);
}

void AttributeSets::release_texts(const Texts& texts) noexcept {
  for (const Interner::Id id : texts) interner_.release(id);
}

bool AttributeSets::meets(const Texts& texts, const Condition& condition) {
  for (std::size_t i = 0; i < kAttributes; ++i) {
    const auto& any_of = condition.any_of_[i];
    if (any_of && !std::binary_search(any_of->begin(), any_of->end(), texts[i])) return false;
  }
  return true;
}

// The texts that one of the wanted ones matches.
std::vector<Interner::Id> AttributeSets::texts_of(std::size_t attribute,
                                                  const std::vector<std::string>& wanted) const {
  if (attribute == kDomain || attribute == kLanguage) {
    const auto matches =
        attribute == kDomain ? plugin_common::is_same_domain : plugin_common::is_in_language;
    return interner_.find_all([&](std::string_view text) {
      return std::any_of(wanted.begin(), wanted.end(),
                         [&](const std::string& one) { return matches(text, one); });
    });
  }
  std::vector<Interner::Id> texts;
  for (const std::string& text : wanted) {
    const Interner::Id id = interner_.find(text);
    if (id != Interner::kNone) texts.push_back(id);
    if (attribute == kIsMobile && text == "false") texts.push_back(Interner::kNone);
  }
  return texts;
}

AttributeSets::Condition AttributeSets::condition(const Filter& filter) const {
  const std::shared_lock lock(mutex_);
  Condition made;
  made.end_ = next_;
  for (std::size_t i = 0; i < kAttributes; ++i) {
    if (!filter.any_of[i]) continue;
    auto& any_of = made.any_of_[i].emplace(texts_of(i, *filter.any_of[i]));
    std::sort(any_of.begin(), any_of.end());
  }
  for (const auto& [id, set] : sets_) {
    if (meets(set.texts, made)) made.passing_.push_back(id);
  }
  std::sort(made.passing_.begin(), made.passing_.end());
  return made;
}

bool AttributeSets::passes(Id id, const Condition& condition) const {
  if (id < condition.end_) {
    return std::binary_search(condition.passing_.begin(), condition.passing_.end(), id);
  }
  const std::shared_lock lock(mutex_);
  return meets(sets_.find(id)->second.texts, condition);
}

}  // namespace local_vectors
