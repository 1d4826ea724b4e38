// The search role against a fake Qdrant.
#include "sink_box.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace qdrant_sink {
namespace {

using sluice::data::MetaValue;

class QdrantSearch : public ::testing::Test {
 protected:
  static sluice_search_request request(const std::vector<float>& vector, uint32_t limit = 10,
                                       std::string_view filter = {}) {
    sluice_search_request out{};
    out.struct_size = sizeof out;
    out.limit = limit;
    out.vector = {vector.data(), vector.size()};
    out.filter = {filter.data(), filter.size()};
    return out;
  }
  static RecordRef in(std::string_view language, RecordRef record, bool is_mobile = false) {
    record->own_meta.set("language", MetaValue::of(language));
    record->own_meta.set("is_mobile", {SLUICE_BOOL, is_mobile ? 1 : 0, 0, {}});
    return record;
  }
  std::string found(const std::vector<float>& vector, uint32_t limit = 10,
                    std::string_view filter = {}) {
    const auto hits = box_->search(request(vector, limit, filter));
    if (!hits) return hits.error().message;
    std::string ids;
    for (const auto& hit : hits->hits) ids += hit.id + " ";
    return ids + "of " + std::to_string(hits->total.value_or(0)) +
           (hits->total_is_exact ? "" : "+");
  }

  FakeQdrant qdrant_;
  std::unique_ptr<StageBox> box_ = started(qdrant_);
};

TEST_F(QdrantSearch, FindsTheBestChunkOfEachDocument) {
  RecordRef document = page("a", {}, "text of a");
  document->own_meta.set("title", MetaValue::of("A"));
  write(*box_, batch(chunk(document, 0, {1, 1}), chunk(document, 1, {1, 0}), page("b", {1, 2}),
                     page("c", {0, 1})));
  EXPECT_EQ(found({1, 0}), "a#1 b#0 c#0 of 3");
  EXPECT_EQ(found({1, 0}, 2), "a#1 b#0 of 3");
  const std::vector<float> vector = {1, 0};
  const auto hits = box_->search(request(vector, 1));
  ASSERT_TRUE(hits);
  EXPECT_NEAR(hits->hits[0].score, 1.0F, 1e-6F);
  EXPECT_EQ(hits->hits[0].document_id, "a");
  EXPECT_EQ(hits->hits[0].text, "text of a");
  EXPECT_EQ(hits->hits[0].metadata, R"({"title":"A"})");
}

TEST_F(QdrantSearch, FiltersHoldForHitsAndTotal) {
  write(*box_, batch(in("en", page("a", {1, 0})), in("de", page("b", {1, 0}), true),
                     in("fr", page("c", {1, 0}))));
  EXPECT_EQ(found({1, 0}, 10, R"({"language":"de"})"), "b#0 of 1");
  EXPECT_EQ(found({1, 0}, 10, R"({"language":["de","en"]})"), "a#0 b#0 of 2");
  EXPECT_EQ(found({1, 0}, 10, R"({"is_mobile":true,"language":"en"})"), "of 0");
  EXPECT_EQ(found({1, 0}, 10, R"({"is_mobile":false})"), "a#0 c#0 of 2");
  EXPECT_NE(found({1, 0}, 10, R"({"title":"x"})").find("There is no filter 'title'"),
            std::string::npos);
}

TEST_F(QdrantSearch, AFilterOfALanguageFindsItsRegionalOnes) {
  RecordRef plain = page("d", {1, 0});
  plain->own_meta.set("language", MetaValue::of("en"));
  plain->own_meta.set("domain", MetaValue::of("a.org"));
  write(*box_, batch(in("en-US", page("a", {1, 0})), in("EN", page("b", {1, 0})),
                     in("eng", page("c", {1, 0}), true), std::move(plain)));
  EXPECT_EQ(found({1, 0}, 10, R"({"language":"en"})"), "a#0 b#0 d#0 of 3");
  EXPECT_EQ(found({1, 0}, 10, R"({"language":"En_us"})"), "a#0 of 1");
  EXPECT_EQ(found({1, 0}, 10, R"({"is_mobile":false})"), "a#0 b#0 d#0 of 3");
  EXPECT_EQ(found({1, 0}, 10, R"({"domain":"A.ORG"})"), "d#0 of 1");
}

TEST_F(QdrantSearch, AnEmptyIndexFindsNothing) {
  EXPECT_EQ(found({1, 0}), "of 0");
  write(*box_, batch(page("a", {1, 0})));
  EXPECT_EQ(found({1, 0}), "a#0 of 1");
}

TEST_F(QdrantSearch, AVectorOfAnotherEmbedderIsRefused) {
  write(*box_, batch(page("a", {1, 0})));
  const std::vector<float> wide = {1, 0, 0};
  const auto hits = box_->search(request(wide));
  ASSERT_FALSE(hits);
  EXPECT_EQ(hits.error().fault, sluice::Fault::kInvalid);
}

TEST_F(QdrantSearch, ASlowQdrantIsLateAndNotWaitedFor) {
  write(*box_, batch(page("a", {1, 0})));
  qdrant_.server().fail({.how = sluice::fakes::Failure::How::kSilence,
                         .times = sluice::fakes::kUntilCleared,
                         .path = "/collections/docs/points/query"});
  const std::vector<float> vector = {1, 0};
  auto slow = request(vector);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(300);
  slow.deadline = static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(deadline.time_since_epoch()).count());
  const auto hits = box_->search(slow);
  EXPECT_LT(std::chrono::steady_clock::now(), deadline + std::chrono::seconds(5));
  ASSERT_FALSE(hits);
  EXPECT_EQ(hits.error().fault, sluice::Fault::kTimeout);
  qdrant_.server().clear_failures();
  EXPECT_EQ(found({1, 0}), "a#0 of 1");
}

TEST_F(QdrantSearch, AnswersThatGetLostAreAskedForOnceMore) {
  write(*box_, batch(page("a", {1, 0})));
  qdrant_.server().fail(
      {.how = sluice::fakes::Failure::How::kReset, .path = "/collections/docs/points/query"});
  EXPECT_EQ(found({1, 0}), "a#0 of 1");
}

TEST_F(QdrantSearch, FailuresAreSaidOnceAndApartFromThoseOfWrites) {
  write(*box_, batch(page("a", {1, 0})));
  qdrant_.server().fail({.answer = {.status = 500, .body = "x"},
                         .times = sluice::fakes::kUntilCleared,
                         .path = "/collections/docs/points/query"});
  for (int i = 0; i < 5; ++i) {
    EXPECT_NE(found({1, 0}).find("failed with status 500"), std::string::npos);
    write(*box_, batch(page("a", {1, 0})));
  }
  EXPECT_EQ(box_->lines_with("A search failed. Qdrant at"), 1U);
  EXPECT_EQ(box_->lines_with("answers again"), 0U);
  qdrant_.server().clear_failures();
  EXPECT_EQ(found({1, 0}), "a#0 of 1");
  EXPECT_EQ(box_->lines_with("answers again"), 1U);
}

TEST_F(QdrantSearch, TellsWhatItHolds) {
  EXPECT_EQ(box_->stats().chunks, 0U);
  RecordRef document = page("a", {}, "text");
  write(*box_, batch(chunk(document, 0, {1, 1}), chunk(document, 1, {1, 0}), page("b", {1, 2})));
  EXPECT_EQ(box_->stats().documents, 2U);
  EXPECT_EQ(box_->stats().chunks, 3U);
}

}  // namespace
}  // namespace qdrant_sink
