// Random pages, batches and queries for tests that compare with the reference index.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "index/keyword_index.hpp"
#include "reference_index.hpp"

namespace bm25 {

class RandomPages {
 public:
  explicit RandomPages(std::uint32_t seed) : random_(seed) {}

  std::uint32_t below(std::uint32_t limit) {
    return std::uniform_int_distribution<std::uint32_t>(0, limit - 1)(random_);
  }

  // Few words and skewed, so that documents share them and scores come out equal now and then.
  std::string words(std::uint32_t count) {
    static constexpr std::array kRoots = {"connect", "house",  "running", "検索結果",
                                          "水",      "v1.2.3", "foo_bar", "Häuser",
                                          "naïve",   "C++",    "книга",   "the"};
    std::string out;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t pick = below(4) == 0 ? below(12) : 100 + below(below(60) + 1);
      out += pick < 100 ? std::string(kRoots[pick]) : "word" + std::to_string(pick);
      out += ' ';
    }
    return out;
  }

  std::string document() { return "https://e.com/" + std::to_string(below(40)); }

  Chunk chunk() {
    static constexpr std::array kLanguages = {"en", "de", "zh", "ru", ""};
    Chunk out;
    out.document = document();
    out.ordinal = below(5);
    out.text = words(below(30));
    out.title = below(2) == 0 ? words(2) : "";
    out.headings = below(3) == 0 ? words(1) : "";
    out.attributes.domain = "d" + std::to_string(below(3));
    out.attributes.language = kLanguages[below(kLanguages.size())];
    out.attributes.crawl_id = "c" + std::to_string(below(4));
    if (below(2) == 0) out.attributes.is_mobile = below(2) == 0;
    return out;
  }

  std::vector<Write> batch(std::uint32_t size) {
    std::vector<Write> out(below(size) + 1);
    for (Write& write : out) {
      const std::uint32_t pick = below(10);
      if (pick < 8) {
        write.chunk = chunk();
      } else {
        write.kind = pick == 8 ? Write::Kind::kTrim : Write::Kind::kErase;
        write.chunk.document = document();
        write.count = below(5);
      }
    }
    return out;
  }

  std::string filter() {
    switch (below(5)) {
      case 0:
        return R"({"domain": "d1"})";
      case 1:
        return R"({"language": ["en", "de"], "is_mobile": true})";
      case 2:
        return R"({"crawl_id": ["c0", "c3", "none"]})";
      default:
        return "";
    }
  }

 private:
  std::mt19937 random_;
};

inline void apply_batch(ReferenceIndex& reference, const std::vector<Write>& batch) {
  for (const Write& write : batch) {
    switch (write.kind) {
      case Write::Kind::kUpsert:
        reference.upsert(write.chunk);
        break;
      case Write::Kind::kTrim:
        reference.trim(write.chunk.document, write.count);
        break;
      case Write::Kind::kErase:
        reference.trim(write.chunk.document, 0);
        break;
    }
  }
}

}  // namespace bm25
