// The part of a chunk to show beside a search result.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "index/analyzer.hpp"

namespace bm25 {

inline constexpr std::size_t kSnippetCharacters = 300;  // code points, the ellipses included

// The weight of each term that the query may match.
using TermWeights = std::unordered_map<std::string, double>;
TermWeights term_weights(const std::vector<QueryWord>& words, const std::vector<double>& idf);

// The stretch of `chunk.text` whose distinct query words weigh most, the earliest of equals, with
// some text in front: at most kSnippetCharacters of plain text in one line, cut between words, with
// an ellipsis where it was cut. The beginning of the text if no word is in it.
std::string make_snippet(Analyzer& analyzer, const ChunkText& chunk, const TermWeights& weights);

}  // namespace bm25
