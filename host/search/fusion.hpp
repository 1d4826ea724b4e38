// Fusion: several ranked lists of chunks become one ranked list of documents.
#pragma once

#include "data/hits.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace sluice::search {

// One provider's answer, best first.
struct RankedList {
  data::Hits hits;
  double weight = 1.0;
};

// One document of the answer, shown by its best chunk.
struct Found {
  std::string id;  // content id: UUIDv5 of the document id
  double score = 0;
  data::Hits::Hit hit;
};

// Reciprocal rank fusion: score(d) = sum over lists of weight / (k + rank of d), ranks from 1
// (Cormack, Clarke and Buettcher, SIGIR 2009, with k = 60). A document counts once a list, by its
// best rank; its chunk is that of the list that says most for it. Falls by score; equal scores are
// ordered by id.
std::vector<Found> fuse(std::vector<RankedList> lists, std::size_t k);

// The same for a single list, which keeps the scores of its provider.
std::vector<Found> rank(RankedList list);

}  // namespace sluice::search
