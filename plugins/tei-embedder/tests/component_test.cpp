// The plugin on the host's real services, against a TEI that behaves and misbehaves.
#include "fakes/stage/embedder_box.hpp"
#include "fakes/tei/fake_tei.hpp"
#include "fakes/tei/vectors.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace tei {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using sluice::fakes::EmbedderBox;
using sluice::fakes::Failure;
using sluice::fakes::FakeTei;
using sluice::fakes::Returned;
using sluice::fakes::TeiOptions;
using sluice::fakes::Text;
using sluice::fakes::Twist;

constexpr std::size_t kDimension = 48;

TeiOptions small() { return {.dimension = kDimension}; }

std::vector<float> vector_of(const std::string& text) {
  return sluice::fakes::vector_of(text, sluice::fakes::tokenize(text),
                                  {.model_dimension = kDimension, .dimension = kDimension});
}

template <class Claim>
bool becomes_true(Claim claim) {
  for (const auto until = std::chrono::steady_clock::now() + 30s;
       std::chrono::steady_clock::now() < until;) {
    if (claim()) return true;
    std::this_thread::sleep_for(2ms);
  }
  return false;
}

std::size_t count_lines(EmbedderBox& host, const std::string& part) {
  std::size_t out = 0;
  for (const std::string& line : host.log_lines())
    out += line.find(part) != std::string::npos ? 1U : 0U;
  return out;
}

// A service and a host that is connected to it; the probe's text does not count.
struct Connected {
  explicit Connected(const TeiOptions& options = small(), json settings = json::object())
      : fake(options), host(with_url(std::move(settings))) {
    host.configure_and_start();
    fake.reset_counters();
  }
  json with_url(json settings) const {
    settings["url"] = fake.url() + "/";
    return settings;
  }
  FakeTei fake;
  EmbedderBox host;
};

TEST(TeiEmbedder, PutsTheVectorOfEachTextOnItsRecord) {
  Connected c;
  EXPECT_EQ(c.host.dimension(), kDimension);
  const Returned batch = c.host.send(80, "words of text ");
  ASSERT_EQ(batch.count(SLUICE_OK), 80U) << batch.slots[0].why;
  for (std::size_t i = 0; i < 80; ++i) {
    EXPECT_EQ(batch.slots[i].vector, vector_of("words of text " + std::to_string(i))) << i;
  }
  EXPECT_EQ(c.fake.counters().inputs, 80U);
  EXPECT_EQ(c.fake.counters().calls, 3U);
}

TEST(TeiEmbedder, NumbersAndBase64GiveTheSameVectors) {
  Connected base64;
  TeiOptions options = small();
  options.open_ai = sluice::fakes::OpenAi::kMissing;
  Connected numbers(options);
  const Returned a = base64.host.send(5);
  const Returned b = numbers.host.send(5);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(a.slots[i].vector, b.slots[i].vector);
  EXPECT_EQ(a.count(SLUICE_OK) + b.count(SLUICE_OK), 10U);
}

TEST(TeiEmbedder, NeverSendsEmptyTextsAndPassesWhatIsNoText) {
  Connected c;
  const Returned batch =
      c.host.send({{"a"}, {""}, {" \n"}, {"b"}, {.text = "", .op = SLUICE_DELETE}});
  EXPECT_EQ(batch.slots[0].verdict, SLUICE_OK);
  EXPECT_EQ(batch.slots[1].verdict, SLUICE_DROPPED);
  EXPECT_EQ(batch.slots[2].verdict, SLUICE_DROPPED);
  EXPECT_EQ(batch.slots[3].vector, vector_of("b")) << "the empty ones shift nothing";
  EXPECT_EQ(batch.slots[4].verdict, SLUICE_OK);
  EXPECT_TRUE(batch.slots[4].vector.empty());
  EXPECT_EQ(c.fake.counters().inputs, 2U);
  EXPECT_EQ(c.host.send({{""}}).slots[0].verdict, SLUICE_DROPPED);
}

TEST(TeiEmbedder, SplitsByTheTokensOfTheChunker) {
  TeiOptions options = small();
  options.max_batch_tokens = 100;
  Connected c(options);
  std::vector<Text> texts;
  for (int i = 0; i < 10; ++i) texts.push_back({"text " + std::to_string(i), 30});
  EXPECT_EQ(c.host.send(texts).count(SLUICE_OK), 10U);
  EXPECT_EQ(c.fake.counters().calls, 4U) << "three of 30 tokens in each";
}

TEST(TeiEmbedder, KeepsSeveralBatchesInFlight) {
  TeiOptions options = small();
  options.latency.base = 300ms;
  Connected c(options);
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::future<Returned>> batches;
  for (int i = 0; i < 4; ++i) batches.push_back(c.host.submit({{"batch " + std::to_string(i)}}));
  for (auto& batch : batches) EXPECT_EQ(batch.get().count(SLUICE_OK), 1U);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 4 * 300ms);
  EXPECT_EQ(c.fake.counters().peak_inputs, 4U);
}

TEST(TeiEmbedder, PromptsGoInFrontOfPassagesAndQueries) {
  Connected c(small(), {{"passage_prompt", "passage: "}, {"query_prompt", "query: "}});
  c.host.send({{"hello"}});
  EXPECT_EQ(c.fake.times_embedded("passage: hello"), 1U);
  const auto query = c.host.embed({"hello"}, SLUICE_EMBED_QUERY);
  EXPECT_EQ(query.status, SLUICE_OK) << query.why;
  EXPECT_EQ(query.rows, vector_of("query: hello"));
  const auto passage = c.host.embed({"hello", "you"}, SLUICE_EMBED_PASSAGE);
  EXPECT_EQ(passage.rows.size(), 2 * kDimension);
  EXPECT_EQ(c.fake.times_embedded("passage: you"), 1U);
}

TEST(TeiEmbedder, NamedPromptsAreTheServers) {
  Connected c(small(), {{"query_prompt_name", "query"}});
  EXPECT_EQ(c.host.embed({"hello"}, SLUICE_EMBED_QUERY).rows, vector_of("query: hello"));
  Connected unknown(small(), {{"query_prompt_name", "no such"}});
  const auto refused = unknown.host.embed({"hello"}, SLUICE_EMBED_QUERY);
  EXPECT_EQ(refused.status, SLUICE_E_REJECT);
  EXPECT_EQ(refused.why, "TEI answered 422 to /embed: Prompt name `no such` is not known");
}

TEST(TeiEmbedder, LongTextsAreTruncatedOrRejectedAlone) {
  TeiOptions options = small();
  options.max_input_length = 10;
  const std::string long_text = "a b c d e f g h i j k l m n o p";
  Connected cut(options);
  EXPECT_EQ(cut.host.send({{"short"}, {long_text}}).count(SLUICE_OK), 2U);
  Connected whole(options, {{"truncate", false}});
  const Returned batch = whole.host.send({{"short"}, {long_text}, {"another"}});
  EXPECT_EQ(batch.count(SLUICE_OK), 2U);
  EXPECT_EQ(batch.slots[1].verdict, SLUICE_E_REJECT);
  EXPECT_EQ(batch.slots[1].why,
            "TEI answered 422 to /embed: Input validation error: `inputs` must have less than 10 "
            "tokens. Given: 18");
}

TEST(TeiEmbedder, HalvesWhatIsTooLargeForABodyAndRejectsTheOneTextThatIs) {
  TeiOptions options = small();
  options.payload_limit = 3'000;
  Connected c(options);
  std::vector<Text> texts;
  for (int i = 0; i < 8; ++i)
    texts.push_back({"text " + std::to_string(i) + std::string(900, 'x')});
  texts.push_back({std::string(5'000, 'y')});
  const Returned batch = c.host.send(texts);
  EXPECT_EQ(batch.count(SLUICE_OK), 8U);
  EXPECT_EQ(batch.slots[8].verdict, SLUICE_E_REJECT);
  EXPECT_EQ(c.fake.counters().inputs, 8U) << "each once";
}

TEST(TeiEmbedder, FollowsTheServerToAnotherBatchLimit) {
  Connected c;
  c.fake.change([](TeiOptions& o) { o.max_client_batch_size = 4; });
  EXPECT_EQ(c.host.send(32).count(SLUICE_OK), 32U);
  const auto calls = c.fake.counters().calls;
  EXPECT_EQ(c.host.send(32).count(SLUICE_OK), 32U);
  EXPECT_EQ(c.fake.counters().calls - calls, 8U);
  EXPECT_EQ(c.fake.counters().inputs, 64U);
}

TEST(TeiEmbedder, OnePoisonousTextIsRejectedAlone) {
  TeiOptions options = small();
  options.poison = "poison";
  Connected c(options);
  std::vector<Text> texts;
  for (int i = 0; i < 20; ++i)
    texts.push_back({(i == 13 ? "poison " : "text ") + std::to_string(i)});
  const Returned batch = c.host.send(texts);
  EXPECT_EQ(batch.count(SLUICE_OK), 19U);
  EXPECT_EQ(batch.slots[13].verdict, SLUICE_E_REJECT);
  EXPECT_EQ(c.fake.counters().inputs, 19U);
}

TEST(TeiEmbedder, OverloadsSlowItDownAndLoseNothing) {
  TeiOptions options = small();
  options.max_concurrent_requests = 512;
  options.latency.base = 5ms;
  Connected c(options);
  c.fake.change([](TeiOptions& o) { o.max_concurrent_requests = 40; });  // others have taken them
  std::vector<std::future<Returned>> batches;
  for (int b = 0; b < 10; ++b) {
    std::vector<Text> texts;
    for (int i = 0; i < 80; ++i) texts.push_back({std::to_string(b) + " " + std::to_string(i)});
    batches.push_back(c.host.submit(texts, 60s));
  }
  for (auto& batch : batches) EXPECT_EQ(batch.get().count(SLUICE_OK), 80U);
  EXPECT_GT(c.fake.counters().overloaded, 0U);
  EXPECT_EQ(c.fake.counters().inputs, 800U) << "each once";
  EXPECT_EQ(count_lines(c.host, "TEI is overloaded"), 1U);
}

TEST(TeiEmbedder, HonoursRetryAfter) {
  Connected c;
  c.fake.server().fail_next(1, {.status = 429, .body = "{}", .headers = {{"Retry-After", "1"}}});
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(c.host.send(1).count(SLUICE_OK), 1U);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 1s);
}

TEST(TeiEmbedder, BrokenAnswersAreToBeRetriedWithTheReason) {
  using How = Failure::How;
  for (const How how : {How::kClose, How::kReset, How::kResetBody, How::kTruncate, How::kGarbage}) {
    Connected c;
    c.fake.server().fail({.how = how, .path = "/v1/embeddings"});
    const Returned batch = c.host.send(2);
    EXPECT_EQ(batch.count(SLUICE_E_RETRY), 2U) << static_cast<int>(how);
    EXPECT_TRUE(batch.slots[0].why.starts_with("TEI does not answer: ")) << batch.slots[0].why;
    EXPECT_EQ(c.host.send(2).count(SLUICE_OK), 2U);
    EXPECT_EQ(count_lines(c.host, "TEI works again"), 1U);
  }
}

TEST(TeiEmbedder, ServerErrorsAreToBeRetriedWithTheReason) {
  Connected c;
  c.fake.server().fail(
      {.answer = {.status = 424, .body = R"({"error":"Backend error: out of memory"})"},
       .path = "/v1/embeddings"});
  const Returned batch = c.host.send(1);
  EXPECT_EQ(batch.slots[0].verdict, SLUICE_E_RETRY);
  EXPECT_EQ(batch.slots[0].why, "TEI answered 424 to /v1/embeddings: Backend error: out of memory");
}

TEST(TeiEmbedder, SilenceIsGivenUpBeforeTheHostGivesUpTheBatch) {
  Connected c;
  c.fake.server().fail({.how = Failure::How::kSilence, .path = "/v1/embeddings"});
  const auto begin = std::chrono::steady_clock::now();
  const Returned batch = c.host.send({{"a"}}, 1s);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
  EXPECT_EQ(batch.slots[0].verdict, SLUICE_E_RETRY);
  EXPECT_TRUE(batch.slots[0].why.starts_with("TEI does not answer: ")) << batch.slots[0].why;
}

TEST(TeiEmbedder, WrongVectorsAreNotTaken) {
  Connected c;
  c.fake.twist_next(1, Twist::kNull);
  Returned batch = c.host.send(3);
  EXPECT_EQ(batch.slots[0].verdict, SLUICE_E_REJECT);
  EXPECT_EQ(batch.slots[0].why, "The vector from TEI has numbers that are not finite.");
  EXPECT_EQ(batch.count(SLUICE_OK), 2U);
  c.fake.twist_next(1, Twist::kDimension);
  batch = c.host.send(3);
  EXPECT_EQ(batch.slots[0].verdict, SLUICE_E_REJECT);
  EXPECT_EQ(batch.count(SLUICE_OK), 2U);
  for (const Twist twist : {Twist::kRowShort, Twist::kRowMore}) {
    EXPECT_EQ(c.host.send(3).count(SLUICE_OK), 3U);
    c.fake.twist_next(1, twist);
    EXPECT_EQ(c.host.send(3).count(SLUICE_E_RETRY), 3U);
  }
  EXPECT_EQ(c.host.send(3).count(SLUICE_OK), 3U);
  c.fake.server().fail({.answer = {.body = "<html>"}, .path = "/v1/embeddings"});
  EXPECT_EQ(c.host.send(3).count(SLUICE_E_RETRY), 3U);
  EXPECT_EQ(c.host.send(3).count(SLUICE_OK), 3U);
}

TEST(TeiEmbedder, StartsWithoutTheServiceAndConnectsWhenItComes) {
  FakeTei fake(small());
  fake.server().stop();
  EmbedderBox host(json{{"url", fake.url()}});
  host.configure_and_start();
  EXPECT_EQ(host.dimension(), 0U);
  EXPECT_EQ(host.send(1).count(SLUICE_E_AGAIN), 1U);
  EXPECT_EQ(host.embed({"a"}, SLUICE_EMBED_QUERY).status, SLUICE_E_RETRY);
  fake.server().start();
  EXPECT_TRUE(becomes_true([&] { return host.dimension() == kDimension; }));
  EXPECT_EQ(host.send(1).count(SLUICE_OK), 1U);
  EXPECT_EQ(count_lines(host, "TEI does not answer"), 1U);
  EXPECT_EQ(count_lines(host, "TEI 1.9.3 with fake/embedder: 48 dimensions"), 1U);
}

TEST(TeiEmbedder, SurvivesAnOutageAndReadsTheLimitsAgain) {
  Connected c;
  c.fake.server().stop();
  EXPECT_EQ(c.host.send(1).count(SLUICE_E_RETRY), 1U) << "was tried";
  for (int i = 0; i < 3; ++i) EXPECT_EQ(c.host.send(1).count(SLUICE_E_AGAIN), 1U);
  c.fake.change([](TeiOptions& o) { o.max_client_batch_size = 64; });
  c.fake.server().start();
  c.fake.reset_counters();
  EXPECT_TRUE(becomes_true([&] { return c.host.send(64).count(SLUICE_OK) == 64; }));
  EXPECT_EQ(c.fake.counters().calls, 2U) << "one text to see that it works, then all the others";
  EXPECT_EQ(count_lines(c.host, "TEI does not answer"), 1U);
  EXPECT_EQ(count_lines(c.host, "TEI works again"), 1U);
}

TEST(TeiEmbedder, AnotherDimensionAfterARestartIsRefused) {
  Connected c;
  c.fake.server().stop();
  c.fake.change([](TeiOptions& o) { o.model_id = "other", o.dimension = 96; });
  c.fake.server().start();
  EXPECT_TRUE(becomes_true([&] {
    const Returned batch = c.host.send(1);
    return batch.slots[0].verdict == SLUICE_E_AGAIN &&
           batch.slots[0].why.starts_with("The model at url now makes vectors of 96 dimensions");
  }));
  EXPECT_EQ(c.host.dimension(), kDimension);
}

TEST(TeiEmbedder, TheKeyIsSentAndARefusedOneHoldsThePages) {
  TeiOptions options = small();
  options.api_key = "secret";
  Connected c(options, {{"api_key", "secret"}});
  EXPECT_EQ(c.host.send(1).count(SLUICE_OK), 1U);
  EmbedderBox wrong(json{{"url", c.fake.url()}, {"api_key", "guess"}});
  wrong.configure_and_start();
  const Returned batch = wrong.send(1);
  EXPECT_EQ(batch.slots[0].verdict, SLUICE_E_AGAIN);
  EXPECT_EQ(batch.slots[0].why,
            "TEI refuses the api_key with status 401; set api_key to the key that it was started "
            "with");
  for (const std::string& line : wrong.log_lines()) {
    EXPECT_EQ(line.find("guess"), std::string::npos) << line;
  }
}

TEST(TeiEmbedder, SpeaksTls) {
  TeiOptions options = small();
  options.server.security = sluice::fakes::Security::kTls;
  FakeTei fake(options);
  EmbedderBox host(json{{"url", fake.url()}}, fake.server().certificate_file());
  host.configure_and_start();
  EXPECT_EQ(host.send(3).count(SLUICE_OK), 3U);
  EmbedderBox stranger(json{{"url", fake.url()}});
  stranger.configure_and_start();
  const Returned batch = stranger.send(1);
  EXPECT_EQ(batch.slots[0].verdict, SLUICE_E_AGAIN);
  EXPECT_NE(batch.slots[0].why.find("TLS"), std::string::npos) << batch.slots[0].why;
}

TEST(TeiEmbedder, RefusesSettingsThatCannotWork) {
  const auto finding = [](json settings) {
    EmbedderBox host(std::move(settings));
    const auto error = host.configure();
    return error ? error->pointer + ": " + error->message : std::string{};
  };
  EXPECT_EQ(finding({{"url", "localhost:8081"}}),
            "/url: url is not an http:// or https:// address such as http://localhost:8081");
  EXPECT_EQ(
      finding({{"url", "http://a"}, {"query_prompt", "a"}, {"query_prompt_name", "b"}}),
      "/query_prompt_name: query_prompt and query_prompt_name are both set; keep one of them");
  EXPECT_EQ(finding({{"url", "http://a"}, {"api_key", "a\nb"}}),
            "/api_key: api_key has a line break in it");
}

TEST(TeiEmbedder, RefusesToStartOnAModelThatMakesNoVectors) {
  TeiOptions options = small();
  options.model_type = "reranker";
  FakeTei fake(options);
  EmbedderBox host(json{{"url", fake.url()}});
  ASSERT_FALSE(host.configure());
  const auto started = host.start();
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find("is a reranker and makes no vectors"), std::string::npos)
      << started.error().message;
}

TEST(TeiEmbedder, ProbeReachesTheServiceWithoutAStart) {
  FakeTei fake(small());
  EmbedderBox host(json{{"url", fake.url()}});
  ASSERT_FALSE(host.configure());
  const auto reached = host.probe();
  ASSERT_TRUE(reached) << reached.error().message;
  EXPECT_TRUE(reached->starts_with(
      "TEI 1.9.3 with fake/embedder: 48 dimensions, 32 texts a request, 16384 tokens a batch, "
      "512 tokens a text, 512 texts at once; one text took "))
      << *reached;
  EXPECT_EQ(fake.counters().inputs, 1U);
  fake.server().stop();
  const auto failed = host.probe();
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message.find("TEI does not answer: "), std::string::npos)
      << failed.error().message;
}

TEST(TeiEmbedder, CountsTextsTokensAndCallsOfThePipelineOnly) {
  Connected c;
  c.host.send({{"a", 7}, {"b", 8}});
  c.host.embed({"query"}, SLUICE_EMBED_QUERY);
  const std::string metrics = c.host.metrics();
  EXPECT_NE(metrics.find("sluice_embed_inputs_total{stage=\"embed\"} 2\n"), std::string::npos)
      << metrics;
  EXPECT_NE(metrics.find("sluice_embed_tokens_total{stage=\"embed\"} 15\n"), std::string::npos);
  EXPECT_NE(metrics.find("sluice_embed_calls_total{stage=\"embed\"} 1\n"), std::string::npos);
}

TEST(TeiEmbedder, StopGivesBatchesBack) {
  TeiOptions options = small();
  Connected c(options);
  c.fake.change([](TeiOptions& o) { o.latency.base = 1h; });
  auto batch = c.host.submit({{"a"}, {"b"}});
  ASSERT_TRUE(becomes_true([&] { return c.fake.server().counters().in_flight == 1; }));
  c.host.stop();
  ASSERT_EQ(batch.wait_for(0s), std::future_status::ready);
  EXPECT_EQ(batch.get().count(SLUICE_E_STOPPING), 2U);
}

}  // namespace
}  // namespace tei
