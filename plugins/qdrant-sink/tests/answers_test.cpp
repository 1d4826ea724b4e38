// Reading answers: the real shapes, and anything else.
#include "answers.hpp"

#include <gtest/gtest.h>

#include <string>

namespace qdrant_sink {
namespace {

TEST(ErrorText, IsInTheEnvelopeOrTheTextItself) {
  EXPECT_EQ(error_text(R"({"status":{"error":"Wrong input: x"},"time":0.0})"), "Wrong input: x");
  EXPECT_EQ(error_text("Invalid API key or JWT"), "Invalid API key or JWT");
  EXPECT_EQ(error_text("<html>\r\n<h1>"), "<html>");
  EXPECT_EQ(error_text("a\tb"), "a b");
  EXPECT_EQ(error_text(""), "");
}

TEST(WriteStatusOf, KnowsThreeWords) {
  const auto status = [](const std::string& word) {
    return write_status(R"({"result":{"operation_id":1,"status":")" + word +
                        R"("},"status":"ok"})");
  };
  EXPECT_EQ(status("completed"), WriteStatus::kCompleted);
  EXPECT_EQ(status("acknowledged"), WriteStatus::kAcknowledged);
  EXPECT_EQ(status("wait_timeout"), WriteStatus::kWaitTimeout);
  EXPECT_EQ(status("perhaps"), std::nullopt);
  EXPECT_EQ(write_status(R"({"result":true,"status":"ok"})"), std::nullopt);
  EXPECT_EQ(write_status("<html>"), std::nullopt);
  EXPECT_EQ(write_status(""), std::nullopt);
}

TEST(CollectionInfoOf, ReadsNamedAndNamelessVectors) {
  const auto named = collection_info(
      R"({"result":{"config":{"params":{"vectors":{"dense":{"size":384,"distance":"Cosine"},)"
      R"("other":{"size":2,"distance":"Dot"}}}},"payload_schema":{"domain":{"data_type":"keyword"}}}})");
  ASSERT_TRUE(named);
  ASSERT_EQ(named->vectors.size(), 2U);
  EXPECT_EQ(named->vectors[0].name, "dense");
  EXPECT_EQ(named->vectors[0].size, 384U);
  EXPECT_EQ(named->vectors[1].distance, "Dot");
  EXPECT_TRUE(named->indexed.contains("domain"));
  const auto nameless = collection_info(
      R"({"result":{"config":{"params":{"vectors":{"size":3,"distance":"Euclid"}}}}})");
  ASSERT_TRUE(nameless);
  ASSERT_EQ(nameless->vectors.size(), 1U);
  EXPECT_EQ(nameless->vectors[0].name, "");
  EXPECT_FALSE(collection_info(R"({"result":{}})"));
  EXPECT_FALSE(collection_info("nothing"));
}

TEST(GroupHits, SplitsThePayload) {
  const auto hits = group_hits(
      R"({"result":{"groups":[{"id":"d","hits":[{"id":"x","version":1,"score":0.5,"payload":)"
      R"({"document_id":"d","ordinal":2,"text":"t","title":"A \"q\"","status_code":200}},)"
      R"({"id":"y","score":0.4,"payload":{"document_id":"d"}}]},)"
      R"({"id":"e","hits":[{"id":"z","score":0.1,"payload":{"document_id":"e"}}]},)"
      R"({"id":"f","hits":[]}]}})");
  ASSERT_TRUE(hits);
  ASSERT_EQ(hits->size(), 2U);
  EXPECT_EQ((*hits)[0].document_id, "d");
  EXPECT_EQ((*hits)[0].ordinal, 2U);
  EXPECT_EQ((*hits)[0].text, "t");
  EXPECT_EQ((*hits)[0].metadata, R"({"title":"A \"q\"","status_code":200})");
  EXPECT_DOUBLE_EQ((*hits)[0].score, 0.5);
  EXPECT_EQ((*hits)[1].metadata, "{}");
  EXPECT_FALSE(group_hits(R"({"result":{"points":[]}})"));
}

TEST(Version, IsOfAQdrant) {
  EXPECT_EQ(version(R"({"title":"qdrant - vector search engine","version":"1.19.0"})"), "1.19.0");
  EXPECT_FALSE(version(R"({"title":"other","version":"1.19.0"})"));
  EXPECT_FALSE(version("Welcome to nginx"));
}

TEST(Answers, OfAnyDepthDoNotBreakTheReader) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_FALSE(group_hits(deep));
  EXPECT_FALSE(count(R"({"result":)" + deep + "}"));
}

}  // namespace
}  // namespace qdrant_sink
