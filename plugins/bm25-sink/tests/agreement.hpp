// Compares a keyword index with the reference, hit by hit and bit by bit.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "random_pages.hpp"

namespace bm25 {

// The first difference between what both answer to some random queries; empty if there is none.
inline std::string difference(KeywordIndex& index, ReferenceIndex& reference, RandomPages& pages,
                              int queries) {
  if (index.counts().chunks != reference.chunks()) {
    return "chunks: " + std::to_string(index.counts().chunks) + " instead of " +
           std::to_string(reference.chunks());
  }
  for (int i = 0; i < queries; ++i) {
    const std::string query = pages.words(1 + pages.below(4));
    const std::string filter = pages.filter();
    const std::size_t limit = 1 + pages.below(50);
    const auto expected = reference.search(query, Filter::parse(filter), limit);
    const SearchResult found = index.search({.query = query, .filter = filter, .limit = limit});
    const std::string context = "\"" + query + "\" " + filter + ": ";
    if (found.total != expected.total || found.hits.size() != expected.hits.size()) {
      return context + std::to_string(found.total) + " documents instead of " +
             std::to_string(expected.total);
    }
    for (std::size_t at = 0; at < found.hits.size(); ++at) {
      const IndexHit& wanted = expected.hits[at];
      const SearchHit& got = found.hits[at];
      if (got.chunk.document != wanted.document || got.chunk.ordinal != wanted.ordinal ||
          got.score != wanted.score) {
        return context + "hit " + std::to_string(at) + " is " + got.chunk.document + "#" +
               std::to_string(got.chunk.ordinal) + " with " + std::to_string(got.score) +
               " instead of " + wanted.document + "#" + std::to_string(wanted.ordinal) + " with " +
               std::to_string(wanted.score);
      }
    }
  }
  return {};
}

inline void expect_agreement(KeywordIndex& index, ReferenceIndex& reference, RandomPages& pages,
                             int queries) {
  EXPECT_EQ(difference(index, reference, pages, queries), "");
}

}  // namespace bm25
