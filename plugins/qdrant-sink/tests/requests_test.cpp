// The bodies of requests, byte by byte, and the ids of points.
#include "requests.hpp"

#include "point_id.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace qdrant_sink {
namespace {

TEST(PointId, IsTheUuidOfDocumentAndOrdinal) {
  EXPECT_EQ(point_id("https://docs.example.test/cafe", 0), "4e17495c-8ad8-51a6-bc63-b280a94eb4a3");
  EXPECT_NE(point_id("https://docs.example.test/cafe", 1),
            point_id("https://docs.example.test/cafe", 0));
}

TEST(CreateBody, SaysNoMoreThanItHasTo) {
  EXPECT_EQ(create_body({.vector = "dense", .size = 384, .distance = "Cosine"}),
            R"({"vectors":{"dense":{"size":384,"distance":"Cosine"}}})");
  EXPECT_EQ(create_body({.vector = "v",
                         .size = 8,
                         .distance = "Dot",
                         .storage = Storage::kDisk,
                         .quantization = Quantization::kInt8}),
            R"({"vectors":{"v":{"size":8,"distance":"Dot","on_disk":true}},"quantization_config":)"
            R"({"scalar":{"type":"int8","quantile":0.99,"always_ram":true}}})");
}

TEST(Points, CarryVectorAndFlatPayload) {
  const std::array<float, 2> vector = {0.5F, -1};
  std::string body;
  begin_points(body);
  append_point(body, {.document_id = "https://docs.example.test/cafe",
                      .ordinal = 0,
                      .vector = vector,
                      .vector_name = "dense",
                      .text = "a \"b\"",
                      .metadata = R"("title":"A","is_mobile":false)"});
  end_points(body);
  EXPECT_EQ(
      body,
      R"({"points":[{"id":"4e17495c-8ad8-51a6-bc63-b280a94eb4a3","vector":{"dense":[0.5,-1]},)"
      R"("payload":{"document_id":"https://docs.example.test/cafe","ordinal":0,)"
      R"("text":"a \"b\"","title":"A","is_mobile":false}}]})");
}

TEST(Points, OfANamelessVectorHaveABareList) {
  const std::array<float, 1> vector = {1};
  std::string body;
  append_point(body, {.document_id = "d", .ordinal = 3, .vector = vector, .text = "t"});
  EXPECT_NE(body.find(R"("vector":[1],"payload":{"document_id":"d","ordinal":3,"text":"t"}})"),
            std::string::npos)
      << body;
}

TEST(RemovalBody, NamesDocumentsAndWhereTheyEnd) {
  const std::array removals = {Removal{.document_id = "a", .ordinal = 2},
                               Removal{.document_id = "b"}};
  EXPECT_EQ(removal_body(removals),
            R"({"filter":{"should":[{"must":[{"key":"document_id","match":{"value":"a"}},)"
            R"({"key":"ordinal","range":{"gte":2}}]},)"
            R"({"must":[{"key":"document_id","match":{"value":"b"}}]}]}})");
}

TEST(GroupQueryBody, AsksForTheBestPointOfEachDocument) {
  const std::array<float, 2> vector = {1, 0};
  EXPECT_EQ(group_query_body({.vector = vector, .vector_name = "dense", .limit = 5}),
            R"({"query":[1,0],"using":"dense","group_by":"document_id","group_size":1,"limit":5,)"
            R"("with_payload":true})");
  EXPECT_EQ(group_query_body({.vector = vector,
                              .conditions = R"({"key":"k","match":{"value":"v"}})",
                              .quantization = Quantization::kInt8}),
            R"({"query":[1,0],"filter":{"must":[{"key":"k","match":{"value":"v"}}]},)"
            R"("params":{"quantization":{"rescore":true,"oversampling":2.0}},)"
            R"("group_by":"document_id","group_size":1,"limit":10,"with_payload":true})");
}

TEST(CountBody, CountsDocumentsByTheirFirstChunk) {
  EXPECT_EQ(count_body(Counted::kPoints, ""), R"({"exact":true,"filter":{"must":[]}})");
  EXPECT_EQ(count_body(Counted::kDocuments, R"({"c":1})"),
            R"({"exact":true,"filter":{"must":[{"key":"ordinal","match":{"value":0}},{"c":1}]}})");
}

}  // namespace
}  // namespace qdrant_sink
