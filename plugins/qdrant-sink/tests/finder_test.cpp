// Finder: what is asked, how answers are ranked, and totals.
#include "finder.hpp"

#include "scripted_wire.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace qdrant_sink {
namespace {

std::string counted(std::uint64_t number) {
  return R"({"result":{"count":)" + std::to_string(number) + R"(},"status":"ok"})";
}
std::string group(const std::string& document, double score) {
  return R"({"id":")" + document + R"(","hits":[{"id":"x","version":0,"score":)" +
         std::to_string(score) + R"(,"payload":{"document_id":")" + document +
         R"(","ordinal":1,"text":"t"}}]})";
}
std::string grouped(const std::string& groups) {
  return R"({"result":{"groups":[)" + groups + R"(]},"status":"ok"})";
}

class FinderTest : public ::testing::Test {
 protected:
  std::variant<Found, Fault> search(std::size_t limit = 10, std::string_view filter = {}) {
    Collection collection(settings_, wire_);
    return Finder(collection, wire_).search({.vector = vector_, .limit = limit, .filter = filter});
  }
  Found found(std::size_t limit = 10) {
    auto outcome = search(limit);
    if (const auto* fault = std::get_if<Fault>(&outcome)) {
      ADD_FAILURE() << fault->sentence;
      return {};
    }
    return std::get<Found>(std::move(outcome));
  }

  const std::array<float, 2> vector_ = {1, 0};
  CollectionSettings settings_ = docs();
  ScriptedWire script_;
  Wire wire_ = script_.wire();
};

TEST_F(FinderTest, CountsAndAsksWithTheSameFilter) {
  script_.then(200, info(dense(2))).then(200, counted(1)).then(200, grouped(group("a", 0.5)));
  const auto outcome = search(3, R"({"country":"US"})");
  EXPECT_EQ(std::get<Found>(outcome).hits.size(), 1U);
  const std::string condition = R"({"key":"country","match":{"any":["US"]}})";
  EXPECT_EQ(script_.asked()[1], "POST /collections/docs/points/count");
  EXPECT_NE(script_.calls()[1].body.find(condition), std::string::npos);
  EXPECT_EQ(script_.asked()[2], "POST /collections/docs/points/query/groups");
  EXPECT_NE(script_.calls()[2].body.find(condition), std::string::npos);
}

TEST_F(FinderTest, EqualScoresAreInTheOrderOfTheirDocuments) {
  script_.then(200, info(dense(2))).then(200, counted(4));
  script_.then(200, grouped(group("c", 0.5) + "," + group("a", 0.5) + "," + group("b", 0.75)));
  std::string order;
  for (const GroupHit& hit : found().hits) order += hit.document_id;
  EXPECT_EQ(order, "bac");
}

TEST_F(FinderTest, SmallerDistancesAreBetter) {
  settings_.distance = "Euclid";
  script_.then(200, info(dense(2, "Euclid"))).then(200, counted(2));
  script_.then(200, grouped(group("near", 0.1) + "," + group("far", 9)));
  const Found answer = found();
  EXPECT_EQ(answer.hits[0].document_id, "near");
  EXPECT_GT(answer.hits[0].score, answer.hits[1].score);
}

TEST_F(FinderTest, TotalsAreExactUpToTheCap) {
  script_.then(200, info(dense(2))).then(200, counted(10'000)).then(200, grouped(""));
  EXPECT_EQ(found().documents, 10'000U);
  script_.then(200, info(dense(2))).then(200, counted(10'001)).then(200, grouped(""));
  const Found many = found();
  EXPECT_EQ(many.documents, 10'000U);
  EXPECT_FALSE(many.is_exact);
  script_.then(200, info(dense(2))).then(200, counted(0)).then(200, grouped(group("a", 1)));
  EXPECT_EQ(found().documents, 1U);  // seen, so it is there
}

TEST_F(FinderTest, WithoutALimitItOnlyCounts) {
  script_.then(200, info(dense(2))).then(200, counted(7));
  EXPECT_EQ(found(0).documents, 7U);
  EXPECT_EQ(script_.calls().size(), 2U);
}

TEST_F(FinderTest, ACollectionThatIsNotThereHasNothing) {
  script_.then(404, error("x"));
  EXPECT_EQ(found().documents, 0U);
  script_.then(200, info(dense(2))).then(404, error("x")).then(404, error("x"));
  EXPECT_EQ(found().documents, 0U);
}

TEST_F(FinderTest, QueriesThatDoNotFitAreTheAskersFault) {
  script_.then(200, info(dense(3)));
  EXPECT_EQ(
      std::get<Fault>(search()).sentence,
      "The query vector has 2 dimensions, but the collection holds vectors of 3; embed queries "
      "with the embedder that filled it.");
  EXPECT_EQ(std::get<Fault>(search(1, R"({"x":1})")).kind, Fault::Kind::kBad);
}

TEST_F(FinderTest, AFailureOfEitherRequestFailsTheSearch) {
  script_.then(200, info(dense(2))).then(200, counted(1)).then(500, error("x"));
  EXPECT_EQ(std::get<Fault>(search()).kind, Fault::Kind::kRetry);
  script_.then(200, info(dense(2))).then(200, "{}").then(200, grouped(""));
  EXPECT_EQ(std::get<Fault>(search()).sentence,
            "http://q:6333 does not answer like a Qdrant; check 'url'.");
}

TEST_F(FinderTest, CountsDocumentsAndPoints) {
  script_.then(200, counted(3)).then(200, counted(40));
  Collection collection(settings_, wire_);
  const auto census = std::get<Census>(Finder(collection, wire_).count());
  EXPECT_EQ(census.documents, 3U);
  EXPECT_EQ(census.points, 40U);
  EXPECT_EQ(script_.calls()[1].body, R"({"exact":true,"filter":{"must":[]}})");
}

}  // namespace
}  // namespace qdrant_sink
