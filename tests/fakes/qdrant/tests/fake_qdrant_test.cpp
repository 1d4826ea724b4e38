// FakeQdrant: that it behaves as Qdrant does where clients can tell the difference.
#include "fakes/qdrant/fake_qdrant.hpp"

#include "net/client.hpp"
#include "net/event_loop.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace sluice::fakes {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

struct Said {
  unsigned status = 0;
  std::string text;
  json body;
};

class FakeQdrantTest : public ::testing::Test {
 protected:
  Said ask(const std::string& method, const std::string& target, const json& body = {},
           const std::string& key = {}) {
    net::ClientRequest request;
    request.method = method;
    request.url = qdrant_->url() + target;
    request.headers = {{"Content-Type", "application/json"}};
    if (!key.empty()) request.headers.push_back({"api-key", key});
    if (!body.is_null()) request.body = body.dump();
    const auto response = client_.fetch(std::move(request));
    return {response.status, response.body, json::parse(response.body, nullptr, false)};
  }
  static std::string error_of(const Said& said) {
    return said.body.is_object() && said.body["status"].is_object()
               ? said.body["status"].value("error", "")
               : "no error";
  }
  void remake(const QdrantOptions& options) { qdrant_ = std::make_unique<FakeQdrant>(options); }
  // A collection "docs" of two dimensions, with the vector "dense".
  void make_docs(const std::string& distance = "Cosine") {
    ASSERT_EQ(ask("PUT", "/collections/docs",
                  {{"vectors", {{"dense", {{"size", 2}, {"distance", distance}}}}}})
                  .status,
              200U);
  }
  Said put(const std::vector<json>& points, const std::string& more = "?wait=true") {
    return ask("PUT", "/collections/docs/points" + more, {{"points", points}});
  }
  static json point(const json& id, float x, float y, json payload = json::object()) {
    return {{"id", id}, {"vector", {{"dense", {x, y}}}}, {"payload", std::move(payload)}};
  }
  json query(json body) {
    body["using"] = "dense";
    return ask("POST", "/collections/docs/points/query", body).body["result"]["points"];
  }

  std::unique_ptr<FakeQdrant> qdrant_ = std::make_unique<FakeQdrant>();
  net::EventLoop loop_{1};
  net::Client client_{loop_};
};

TEST_F(FakeQdrantTest, CollectionsAreMadeShownAndDropped) {
  EXPECT_EQ(ask("GET", "/collections/docs/exists").body["result"]["exists"], false);
  EXPECT_EQ(error_of(ask("GET", "/collections/docs")),
            "Not found: Collection `docs` doesn't exist!");
  make_docs();
  EXPECT_EQ(ask("GET", "/collections/docs/exists").body["result"]["exists"], true);
  const json again = {{"vectors", {{"size", 2}, {"distance", "Dot"}}}};
  const Said conflict = ask("PUT", "/collections/docs", again);
  EXPECT_EQ(conflict.status, 409U);
  EXPECT_EQ(error_of(conflict), "Wrong input: Collection `docs` already exists!");
  const json info = ask("GET", "/collections/docs").body["result"];
  EXPECT_EQ(info["config"]["params"]["vectors"]["dense"]["size"], 2);
  EXPECT_EQ(info["points_count"], 0);
  EXPECT_EQ(ask("GET", "/collections").body["result"]["collections"][0]["name"], "docs");
  EXPECT_EQ(ask("DELETE", "/collections/docs").body["result"], true);
  EXPECT_EQ(ask("DELETE", "/collections/docs").body["result"], false);
  EXPECT_EQ(ask("PUT", "/collections/x", {{"vectors", {{"size", 0}, {"distance", "Dot"}}}}).status,
            422U);
  EXPECT_EQ(ask("PUT", "/collections/x", {{"vectors", {{"size", 1}, {"distance", "dot"}}}}).status,
            400U);
}

TEST_F(FakeQdrantTest, AnswersAreInTheRealEnvelope) {
  make_docs();
  const Said fine = put({point(1, 1, 0)});
  EXPECT_EQ(fine.body["status"], "ok");
  EXPECT_TRUE(fine.body["time"].is_number());
  EXPECT_EQ(fine.body["result"]["status"], "completed");
  const Said wrong = put({});
  EXPECT_EQ(wrong.status, 400U);
  EXPECT_FALSE(wrong.body.contains("result"));
  EXPECT_EQ(error_of(wrong), "Wrong input: Empty update request");
  EXPECT_EQ(ask("POST", "/nowhere").status, 404U);
  EXPECT_EQ(ask("PUT", "/collections/docs/points", "text").status, 400U);
}

TEST_F(FakeQdrantTest, IdsAreNumbersOrUuidsInAnySpelling) {
  make_docs();
  const std::string plain = "43b828e9dd94870af5f4c31dbe1c3df1";
  const std::string uuid = "43b828e9-dd94-870a-f5f4-c31dbe1c3df1";
  for (const json& id : {json(plain), json(uuid), json("urn:uuid:" + uuid), json("{" + uuid + "}"),
                         json("43B828E9DD94870AF5F4C31DBE1C3DF1"), json(7)})
    EXPECT_EQ(put({point(id, 1, 0)}).status, 200U) << id;
  EXPECT_EQ(qdrant_->ids("docs"), (std::vector<std::string>{"7", uuid}));
  for (const json& id : {json("42"), json(-1), json(1.5), json("page"), json(uuid + "0"), json("")})
    EXPECT_EQ(put({point(id, 1, 0)}).status, 400U) << id;
  const Said named = put({point("42", 1, 0)});
  EXPECT_EQ(error_of(named),
            "Format error in JSON body: value \"42\" is not a valid point ID, valid values are "
            "either an unsigned integer or a UUID");
}

TEST_F(FakeQdrantTest, VectorsHaveToFitAndNothingIsKeptOtherwise) {
  make_docs();
  const json wide = {{"id", 2}, {"vector", {{"dense", {1, 0, 0}}}}};
  const json other = {{"id", 2}, {"vector", {{"sparse", {1, 0}}}}};
  const json nameless = {{"id", 2}, {"vector", {1, 0}}};
  EXPECT_EQ(error_of(put({point(1, 1, 0), wide})),
            "Wrong input: Vector dimension error: expected dim: 2, got 3");
  EXPECT_EQ(error_of(put({other})), "Wrong input: Not existing vector name error: sparse");
  EXPECT_EQ(put({nameless}).status, 400U);
  EXPECT_EQ(qdrant_->points("docs"), 0U);
}

TEST_F(FakeQdrantTest, AnUpsertReplacesTheWholePointAndCosineNormalises) {
  make_docs();
  put({point(1, 3, 4, {{"a", 1}})});
  put({json{{"id", 1}, {"vector", {{"dense", {0, 2}}}}}});
  const json kept = ask("GET", "/collections/docs/points/1").body["result"];
  EXPECT_EQ(kept["payload"], json::object());
  EXPECT_EQ(kept["vector"]["dense"], json({0.0, 1.0}));
  EXPECT_EQ(ask("GET", "/collections/docs/points/2").status, 404U);
}

TEST_F(FakeQdrantTest, ColumnsWorkLikeAList) {
  make_docs();
  const json batch = {{"ids", {1, 2}},
                      {"vectors", {{"dense", {{1, 0}, {0, 1}}}}},
                      {"payloads", {{{"n", 1}}, nullptr}}};
  EXPECT_EQ(ask("PUT", "/collections/docs/points?wait=true", {{"batch", batch}}).status, 200U);
  EXPECT_EQ(qdrant_->payloads("docs"), (std::vector<std::string>{R"({"n":1})", "{}"}));
  json uneven = batch;
  uneven["ids"].push_back(3);
  EXPECT_EQ(ask("PUT", "/collections/docs/points?wait=true", {{"batch", uneven}}).status, 422U);
}

TEST_F(FakeQdrantTest, QueriesRankFilterAndPage) {
  make_docs();
  put({point(1, 1, 0, {{"n", 1}, {"tag", {"x", "y"}}}), point(2, 1, 1, {{"n", 2}, {"tag", "y"}}),
       point(3, 0, 1, {{"n", 3}, {"is", true}})});
  const json best = query({{"query", {1, 0}}});
  ASSERT_EQ(best.size(), 3U);
  EXPECT_EQ(best[0]["id"], 1);
  EXPECT_NEAR(best[1]["score"].get<double>(), 0.70711, 1e-4);
  EXPECT_FALSE(best[0].contains("payload"));  // not unless asked for
  EXPECT_EQ(query({{"query", {1, 0}}, {"limit", 1}, {"offset", 1}, {"with_payload", true}})[0],
            json({{"id", 2},
                  {"payload", {{"n", 2}, {"tag", "y"}}},
                  {"score", best[1]["score"]},
                  {"version", 0}}));
  const auto ids = [&](const json& filter) {
    std::string all;
    for (const json& one : query({{"query", {1, 0}}, {"filter", filter}})) all += one["id"].dump();
    return all;
  };
  EXPECT_EQ(ids({{"must", {{{"key", "tag"}, {"match", {{"value", "y"}}}}}}}), "12");
  EXPECT_EQ(ids({{"must", {{{"key", "tag"}, {"match", {{"any", {"x", "z"}}}}}}}}), "1");
  EXPECT_EQ(ids({{"must_not", {{{"key", "tag"}, {"match", {{"value", "y"}}}}}}}), "3");
  EXPECT_EQ(ids({{"must", {{{"key", "n"}, {"range", {{"gte", 2}, {"lt", 3}}}}}}}), "2");
  EXPECT_EQ(ids({{"must", {{{"key", "is"}, {"match", {{"value", true}}}}}}}), "3");
  EXPECT_EQ(ids({{"should",
                  {{{"key", "n"}, {"match", {{"value", 1}}}},
                   {{"must", {{{"key", "n"}, {"match", {{"value", 3}}}}}}}}}}),
            "13");
  EXPECT_EQ(ids({{"must", {{{"has_id", {3}}}}}}), "3");
  EXPECT_EQ(ids({{"must", {{{"is_empty", {{"key", "tag"}}}}}}}), "3");
  EXPECT_EQ(ask("POST", "/collections/docs/points/query", {{"filter", {{"musst", json::array()}}}})
                .status,
            400U);
}

TEST_F(FakeQdrantTest, TenAreFoundUnlessMoreAreAskedFor) {
  make_docs();
  std::vector<json> points;
  for (int i = 0; i < 30; ++i) points.push_back(point(i, 1, 0));
  put(points);
  EXPECT_EQ(query({{"query", {1, 0}}}).size(), 10U);
  EXPECT_EQ(query({{"query", {1, 0}}, {"limit", 100}}).size(), 30U);
  EXPECT_EQ(ask("POST", "/collections/docs/points/search",
                {{"vector", {{"name", "dense"}, {"vector", {1, 0}}}}, {"limit", 4}})
                .body["result"]
                .size(),
            4U);
}

TEST_F(FakeQdrantTest, FusionCountsPositionsFromZeroWithTwo) {
  make_docs();
  put({point(1, 1, 0), point(2, 0, 1)});
  const json prefetch = {{{"query", {1, 0}}, {"using", "dense"}},
                         {{"query", {1, 0.1}}, {"using", "dense"}, {"limit", 1}}};
  const json found = ask("POST", "/collections/docs/points/query",
                         {{"prefetch", prefetch}, {"query", {{"fusion", "rrf"}}}})
                         .body["result"]["points"];
  EXPECT_FLOAT_EQ(found[0]["score"].get<float>(), 1.0F);  // 1/2 + 1/2
  EXPECT_FLOAT_EQ(found[1]["score"].get<float>(), 1.0F / 3);
}

TEST_F(FakeQdrantTest, GroupsHoldTheBestOfEachDocument) {
  make_docs();
  put({point(1, 1, 0, {{"doc", "a"}}), point(2, 1, 0.1F, {{"doc", "a"}}),
       point(3, 1, 1, {{"doc", "b"}}), point(4, 0, 1, {{"doc", "c"}}), point(5, 1, 0)});
  const json groups = ask("POST", "/collections/docs/points/query/groups",
                          {{"query", {1, 0}},
                           {"using", "dense"},
                           {"group_by", "doc"},
                           {"group_size", 1},
                           {"limit", 2}})
                          .body["result"]["groups"];
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0]["id"], "a");
  ASSERT_EQ(groups[0]["hits"].size(), 1U);
  EXPECT_EQ(groups[0]["hits"][0]["id"], 1);
  EXPECT_EQ(groups[1]["id"], "b");
}

TEST_F(FakeQdrantTest, DeletesByIdsAndByFilter) {
  make_docs();
  put({point(1, 1, 0, {{"n", 1}}), point(2, 1, 0, {{"n", 2}}), point(3, 1, 0, {{"n", 3}})});
  EXPECT_EQ(ask("POST", "/collections/docs/points/delete?wait=true", {{"points", {1, 9}}}).status,
            200U);
  const json filter = {{"must", {{{"key", "n"}, {"range", {{"gte", 3}}}}}}};
  EXPECT_EQ(ask("POST", "/collections/docs/points/delete?wait=true", {{"filter", filter}})
                .body["result"]["status"],
            "completed");
  EXPECT_EQ(qdrant_->ids("docs"), std::vector<std::string>{"2"});
  EXPECT_EQ(ask("POST", "/collections/docs/points/delete?wait=true", json::object()).status, 400U);
  EXPECT_EQ(qdrant_->counters().points_removed, 2U);
}

TEST_F(FakeQdrantTest, ScrollsCountsAndRetrieves) {
  make_docs();
  std::vector<json> points;
  for (int i = 0; i < 5; ++i) points.push_back(point(i, 1, 0, {{"n", i}}));
  put(points);
  const json first = ask("POST", "/collections/docs/points/scroll", {{"limit", 2}}).body["result"];
  EXPECT_EQ(first["points"][1]["payload"]["n"], 1);  // with payload unless told otherwise
  EXPECT_EQ(first["next_page_offset"], 2);
  const json last =
      ask("POST", "/collections/docs/points/scroll", {{"limit", 9}, {"offset", 2}}).body["result"];
  EXPECT_EQ(last["points"].size(), 3U);
  EXPECT_TRUE(last["next_page_offset"].is_null());
  const json odd = {{"must", {{{"key", "n"}, {"match", {{"any", {1, 3}}}}}}}};
  EXPECT_EQ(ask("POST", "/collections/docs/points/count", {{"filter", odd}, {"exact", true}})
                .body["result"]["count"],
            2);
  EXPECT_EQ(ask("POST", "/collections/docs/points", {{"ids", {4, 99}}}).body["result"].size(), 1U);
}

TEST_F(FakeQdrantTest, BatchesRunInOrder) {
  make_docs();
  const json all = {{"must", json::array()}};
  const json operations = {{{"upsert", {{"points", {point(1, 1, 0)}}}}},
                           {{"delete", {{"filter", all}}}},
                           {{"upsert", {{"points", {point(2, 1, 0)}}}}}};
  const Said said =
      ask("POST", "/collections/docs/points/batch?wait=true", {{"operations", operations}});
  EXPECT_EQ(said.body["result"].size(), 3U) << said.text;
  EXPECT_EQ(qdrant_->ids("docs"), std::vector<std::string>{"2"});
}

TEST_F(FakeQdrantTest, AskedForAKeyItTellsWithoutEnvelope) {
  remake({.api_key = "secret", .read_only_key = "look"});
  EXPECT_EQ(ask("GET", "/").status, 200U);
  EXPECT_EQ(ask("GET", "/readyz").text, "all shards are ready");
  EXPECT_EQ(ask("GET", "/collections").text,
            "Must provide an API key or an Authorization bearer token");
  const Said wrong = ask("GET", "/collections", {}, "wrong");
  EXPECT_EQ(wrong.status, 401U);
  EXPECT_EQ(wrong.text, "Invalid API key or JWT");
  EXPECT_EQ(ask("GET", "/collections", {}, "secret").status, 200U);
  EXPECT_EQ(ask("GET", "/collections", {}, "look").status, 200U);
  EXPECT_EQ(ask("DELETE", "/collections/docs", {}, "look").status, 403U);
}

TEST_F(FakeQdrantTest, StrictModeWantsIndexes) {
  remake({.strictness = Strictness::kStrict});
  make_docs();
  const json filter = {{"must", {{{"key", "url"}, {"match", {{"value", "u"}}}}}}};
  const std::string needs =
      "Bad request: Index required but not found for \"url\" of one of the following types: "
      "[keyword]. Help: Create an index for this key or use a different filter.";
  EXPECT_EQ(error_of(ask("POST", "/collections/docs/points/count", {{"filter", filter}})), needs);
  EXPECT_EQ(error_of(ask("POST", "/collections/docs/points/delete", {{"filter", filter}})), needs);
  const json index = {{"field_name", "url"}, {"field_schema", "keyword"}};
  EXPECT_EQ(ask("PUT", "/collections/docs/index?wait=true", index).body["result"]["status"],
            "completed");
  EXPECT_EQ(ask("POST", "/collections/docs/points/count", {{"filter", filter}}).status, 200U);
  const json info = ask("GET", "/collections/docs").body["result"];
  EXPECT_EQ(info["payload_schema"]["url"]["data_type"], "keyword");
}

TEST_F(FakeQdrantTest, WritesThatAreOnlyAcknowledgedShowLater) {
  make_docs();
  EXPECT_EQ(put({point(1, 1, 0)}, "").body["result"]["status"], "acknowledged");
  qdrant_->answer_next_writes(1, WriteStatus::kWaitTimeout, milliseconds(50));
  EXPECT_EQ(put({point(2, 1, 0)}).body["result"]["status"], "wait_timeout");
  EXPECT_EQ(put({point(3, 1, 0)}).body["result"]["status"], "completed");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (qdrant_->points("docs") < 3 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(milliseconds(5));
  EXPECT_EQ(qdrant_->points("docs"), 3U);
  qdrant_->answer_next_writes(1, WriteStatus::kAcknowledged, std::chrono::hours(1));
  put({point(4, 1, 0)});
  qdrant_->lose_what_waits();
  EXPECT_EQ(qdrant_->points("docs"), 3U);
}

TEST_F(FakeQdrantTest, ABrokenUpsertLeavesHalf) {
  make_docs();
  qdrant_->break_next_upserts(1);
  const Said said = put({point(1, 1, 0), point(2, 1, 0), point(3, 1, 0), point(4, 1, 0)});
  EXPECT_EQ(said.status, 500U);
  EXPECT_EQ(qdrant_->points("docs"), 2U);
  EXPECT_EQ(put({point(1, 1, 0)}).status, 200U);
}

TEST_F(FakeQdrantTest, TooLargeABodyIsA400) {
  remake({.server = {.max_body = 1000}});
  const Said said = ask("PUT", "/collections/docs/points", {{"pad", std::string(5000, 'x')}});
  EXPECT_EQ(said.status, 400U);
  EXPECT_EQ(error_of(said),
            "JSON payload (1001 bytes) is larger than allowed (limit: 1000 bytes).");
}

TEST_F(FakeQdrantTest, SaysWhenItIsNotReady) {
  qdrant_->set_ready(false);
  EXPECT_EQ(ask("GET", "/readyz").status, 503U);
  EXPECT_EQ(ask("GET", "/healthz").text, "healthz check passed");
}

}  // namespace
}  // namespace sluice::fakes
