// VectorIndex: what goes in comes out, filters, restarts, and the words for what cannot be done.
#include "vector_index.hpp"

#include "common/sqlite/sqlite_sentence.hpp"
#include "sample.hpp"
#include "scratch_folder.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Transaction.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace local_vectors {
namespace {

using Floats = std::vector<float>;

class VectorIndexTest : public ::testing::Test {
 protected:
  std::unique_ptr<VectorIndex> open() {
    return std::make_unique<VectorIndex>(IndexSettings{.file = scratch_ / "vectors.sqlite",
                                                       .patience = std::chrono::milliseconds(20)});
  }
  void done(const Change& change) {
    const auto verdicts = index_->apply({&change, 1});
    EXPECT_EQ(verdicts[0].kind, Verdict::Kind::kDone) << verdicts[0].sentence;
  }
  Found search(const Floats& vector, const Filter& filter = {}, std::size_t limit = 10) {
    const auto answer = index_->search({.vector = vector, .limit = limit, .filter = filter});
    const auto* failure = std::get_if<SearchFailure>(&answer);
    EXPECT_EQ(failure, nullptr) << failure->sentence;
    return failure == nullptr ? std::get<Found>(answer) : Found{};
  }
  std::vector<std::string> ids(const Found& found) {
    std::vector<std::string> out;
    for (const Hit& hit : found.hits)
      out.push_back(hit.document_id + "#" + std::to_string(hit.ordinal));
    return out;
  }

  using Ids = std::vector<std::string>;
  ScratchFolder scratch_;
  std::unique_ptr<VectorIndex> index_ = open();
  const Floats x_{1, 0, 0};
  const Floats y_{0, 2, 0};
  const Floats xy_{3, 3, 0};
};

TEST_F(VectorIndexTest, AnEmptyIndexHasNoHits) {
  const Found found = search(x_);
  EXPECT_TRUE(found.hits.empty());
  EXPECT_EQ(found.documents, 0U);
  EXPECT_TRUE(found.is_exact);
}

TEST_F(VectorIndexTest, AHitCarriesItsChunk) {
  Change change = put("doc", 3, xy_);
  change.text = "some text";
  change.metadata = R"({"title":"T"})";
  done(change);
  const Found found = search(x_);
  ASSERT_EQ(ids(found), Ids{"doc#3"});
  EXPECT_NEAR(found.hits[0].score, std::sqrt(0.5F), 1e-6F);
  EXPECT_EQ(found.hits[0].text, "some text");
  EXPECT_EQ(found.hits[0].metadata, R"({"title":"T"})");
}

TEST_F(VectorIndexTest, ADocumentIsFoundOnceByItsBestChunk) {
  done(put("a", 0, y_));
  done(put("a", 1, x_));
  done(put("b", 0, xy_));
  const Found found = search(x_);
  EXPECT_EQ(ids(found), (Ids{"a#1", "b#0"}));
  EXPECT_EQ(found.documents, 2U);
}

TEST_F(VectorIndexTest, EqualScoresAreOrderedByTheIdOfTheResult) {
  for (const char* id : {"c", "a", "d", "b"}) done(put(id, 0, x_));
  done(put("b", 1, x_));
  // UUIDv5 in the URL namespace: b 3c480084-…, c 71039e6c-…, a e1407479-…, d after them.
  EXPECT_EQ(ids(search(x_)), (Ids{"b#0", "c#0", "a#0", "d#0"}));
  EXPECT_EQ(ids(search(x_, {}, 2)), (Ids{"b#0", "c#0"}));
  EXPECT_EQ(search(x_, {}, 2).documents, 4U);
}

TEST_F(VectorIndexTest, PuttingAChunkAgainReplacesIt) {
  done(put("a", 0, x_));
  done(put("a", 0, y_));
  EXPECT_EQ(index_->chunks(), 1U);
  EXPECT_NEAR(search(y_).hits.at(0).score, 1, 1e-6F);
}

TEST_F(VectorIndexTest, TrimRemovesTheChunksOfALongerVersion) {
  for (std::uint32_t ordinal = 0; ordinal < 5; ++ordinal) done(put("a", ordinal, x_));
  done(put("b", 0, x_));
  done(remove_from("a", 2));
  EXPECT_EQ(index_->chunks(), 3U);
  EXPECT_EQ(index_->documents(), 2U);
}

TEST_F(VectorIndexTest, RemovingADocumentRemovesAllOfIt) {
  done(put("a", 0, x_));
  done(put("a", 1, y_));
  done(put("b", 0, xy_));
  done(remove_from("a", 0));
  done(remove_from("unknown", 0));
  EXPECT_EQ(ids(search(x_)), Ids{"b#0"});
  EXPECT_EQ(index_->documents(), 1U);
  index_ = open();
  EXPECT_EQ(ids(search(x_)), Ids{"b#0"});
}

TEST_F(VectorIndexTest, ChangesOfOneCallHappenInOrder) {
  const std::vector<Change> changes{put("a", 0, x_), remove_from("a", 0), put("a", 1, y_),
                                    put("b", 0, x_), remove_from("b", 0)};
  for (const Verdict& verdict : index_->apply(changes))
    EXPECT_EQ(verdict.kind, Verdict::Kind::kDone);
  EXPECT_EQ(ids(search(x_)), Ids{"a#1"});
  EXPECT_EQ(index_->chunks(), 1U);
}

TEST_F(VectorIndexTest, FiltersByEachAttribute) {
  for (std::size_t attribute = 0; attribute < kAttributes; ++attribute) {
    Change change = put("doc" + std::to_string(attribute), 0, x_);
    const std::string id = "doc" + std::to_string(attribute);
    change.document_id = id;
    change.attributes[attribute] = "v";
    done(change);
  }
  for (std::size_t attribute = 0; attribute < kAttributes; ++attribute) {
    Filter filter;
    filter.any_of[attribute] = {"other", "v"};
    const Found found = search(x_, filter);
    EXPECT_EQ(ids(found), Ids{"doc" + std::to_string(attribute) + "#0"});
    EXPECT_EQ(found.documents, 1U);
    filter.any_of[attribute] = {"other"};
    EXPECT_EQ(search(x_, filter).documents, 0U);
    filter.any_of[attribute] = std::vector<std::string>{};
    EXPECT_EQ(search(x_, filter).documents, 0U);
  }
}

TEST_F(VectorIndexTest, SurvivesARestart) {
  Change change = put("a", 7, xy_);
  change.attributes[1] = "en";
  done(change);
  index_.reset();
  index_ = open();
  Filter filter;
  filter.any_of[1] = {"en"};
  const Found found = search(y_, filter);
  ASSERT_EQ(ids(found), Ids{"a#7"});
  EXPECT_EQ(index_->dimension(), 3U);
}

TEST_F(VectorIndexTest, RejectsWhatCannotBeSearchedAndKeepsTheRest) {
  done(put("a", 0, x_));
  const Floats nan{1, std::numeric_limits<float>::quiet_NaN(), 0};
  const Floats zero{0, 0, 0};
  const Floats four{1, 2, 3, 4};
  const Floats huge(kMaxDimension + 1, 1);
  const std::vector<Change> changes{put("b", 0, nan), put("c", 0, zero), put("d", 0, four),
                                    put("e", 0, {}),  put("f", 0, huge), put("g", 0, y_)};
  const auto verdicts = index_->apply(changes);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(verdicts[i].kind, Verdict::Kind::kReject) << i;
  EXPECT_EQ(verdicts[5].kind, Verdict::Kind::kDone);
  EXPECT_EQ(verdicts[0].sentence,
            "The vector has no direction: it is all zeros or has a value that is not a finite "
            "number; check the embedder.");
  EXPECT_EQ(verdicts[2].sentence,
            "The vector has 4 dimensions, but '" + (scratch_ / "vectors.sqlite").string() +
                "' holds vectors of 3; use the embedder that filled it, or delete the file and "
                "index again.");
  EXPECT_EQ(verdicts[3].sentence,
            "The chunk has no vector; put an embedding stage in front of the vector sink.");
  EXPECT_EQ(verdicts[4].sentence,
            "The vector has 8193 dimensions, more than the 8192 that local-vectors can hold; use a "
            "smaller model.");
  EXPECT_EQ(index_->documents(), 2U);
}

TEST_F(VectorIndexTest, TheFirstVectorOfACallFixesTheDimensionForTheRest) {
  const Floats four{1, 2, 3, 4};
  const std::vector<Change> changes{put("a", 0, four), put("b", 0, x_)};
  const auto verdicts = index_->apply(changes);
  EXPECT_EQ(verdicts[0].kind, Verdict::Kind::kDone);
  EXPECT_EQ(verdicts[1].kind, Verdict::Kind::kReject);
  EXPECT_EQ(index_->dimension(), 4U);
}

TEST_F(VectorIndexTest, ALockedFileIsToBeTriedAgain) {
  const Change change = put("a", 0, x_);
  {
    SQLite::Database other((scratch_ / "vectors.sqlite").string(), SQLite::OPEN_READWRITE);
    const SQLite::Transaction lock(other, SQLite::TransactionBehavior::IMMEDIATE);
    const auto verdicts = index_->apply({&change, 1});
    EXPECT_EQ(verdicts[0].kind, Verdict::Kind::kRetry);
    EXPECT_NE(verdicts[0].sentence.find("is locked by another process"), std::string::npos);
  }
  EXPECT_EQ(index_->chunks(), 0U);
  done(change);
}

TEST_F(VectorIndexTest, SaysWhyAQueryCannotBeAnswered) {
  done(put("a", 0, x_));
  const auto sentence = [&](const Floats& vector, Deadline deadline = Deadline::max()) {
    const auto answer = index_->search({.vector = vector, .filter = {}, .deadline = deadline});
    const auto* failure = std::get_if<SearchFailure>(&answer);
    return failure == nullptr ? "none" : failure->sentence;
  };
  EXPECT_EQ(sentence({1, 2}),
            "The query vector has 2 dimensions, but the index holds vectors of 3; embed queries "
            "with the embedder that filled the index.");
  EXPECT_NE(sentence({0, 0, 0}).find("The query vector has no direction"), std::string::npos);
  EXPECT_NE(sentence(x_, Deadline::min()).find("before its deadline"), std::string::npos);
}

TEST_F(VectorIndexTest, RefusesAFileThatIsSomethingElse) {
  std::ofstream(scratch_ / "text.sqlite") << std::string(8192, 'x');
  {
    SQLite::Database other((scratch_ / "other.sqlite").string(),
                           SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    other.exec("CREATE TABLE theirs (x)");
  }
  const auto refusal = [&](const char* name) -> std::string {
    try {
      const VectorIndex index({.file = scratch_ / name});
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "none";
  };
  EXPECT_NE(refusal("text.sqlite").find("damaged or not a database"), std::string::npos);
  EXPECT_NE(refusal("other.sqlite").find("belongs to another program"), std::string::npos);
  EXPECT_NE(refusal("missing/v.sqlite").find("check that its folder exists"), std::string::npos);
}

TEST(SqliteSentence, SaysWhatToDoAboutAFullDisk) {
  EXPECT_EQ(
      plugin_common::sentence_for(SQLite::Exception("x", SQLITE_FULL), "/d/v.sqlite", "records"),
      "The disk that holds '/d/v.sqlite' is full; free some space, the records wait until then.");
}

}  // namespace
}  // namespace local_vectors
