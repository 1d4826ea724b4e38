// The definition of what the keyword index must answer, written for clarity alone: it keeps every
// chunk's terms and scores every chunk for every query.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/order/document_order.hpp"
#include "index/analyzer.hpp"
#include "index/attributes.hpp"
#include "index/memory_index.hpp"
#include "index/store.hpp"

namespace bm25 {

class ReferenceIndex {
 public:
  explicit ReferenceIndex(const AnalyzerSettings& settings = {})
      : analyzer_(std::make_shared<Analyzer>(settings)) {}

  void upsert(const Chunk& chunk) { chunks_[{chunk.document, chunk.ordinal}] = entry(chunk); }
  void trim(const std::string& document, std::uint32_t count) {
    std::erase_if(chunks_, [&](const auto& item) {
      return item.first.first == document && item.first.second >= count;
    });
  }

  struct Answer {
    std::vector<IndexHit> hits;  // without rows
    std::uint64_t total = 0;
  };

  Answer search(std::string_view query, const Filter& filter, std::size_t limit,
                const Bm25Parameters& parameters = {}) {
    const auto words = analyzer_->analyze_query(query, ~0U);
    std::vector<float> weights;
    for (const QueryWord& word : words) weights.push_back(weight(word));
    double length = 0;
    for (const auto& [place, entry] : chunks_) length += entry.length;
    const double average = std::max(1.0, length / static_cast<double>(chunks_.size()));
    const auto base = static_cast<float>(parameters.k1 * (1 - parameters.b));
    const auto factor = static_cast<float>(parameters.k1 * parameters.b / average);

    std::map<std::string, IndexHit> best;
    for (const auto& [place, entry] : chunks_) {
      if (!filter.passes(entry.attributes)) continue;
      float score = 0;
      for (std::size_t i = 0; i < words.size(); ++i) {
        const auto count = static_cast<float>(count_of(entry, words[i]));
        if (count == 0) continue;
        const auto own = static_cast<float>(entry.length);
        score += weights[i] * count / (count + base + factor * own);
      }
      if (score == 0) continue;
      const auto [at, is_new] = best.try_emplace(place.first);
      if (is_new || score > at->second.score) {
        at->second = {.document = place.first, .row = 0, .ordinal = place.second, .score = score};
      }
    }
    Answer answer;
    answer.total = best.size();
    for (auto& [document, hit] : best) answer.hits.push_back(hit);
    std::ranges::sort(answer.hits, [](const auto& a, const auto& b) {
      return a.score != b.score
                 ? a.score > b.score
                 : plugin_common::order_of(a.document) < plugin_common::order_of(b.document);
    });
    answer.hits.resize(std::min(limit, answer.hits.size()));
    return answer;
  }

  std::size_t chunks() const { return chunks_.size(); }
  std::vector<std::pair<std::string, std::uint32_t>> places() const {
    std::vector<std::pair<std::string, std::uint32_t>> out;
    for (const auto& [place, entry] : chunks_) out.push_back(place);
    return out;
  }

 private:
  struct Entry {
    std::map<std::string, std::uint32_t> counts;
    std::uint32_t length = 0;
    Attributes attributes;
  };

  Entry entry(const Chunk& chunk) {
    const AnalyzedChunk analyzed = analyzer_->analyze({.title = chunk.title,
                                                       .headings = chunk.headings,
                                                       .text = chunk.text,
                                                       .language = chunk.attributes.language});
    Entry out{.counts = {}, .length = analyzed.length, .attributes = chunk.attributes};
    for (const AnalyzedTerm& term : analyzed.terms) {
      out.counts[std::string(analyzed.text(term))] = term.count;
    }
    return out;
  }

  static std::uint32_t count_of(const Entry& entry, const QueryWord& word) {
    std::uint32_t count = 0;
    for (const auto& [term, times] : entry.counts) {
      const bool matches = word.single.empty()
                               ? std::ranges::find(word.terms, term) != word.terms.end()
                               : term[0] == 0 && term.find(word.single, 1) != std::string::npos;
      if (matches) count += times;
    }
    return word.single.empty() ? count : (count + 1) / 2;
  }

  float weight(const QueryWord& word) const {
    double df = 0;
    for (const auto& [place, entry] : chunks_) df += count_of(entry, word) > 0 ? 1 : 0;
    const auto all = static_cast<double>(chunks_.size());
    return static_cast<float>(std::log1p((all - df + 0.5) / (df + 0.5)) * word.count);
  }

  std::shared_ptr<Analyzer> analyzer_;  // copies of the index may use the same one
  std::map<std::pair<std::string, std::uint32_t>, Entry> chunks_;
};

}  // namespace bm25
