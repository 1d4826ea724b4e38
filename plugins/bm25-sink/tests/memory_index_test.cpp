#include "index/memory_index.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "index/analyzer.hpp"

namespace bm25 {
namespace {

using namespace std::chrono_literals;

class MemoryIndexTest : public testing::Test {
 protected:
  IndexChange change(IndexChange::Kind kind, RowId row, const std::string& text) {
    return {
        .kind = kind,
        .row = row,
        .terms = analyzer_.analyze({.title = {}, .headings = {}, .text = text, .language = "en"}),
        .document = "d" + std::to_string(row),
        .ordinal = 0,
        .attributes = {}};
  }
  void add(RowId row, const std::string& text) {
    index_.apply(std::vector{change(IndexChange::Kind::kAdd, row, text)});
  }
  void remove(RowId row, const std::string& text) {
    index_.apply(std::vector{change(IndexChange::Kind::kRemove, row, text)});
  }
  IndexResult search(const std::string& query) {
    const auto words = analyzer_.analyze_query(query, index_.languages());
    return index_.search({.words = words, .filter = Filter(), .limit = 10, .parameters = {}});
  }

  Analyzer analyzer_{AnalyzerSettings()};
  MemoryIndex index_;
};

TEST_F(MemoryIndexTest, AnswersNothingWhenEmpty) {
  EXPECT_EQ(search("anything").total, 0U);
  EXPECT_EQ(search("").total, 0U);
}

TEST_F(MemoryIndexTest, GivesEveryMatchAPositiveScore) {
  add(1, "common");
  EXPECT_GT(search("common").hits.at(0).score, 0);
  add(2, "common");
  add(3, "common rare");
  const IndexResult result = search("common");
  EXPECT_EQ(result.total, 3U);
  for (const IndexHit& hit : result.hits) EXPECT_GT(hit.score, 0);
}

TEST_F(MemoryIndexTest, FindsTheSameWhenItIsTight) {
  // Enough that there is room to give back: 30,000 words of their own, each in 40 chunks.
  constexpr int kWords = 30'000;
  RowId row = 0;
  for (int round = 0; round < 40; ++round) {
    for (int first = 0; first < kWords; first += 1'000) {
      std::string text = "round" + std::to_string(round);
      for (int word = first; word < first + 1'000; ++word) text += " w" + std::to_string(word);
      add(++row, text);
    }
  }
  const auto hits_of = [&](const char* query) {
    std::vector<std::pair<RowId, float>> hits;
    for (const IndexHit& hit : search(query).hits) hits.emplace_back(hit.row, hit.score);
    return hits;
  };
  const auto before = hits_of("w17 w29999 round7");
  ASSERT_EQ(before.size(), 10U);
  const std::size_t loose = index_.reserved_bytes();
  index_.tighten();
  const std::size_t tight = index_.reserved_bytes();
  EXPECT_LT(tight, loose * 9 / 10);
  EXPECT_EQ(hits_of("w17 w29999 round7"), before);
  index_.tighten();
  EXPECT_EQ(index_.reserved_bytes(), tight);  // nothing left to give
  add(++row, "w17 anew");
  EXPECT_EQ(search("w17").total, 41U);
  EXPECT_EQ(search("anew").total, 1U);
}

TEST_F(MemoryIndexTest, ForgetsTermsThatNoChunkHas) {
  for (RowId row = 1; row <= 100; ++row) add(row, "common unique" + std::to_string(row));
  EXPECT_EQ(index_.counts().terms, 101U);
  for (RowId row = 1; row <= 100; ++row) remove(row, "common unique" + std::to_string(row));
  EXPECT_FALSE(index_.compact(10s));
  EXPECT_EQ(index_.counts().terms, 0U);
  EXPECT_EQ(index_.counts().tokens, 0U);
  EXPECT_EQ(search("common").total, 0U);
}

TEST_F(MemoryIndexTest, AnswersTheSameBeforeAndAfterCompaction) {
  for (RowId row = 1; row <= 1'000; ++row) add(row, row % 3 == 0 ? "apple pear" : "apple apple");
  for (RowId row = 1; row <= 1'000; row += 2) {
    remove(row, row % 3 == 0 ? "apple pear" : "apple apple");
  }
  const IndexResult before = search("apple pear");
  EXPECT_EQ(before.total, 500U);
  EXPECT_FALSE(index_.compact(10s));
  const IndexResult after = search("apple pear");
  EXPECT_EQ(after.total, before.total);
  ASSERT_EQ(after.hits.size(), before.hits.size());
  for (std::size_t i = 0; i < after.hits.size(); ++i) {
    EXPECT_EQ(after.hits[i].document, before.hits[i].document);
    EXPECT_EQ(after.hits[i].score, before.hits[i].score);
  }
}

TEST_F(MemoryIndexTest, FreesPagesOfDeadChunksAndNamesSparseOnes) {
  constexpr RowId kRows = 5 * kPageSlots;
  for (RowId row = 1; row <= kRows; ++row) add(row, "text");
  EXPECT_EQ(index_.counts().allocated_pages, 5U);
  EXPECT_TRUE(index_.sparse_rows().empty());
  for (RowId row = 1; row <= kRows; ++row) {
    const bool is_survivor = row % kPageSlots == 7 && row > kPageSlots;
    if (!is_survivor) remove(row, "text");
  }
  EXPECT_EQ(index_.counts().allocated_pages, 4U);
  EXPECT_TRUE(index_.sparse_rows().empty());  // four pages are too few to care
  EXPECT_EQ(search("text").total, 4U);
}

TEST_F(MemoryIndexTest, FindsASingleCharacterInsideLongerRuns) {
  add(1, "全文検索");
  add(2, "索");
  add(3, "検査");
  EXPECT_EQ(search("索").total, 2U);
  EXPECT_EQ(search("検").total, 2U);
  EXPECT_EQ(search("火").total, 0U);
}

}  // namespace
}  // namespace bm25
