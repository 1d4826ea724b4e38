// Reciprocal rank fusion.
#include "search/fusion.hpp"

#include "base/uuid.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace sluice::search {
namespace {

void sort(std::vector<Found>& found) {
  std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
    return a.score != b.score ? a.score > b.score : a.id < b.id;
  });
}

}  // namespace

std::vector<Found> fuse(std::vector<RankedList> lists, std::size_t k) {
  struct Entry {
    Found found;
    double best_share = 0;
    std::size_t last_list = SIZE_MAX;  // that it was counted for
  };
  std::unordered_map<std::string, Entry> by_document;
  for (std::size_t i = 0; i < lists.size(); ++i) {
    std::size_t rank = 0;
    for (auto& hit : lists[i].hits.hits) {
      Entry& entry = by_document[hit.document_id];
      if (entry.last_list == i) continue;
      entry.last_list = i;
      const double share = lists[i].weight / static_cast<double>(k + ++rank);
      entry.found.score += share;
      if (share > entry.best_share) {
        entry.best_share = share;
        // The snippet says why it was found, which only a provider that reads words can.
        std::string snippet = std::move(entry.found.hit.snippet);
        entry.found.hit = std::move(hit);
        if (entry.found.hit.snippet.empty()) entry.found.hit.snippet = std::move(snippet);
      } else if (entry.found.hit.snippet.empty()) {
        entry.found.hit.snippet = std::move(hit.snippet);
      }
    }
  }
  std::vector<Found> found;
  found.reserve(by_document.size());
  for (auto& [document_id, entry] : by_document) {
    if (entry.best_share <= 0) continue;  // only lists of weight zero have it
    entry.found.id = uuid_of_url(document_id);
    found.push_back(std::move(entry.found));
  }
  sort(found);
  return found;
}

std::vector<Found> rank(RankedList list) {
  std::unordered_map<std::string, std::size_t> seen;
  std::vector<Found> found;
  for (auto& hit : list.hits.hits) {
    if (!seen.emplace(hit.document_id, found.size()).second) continue;
    found.push_back({uuid_of_url(hit.document_id), hit.score, std::move(hit)});
  }
  sort(found);
  return found;
}

}  // namespace sluice::search
