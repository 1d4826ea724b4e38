// FakeTei against what the official OpenAPI document of version 1.9.3 says, and what its server is
// known to do where the two differ.
#include "fakes/tei/fake_tei.hpp"
#include "fakes/tei/vectors.hpp"
#include "net/client.hpp"
#include "net/event_loop.hpp"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include <future>
#include <set>

namespace sluice::fakes {
namespace {

using namespace std::chrono_literals;
using net::ClientResponse;
using nlohmann::json;

struct Tei {
  explicit Tei(const TeiOptions& options = {}) : fake(options) {}

  net::ClientRequest request_of(const std::string& path, const std::string& body) const {
    net::ClientRequest request{.method = "POST",
                               .url = fake_url + path,
                               .headers = {{"Content-Type", "application/json"}},
                               .body = body};
    if (!key.empty()) request.headers.push_back({"Authorization", "Bearer " + key});
    return request;
  }
  ClientResponse post(const std::string& path, const json& body) {
    return client.fetch(request_of(path, body.dump()));
  }
  ClientResponse embed(const json& inputs, json more = json::object()) {
    more["inputs"] = inputs;
    return post("/embed", more);
  }
  json rows(const json& inputs, const json& more = json::object()) {
    const auto answer = embed(inputs, more);
    EXPECT_EQ(answer.status, 200U) << answer.body;
    return json::parse(answer.body);
  }
  ClientResponse get(const std::string& path) {
    net::ClientRequest request{.url = fake_url + path};
    if (!key.empty()) request.headers.push_back({"Authorization", "Bearer " + key});
    return client.fetch(request);
  }

  FakeTei fake;
  std::string fake_url = fake.url();
  std::string key;
  net::EventLoop loop{1};
  net::Client client{loop};
};

void expect_error(const ClientResponse& answer, unsigned status, const std::string& type,
                  const std::string& text) {
  EXPECT_EQ(answer.status, status);
  EXPECT_EQ(json::parse(answer.body), (json{{"error", text}, {"error_type", type}})) << answer.body;
}

void expect_text(const ClientResponse& answer, unsigned status, const std::string& beginning) {
  EXPECT_EQ(answer.status, status);
  EXPECT_TRUE(answer.body.starts_with(beginning)) << answer.body;
}

TEST(FakeTei, InfoHasWhatTheDocumentRequires) {
  Tei tei({.model_id = "acme/mini", .max_client_batch_size = 7});
  const json info = json::parse(tei.get("/info").body);
  for (const char* key :
       {"model_id", "model_dtype", "served_model_name", "model_type", "max_concurrent_requests",
        "max_input_length", "max_batch_tokens", "max_client_batch_size", "auto_truncate",
        "tokenization_workers", "version"}) {
    EXPECT_TRUE(info.contains(key)) << key;
  }
  EXPECT_EQ(info["model_id"], "acme/mini");
  EXPECT_EQ(info["max_client_batch_size"], 7);
  EXPECT_EQ(info["model_type"], (json{{"embedding", {{"pooling", "cls"}}}}));
  EXPECT_FALSE(info.contains("dimension"));
}

TEST(FakeTei, HealthNeedsNoKeyAndTellsWhenItIsNot) {
  Tei tei({.api_key = "k"});
  EXPECT_EQ(tei.get("/health").status, 200U);
  EXPECT_EQ(tei.get("/health").body, "");
  EXPECT_EQ(tei.get("/metrics").status, 200U);
  tei.fake.change([](TeiOptions& o) { o.is_healthy = false; });
  expect_error(tei.get("/health"), 503, "Unhealthy", "unhealthy");
}

TEST(FakeTei, AsksForTheKeyWithAnEmpty401) {
  Tei tei({.api_key = "k"});
  EXPECT_EQ(tei.get("/info").status, 401U);
  EXPECT_EQ(tei.embed("a").status, 401U);
  EXPECT_EQ(tei.embed("a").body, "");
  tei.key = "k";
  EXPECT_EQ(tei.get("/info").status, 200U);
  EXPECT_EQ(tei.embed("a").status, 200U);
}

TEST(FakeTei, EmbedsOneTextOrManyAsRowsInOrder) {
  Tei tei({.dimension = 16});
  const json one = tei.rows("hello");
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].size(), 16U);
  const json many = tei.rows({"other", "hello"});
  EXPECT_EQ(many[1], one[0]);
  EXPECT_NE(many[0], one[0]);
  EXPECT_EQ(tei.fake.counters().inputs, 3U);
  EXPECT_EQ(tei.fake.times_embedded("hello"), 2U);
}

TEST(FakeTei, TakesTokenIdsAsTheDocumentSays) {
  Tei tei({.dimension = 8});
  EXPECT_EQ(tei.rows({1, 2, 3}).size(), 1U);
  EXPECT_EQ(tei.rows({{1, 2}, {3}}).size(), 2U);
  EXPECT_EQ(tei.rows({"a", {3}}).size(), 2U);
  expect_error(tei.embed(json::array()), 400, "Empty",
               "Input validation error: `inputs` cannot be empty");
}

TEST(FakeTei, HonoursNormalizeDimensionsAndPrompts) {
  Tei tei({.dimension = 16});
  EXPECT_NE(tei.rows("a b c", {{"normalize", false}}), tei.rows("a b c"));
  EXPECT_EQ(tei.rows("a", {{"dimensions", 4}})[0].size(), 4U);
  EXPECT_EQ(tei.embed("a", {{"dimensions", 17}}).status, 422U);
  EXPECT_EQ(tei.embed("a", {{"dimensions", 0}}).status, 422U);
  EXPECT_EQ(tei.rows("a", {{"prompt_name", "query"}}), tei.rows("query: a"));
  EXPECT_EQ(tei.embed("a", {{"prompt_name", "unknown"}}).status, 422U);
  EXPECT_EQ(tei.fake.times_embedded("query: a"), 2U);
}

TEST(FakeTei, RefusesTooManyInputsAs422OrAs413) {
  Tei tei({.max_client_batch_size = 2});
  const std::string text = "batch size 3 > maximum allowed batch size 2";
  expect_error(tei.embed({"a", "b", "c"}), 422, "Validation", text);
  tei.fake.change([](TeiOptions& o) { o.too_many_inputs = TooManyInputs::kPayloadTooLarge; });
  expect_error(tei.embed({"a", "b", "c"}), 413, "Validation", text);
  EXPECT_EQ(tei.rows({"a", "b"}).size(), 2U);
  EXPECT_EQ(tei.fake.counters().inputs, 2U);
}

TEST(FakeTei, OneEmptyTextFailsTheWholeBatch) {
  Tei tei;
  expect_error(tei.embed({"a", "", "b"}), 400, "Empty",
               "Input validation error: `inputs` cannot be empty");
  EXPECT_EQ(tei.fake.counters().inputs, 0U);
}

TEST(FakeTei, TruncatesLongInputsUnlessToldNotTo) {
  Tei tei({.max_input_length = 6});
  EXPECT_EQ(tei.rows("a b c d e f"), tei.rows("a b c d x y"));
  expect_error(tei.embed("a b c d e f", {{"truncate", false}}), 422, "Validation",
               "Input validation error: `inputs` must have less than 6 tokens. Given: 8");
  tei.fake.change([](TeiOptions& o) { o.auto_truncate = Truncation::kOff; });
  EXPECT_EQ(tei.embed("a b c d e f").status, 422U);
  EXPECT_EQ(tei.embed("a b c d e f", {{"truncate", true}}).status, 200U);
}

TEST(FakeTei, RefusesWhatTheFrameworkRefusesAsText) {
  Tei tei({.payload_limit = 1000});
  expect_text(tei.client.fetch(tei.request_of("/embed", "{")), 400,
              "Failed to parse the request body as JSON: ");
  const std::string wrong = "Failed to deserialize the JSON body into the target type: ";
  expect_text(tei.embed(7), 422, wrong);
  expect_text(tei.post("/embed", json::array()), 422, wrong);
  expect_text(tei.embed("a", {{"truncate", "yes"}}), 422, wrong);
  expect_text(tei.embed(std::string(1000, 'x')), 413,
              "Failed to buffer the request body: length limit exceeded");
  expect_text(tei.client.fetch({.method = "POST", .url = tei.fake_url + "/embed", .body = "{}"}),
              415, "Expected request with `Content-Type: application/json`");
}

TEST(FakeTei, SpeaksTheOpenAiForm) {
  Tei tei({.model_id = "acme/mini", .dimension = 8});
  const json answer = json::parse(tei.post("/v1/embeddings", {{"input", {"a b", "c"}}}).body);
  EXPECT_EQ(answer["object"], "list");
  EXPECT_EQ(answer["model"], "acme/mini");
  EXPECT_EQ(answer["usage"], (json{{"prompt_tokens", 7}, {"total_tokens", 7}}));
  ASSERT_EQ(answer["data"].size(), 2U);
  EXPECT_EQ(answer["data"][1]["object"], "embedding");
  EXPECT_EQ(answer["data"][1]["index"], 1);
  EXPECT_EQ(answer["data"][0]["embedding"], tei.rows("a b")[0]);

  const json coded =
      json::parse(tei.post("/v1/embeddings", {{"input", "c"}, {"encoding_format", "base64"}}).body);
  EXPECT_EQ(coded["data"][0]["embedding"],
            base64(answer["data"][1]["embedding"].get<std::vector<float>>()));
  EXPECT_EQ(json::parse(tei.post("/v1/embeddings", {{"input", ""}}).body),
            (json{{"message", "Input validation error: `inputs` cannot be empty"},
                  {"code", 400},
                  {"type", "Empty"}}));
  tei.fake.change([](TeiOptions& o) { o.open_ai = OpenAi::kMissing; });
  EXPECT_EQ(tei.post("/v1/embeddings", {{"input", "c"}}).status, 404U);
}

TEST(FakeTei, TokenizesWithSpecialTokensAndByteOffsets) {
  Tei tei;
  const json tokens = json::parse(tei.post("/tokenize", {{"inputs", "hi né"}}).body);
  ASSERT_EQ(tokens.size(), 1U);
  ASSERT_EQ(tokens[0].size(), 5U);
  EXPECT_EQ(tokens[0][0]["special"], true);
  EXPECT_EQ(tokens[0][0]["start"], nullptr);
  EXPECT_EQ(tokens[0][3]["text"], "é");
  EXPECT_EQ(tokens[0][3]["start"], 4);
  EXPECT_EQ(tokens[0][3]["stop"], 6);
}

TEST(FakeTei, TakesAPermitForEachInputAllOrNothing) {
  Tei tei({.max_concurrent_requests = 4, .latency = {.base = 200ms}});
  std::promise<unsigned> first;
  tei.client.send(tei.request_of("/embed", R"({"inputs":["a","b","c"]})"),
                  [&](const ClientResponse& answer) { first.set_value(answer.status); });
  while (tei.fake.counters().peak_inputs < 3) std::this_thread::sleep_for(1ms);
  expect_error(tei.embed({"d", "e"}), 429, "Overloaded", "Model is overloaded");
  EXPECT_EQ(tei.embed("d").status, 200U);
  EXPECT_EQ(first.get_future().get(), 200U);
  EXPECT_EQ(tei.embed({"d", "e"}).status, 200U);
  EXPECT_EQ(tei.fake.counters().overloaded, 1U);
}

TEST(FakeTei, ClientsThatGoGiveTheirPermitsBack) {
  Tei tei({.max_concurrent_requests = 1, .latency = {.base = 1h}});
  auto request = tei.request_of("/embed", R"({"inputs":"a"})");
  request.timeout = 50ms;
  EXPECT_EQ(tei.client.fetch(request).transport, net::Transport::kTimeout);
  while (tei.fake.server().counters().in_flight > 0) std::this_thread::sleep_for(1ms);
  tei.fake.change([](TeiOptions& o) { o.latency = {}; });
  EXPECT_EQ(tei.embed("b").status, 200U);
}

TEST(FakeTei, RequestsQueueBehindOneLane) {
  Tei tei({.latency = {.base = 40ms, .lanes = 1}});
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::promise<void>> done(3);
  for (auto& one : done) {
    tei.client.send(tei.request_of("/embed", R"({"inputs":"a"})"),
                    [&one](const ClientResponse&) { one.set_value(); });
  }
  for (auto& one : done) one.get_future().wait();
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 120ms);
}

TEST(FakeTei, TwistsAnswersAsTold) {
  Tei tei({.dimension = 4});
  const json good = tei.rows({"a", "b"});
  tei.fake.twist_next(1, Twist::kNull);
  tei.fake.twist_next(1, Twist::kRowShort);
  tei.fake.twist_next(1, Twist::kRowMore);
  tei.fake.twist_next(1, Twist::kDimension);
  tei.fake.twist_next(1, Twist::kSwapped);
  EXPECT_EQ(tei.rows({"a", "b"})[0][0], nullptr);
  EXPECT_EQ(tei.rows({"a", "b"}).size(), 1U);
  EXPECT_EQ(tei.rows({"a", "b"}).size(), 3U);
  EXPECT_EQ(tei.rows({"a", "b"})[0].size(), 3U);
  EXPECT_EQ(tei.rows({"a", "b"}), (json{good[1], good[0]}));
  EXPECT_EQ(tei.rows({"a", "b"}), good);
}

TEST(FakeTei, ModelsOfAnotherKindDoNotEmbed) {
  Tei tei({.model_type = "reranker"});
  EXPECT_TRUE(json::parse(tei.get("/info").body)["model_type"].contains("reranker"));
  expect_error(tei.embed("a"), 424, "Backend", "Backend error: Model is not an embedding model");
}

TEST(FakeTei, PoisonFailsTheBatchThatHoldsIt) {
  Tei tei({.poison = "\x01"});
  EXPECT_EQ(tei.embed({"a", "b\x01"}).status, 422U);
  EXPECT_EQ(tei.embed({"a", "b"}).status, 200U);
  EXPECT_EQ(tei.get("/nowhere").status, 404U);
}

}  // namespace
}  // namespace sluice::fakes
