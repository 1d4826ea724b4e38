// Reciprocal rank fusion: the formula, one entry a document, and an order that does not wobble.
#include "search/fusion.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace sluice::search {
namespace {

constexpr std::size_t kK = 60;

RankedList list(const std::vector<std::string>& documents, double weight = 1.0) {
  RankedList out;
  out.weight = weight;
  float score = 100;
  for (const auto& document : documents) {
    out.hits.hits.push_back({document + "#0", document, "text of " + document, {}, "{}", score});
    score -= 1;
  }
  return out;
}

std::vector<RankedList> lists(RankedList a, RankedList b) {
  std::vector<RankedList> both;
  both.push_back(std::move(a));
  both.push_back(std::move(b));
  return both;
}

TEST(Fusion, AddsReciprocalRanksByWeight) {
  const auto found = fuse(lists(list({"a", "b"}, 2.0), list({"b", "c"})), kK);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].hit.document_id, "b");
  EXPECT_DOUBLE_EQ(found[0].score, 2.0 / 62 + 1.0 / 61);
  EXPECT_EQ(found[1].hit.document_id, "a");
  EXPECT_DOUBLE_EQ(found[1].score, 2.0 / 61);
  EXPECT_DOUBLE_EQ(found[2].score, 1.0 / 62);
}

TEST(Fusion, OrdersEqualScoresById) {
  const auto found = fuse(lists(list({"a"}), list({"b"})), kK);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_DOUBLE_EQ(found[0].score, found[1].score);
  EXPECT_EQ(found[0].hit.document_id, "b");  // its id begins with 3c, that of a with e1
  EXPECT_LT(found[0].id, found[1].id);
}

TEST(Fusion, CountsADocumentOnceAList) {
  const auto found = fuse(lists(list({"a", "a", "b"}), list({})), kK);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_DOUBLE_EQ(found[0].score, 1.0 / 61);
  EXPECT_DOUBLE_EQ(found[1].score, 1.0 / 62);  // b is the second document of the list
}

TEST(Fusion, LeavesOutWhatOnlyListsOfWeightZeroHave) {
  const auto found = fuse(lists(list({"a"}), list({"b"}, 0.0)), kK);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].hit.document_id, "a");
}

TEST(Fusion, KeepsTheSnippetOfTheListThatHasOne) {
  auto words = list({"x", "a"});
  words.hits.hits[1].snippet = "the snippet";
  const auto found = fuse(lists(list({"a"}), std::move(words)), kK);
  ASSERT_EQ(found[0].hit.document_id, "a");
  EXPECT_EQ(found[0].hit.snippet, "the snippet");
}

TEST(Rank, KeepsTheScoresOfAnOnlyListAndOneHitADocument) {
  const auto found = rank(list({"a", "b", "a"}));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].score, 100);
  EXPECT_EQ(found[1].score, 99);
  EXPECT_EQ(found[0].id.size(), 36U);  // a UUID
}

}  // namespace
}  // namespace sluice::search
