#include "index/keyword_index.hpp"
#include "common/order/document_order.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <stdexcept>
#include <string>
#include <vector>

#include "agreement.hpp"
#include "random_pages.hpp"
#include "scratch_folder.hpp"

namespace bm25 {
namespace {

Write upsert(const std::string& document, std::uint32_t ordinal, const std::string& text) {
  Write write;
  write.chunk.document = document;
  write.chunk.ordinal = ordinal;
  write.chunk.text = text;
  write.chunk.attributes.language = "en";
  return write;
}

Write trim(const std::string& document, std::uint32_t count) {
  Write write;
  write.kind = Write::Kind::kTrim;
  write.chunk.document = document;
  write.count = count;
  return write;
}

class KeywordIndexTest : public testing::Test {
 protected:
  void write(const std::vector<Write>& batch) {
    const auto failure = index_.write(batch);
    ASSERT_FALSE(failure) << failure->message;
  }
  SearchResult search(const std::string& query) {
    return index_.search({.query = query, .filter = {}, .limit = 10});
  }

  ScratchFolder folder_;
  KeywordIndex index_{folder_.path(), Settings()};
};

TEST_F(KeywordIndexTest, FindsAPageByTextTitleAndHeadings) {
  Write write = upsert("page", 0, "the body");
  write.chunk.title = "Installing Widgets";
  write.chunk.headings = "Linux > Debian";
  write.chunk.metadata = R"({"url":"https://e.com","description":"Gadgets"})";
  this->write({write});
  for (const char* query : {"body", "widget", "INSTALL", "debian"}) {
    const SearchResult result = search(query);
    ASSERT_EQ(result.total, 1U) << query;
    EXPECT_EQ(result.hits[0].chunk, write.chunk);
    EXPECT_EQ(result.hits[0].snippet, "the body");
  }
  EXPECT_EQ(search("gadgets").total, 0U);
  EXPECT_EQ(search("").total, 0U);
  EXPECT_EQ(search("?!").total, 0U);
}

TEST_F(KeywordIndexTest, GivesOneHitPerDocumentItsBestChunk) {
  write({upsert("a", 0, "apple and many other things to talk about"), upsert("a", 1, "apple apple"),
         upsert("b", 0, "apple pie with some cream")});
  const SearchResult result = search("apple");
  EXPECT_EQ(result.total, 2U);
  ASSERT_EQ(result.hits.size(), 2U);
  EXPECT_EQ(result.hits[0].chunk.document, "a");
  EXPECT_EQ(result.hits[0].chunk.ordinal, 1U);
}

// UUIDv5 in the URL namespace, by another implementation (Python's uuid.uuid5):
// a e1407479-…, b 3c480084-…, c 71039e6c-….
TEST_F(KeywordIndexTest, OrdersEqualScoresByTheIdOfTheResult) {
  EXPECT_EQ(plugin_common::order_of("a"), 0xe1407479'3136'56c0U);
  write({upsert("c", 0, "apple"), upsert("a", 0, "apple"), upsert("b", 0, "apple")});
  const SearchResult result = search("apple");
  ASSERT_EQ(result.hits.size(), 3U);
  EXPECT_EQ(result.hits[0].chunk.document, "b");
  EXPECT_EQ(result.hits[1].chunk.document, "c");
  EXPECT_EQ(result.hits[2].chunk.document, "a");
}

TEST_F(KeywordIndexTest, ReplacesTrimsAndErases) {
  write({upsert("a", 0, "old words"), upsert("a", 1, "tail"), upsert("b", 0, "tail")});
  write({upsert("a", 0, "new words")});
  EXPECT_EQ(search("old").total, 0U);
  EXPECT_EQ(search("new").total, 1U);
  write({trim("a", 1)});
  EXPECT_EQ(search("tail").hits.at(0).chunk.document, "b");
  Write erase;
  erase.kind = Write::Kind::kErase;
  erase.chunk.document = "b";
  write({erase});
  EXPECT_EQ(search("tail").total, 0U);
  EXPECT_EQ(index_.counts().documents, 1U);
  write({trim("a", 0), trim("never seen", 3)});
  EXPECT_EQ(index_.counts().chunks, 0U);
}

TEST_F(KeywordIndexTest, TakesOneBatchInOrder) {
  write({upsert("a", 0, "first"), upsert("a", 0, "second"), trim("a", 0), upsert("a", 0, "third"),
         upsert("a", 0, "third")});
  EXPECT_EQ(search("first second").total, 0U);
  EXPECT_EQ(search("third").total, 1U);
  EXPECT_EQ(index_.counts().chunks, 1U);
}

TEST_F(KeywordIndexTest, TakesHostileText) {
  const std::string nul("a\0b", 3);
  write({upsert("nul" + nul, 0, "x" + nul), upsert("bytes", 1, "\xFF\xFE\xC3 word\xF0\x9F"),
         upsert("sql", 0, "'; DROP TABLE chunks; -- \" %s"), upsert("", 0, "nameless"),
         upsert("marks", 0, "e" + std::string(20'000, '\xCC')), upsert("empty", 0, "")});
  EXPECT_EQ(search("word").total, 1U);
  EXPECT_EQ(search("nameless").total, 1U);
  EXPECT_EQ(search("drop table").total, 1U);
  EXPECT_EQ(search(std::string("\0\xFF", 2)).total, 0U);
  EXPECT_EQ(search(std::string(100'000, 'x')).total, 0U);
  std::string many;
  for (int i = 0; i < 5'000; ++i) many += "q" + std::to_string(i) + " ";
  EXPECT_EQ(search(many + "nameless").total, 1U);
}

TEST_F(KeywordIndexTest, TakesAFiveMegabyteLine) {
  std::string line;
  while (line.size() < 5'000'000) line += "lorem" + std::to_string(line.size()) + " ";
  write({upsert("big", 0, line + "needle")});
  EXPECT_NE(search("needle").hits.at(0).snippet.find("needle"), std::string::npos);
}

TEST_F(KeywordIndexTest, KeepsNothingOfABatchThatCannotBeWritten) {
  write({upsert("a", 0, "kept")});
  // A limit on the size of files stands in for a full disk.
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit tight = old;
  tight.rlim_cur = 200'000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  std::vector<Write> batch;
  for (std::uint32_t i = 0; i < 100; ++i) {
    batch.push_back(upsert("big", i, "lost " + std::string(10'000, 'x')));
  }
  const auto failure = index_.write(batch);
  ::setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, handler);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->kind, Failure::Kind::kTransient);
  EXPECT_EQ(search("lost").total, 0U);
  EXPECT_EQ(search("kept").total, 1U);
  write(batch);
  EXPECT_EQ(search("lost").total, 1U);
}

TEST(KeywordIndex, SaysThatALockedDatabaseIsLocked) {
  const ScratchFolder folder;
  KeywordIndex index(folder.path(), Settings());
  SQLite::Database other((folder.path() / "keyword.db").string(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  const auto failure = index.write(std::vector{upsert("a", 0, "x")});
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->kind, Failure::Kind::kTransient);
  EXPECT_EQ(failure->message, "Another program has locked the keyword index in " +
                                  folder.path().string() + "; close it.");
  other.exec("ROLLBACK");
  EXPECT_FALSE(index.write(std::vector{upsert("a", 0, "x")}));
}

TEST(KeywordIndex, RefusesALanguageThatIsNone) {
  const ScratchFolder folder;
  Settings settings;
  settings.analyzer.language = "klingonese";
  EXPECT_THROW(KeywordIndex(folder.path(), settings), std::runtime_error);
}

TEST(KeywordIndex, AgreesWithTheReferenceThroughRandomChanges) {
  for (const std::uint32_t seed : {1U, 2U, 3U}) {
    const ScratchFolder folder;
    KeywordIndex index(folder.path(), Settings());
    ReferenceIndex reference;
    RandomPages pages(seed);
    for (int round = 0; round < 40; ++round) {
      const std::vector<Write> batch = pages.batch(30);
      ASSERT_FALSE(index.write(batch));
      apply_batch(reference, batch);
      expect_agreement(index, reference, pages, 5);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace bm25
