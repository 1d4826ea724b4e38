// FakeQdrant against our notes on the API, and against the vendor's own document where it is at
// hand.
#include "fakes/contract/exchange.hpp"
#include "fakes/qdrant/fake_qdrant.hpp"

namespace sluice::fakes {
namespace {

using nlohmann::json;

json matches(const std::string& key, const json& value) {
  return {{"key", key}, {"match", {{"value", value}}}};
}

std::vector<Exchange> exchanges() {
  const std::string docs = "/collections/docs";
  const std::string uuid = "4d1a2c8e-5a6b-5c7d-8e9f-0a1b2c3d4e5f";
  const json dense = {{"dense", {{"size", 2}, {"distance", "Cosine"}, {"on_disk", true}}}};
  const json int8 = {{"scalar", {{"type", "int8"}, {"always_ram", true}}}};
  const json points = {
      {{"id", uuid},
       {"vector", {{"dense", {1, 0}}}},
       {"payload", {{"document_id", "a"}, {"n", 1}}}},
      {{"id", 7}, {"vector", {{"dense", {0, 1}}}}, {"payload", {{"document_id", "b"}, {"n", 2}}}}};
  const json of_a = {{"must", {matches("document_id", "a")}}};
  const json rest = {
      {"must", {matches("document_id", "a"), {{"key", "n"}, {"range", {{"gte", 5}}}}}}};
  const json query = {{"query", {1, 0}}, {"using", "dense"}, {"limit", 3}, {"with_payload", true}};
  json grouped = query;
  grouped.update({{"group_by", "document_id"}, {"group_size", 1}, {"filter", of_a}});
  return {
      {"GET", "/"},
      {"GET", "/collections"},
      {"GET", docs, {}, 404},
      {"PUT", docs, {{"vectors", dense}, {"quantization_config", int8}}},
      {"PUT", docs, {{"vectors", dense}}, 409},
      {"GET", docs + "/exists"},
      {"PUT",
       docs + "/index?wait=true",
       {{"field_name", "document_id"}, {"field_schema", "keyword"}}},
      {"PUT", docs + "/index?wait=true", {{"field_name", "n"}, {"field_schema", "integer"}}},
      {"PUT", docs + "/points?wait=true", {{"points", points}}},
      {"GET", docs},
      {"POST", docs + "/points/query", query},
      {"POST", docs + "/points/query/groups", grouped},
      {"POST", docs + "/points/count", {{"filter", of_a}, {"exact", true}}},
      {"POST", docs + "/points/scroll", {{"limit", 1}, {"with_payload", true}}},
      {"POST", docs + "/points", {{"ids", {7, uuid}}, {"with_vector", true}}},
      {"POST", docs + "/points/delete?wait=true", {{"filter", {{"should", {of_a, rest}}}}}},
      {"POST", docs + "/points/delete?wait=true", {{"points", {7}}}},
      {"PUT",
       docs + "/points",
       {{"points", {{{"id", 9}, {"vector", {{"dense", {1, 2, 3}}}}}}}},
       400},
      {"POST", docs + "/points/delete", json::object(), 400},
      {"DELETE", docs},
  };
}

TEST(QdrantContract, TheFakeKeepsToOurNotes) {
  const FakeQdrant qdrant;
  expect_as_documented(qdrant.url(), Contract::read(SLUICE_CONTRACT), exchanges());
}

TEST(QdrantContract, TheFakeKeepsToTheVendorsDocument) {
  const auto document = official_document("qdrant/openapi-v1.19.x.json");
  // The document is its vendor's, not ours to ship. The test above runs everywhere, on what we
  // noted of it.
  if (!document) GTEST_SKIP() << "set SLUICE_SPECS to a folder with qdrant/openapi-v1.19.x.json";
  const FakeQdrant qdrant;
  expect_as_documented(qdrant.url(), *document, exchanges());
}

}  // namespace
}  // namespace sluice::fakes
