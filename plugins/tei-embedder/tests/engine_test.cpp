// The engine against a service that says what the test wants, at the time that the test wants.
#include "engine_fixture.hpp"

namespace tei {
namespace {

using EngineTest = EngineFixture;

TEST_F(EngineTest, ConnectsOnceAndSaysWhatItFound) {
  engine.connect();
  engine.connect();
  EXPECT_EQ(service.open_calls(), Calls{"/info 0"});
  EXPECT_EQ(engine.wait_connected(0ms)->why, "TEI has not answered yet.");
  service.answer_info(R"("max_client_batch_size":16)");
  EXPECT_EQ(service.open_calls(), Calls{"/embed 1"});
  EXPECT_EQ(engine.dimension(), 0U);
  service.answer_vectors(3);
  EXPECT_FALSE(engine.wait_connected(0ms));
  EXPECT_EQ(engine.dimension(), 3U);
  ASSERT_EQ(service.lines.size(), 1U);
  EXPECT_EQ(
      service.lines[0],
      "TEI 1.9.3 with m: 3 dimensions, 16 texts a request, 16384 tokens a batch, 512 tokens a "
      "text, 512 texts at once; one text took 0 ms");
  EXPECT_EQ(service.calls, 0U) << "the probe is nobody's text";
}

TEST_F(EngineTest, SplitsByTheServersCount) {
  connect();
  Fate fate;
  submit(80, fate);
  EXPECT_EQ(service.open_calls(), (Calls{"/embed 32", "/embed 32", "/embed 16"}));
  for (int i = 0; i < 3; ++i) service.answer_vectors();
  EXPECT_EQ(fate.count("done"), 80U);
  EXPECT_TRUE(fate.is_over);
  EXPECT_EQ(fate.vectors[33], (std::vector<float>{1, 0})) << "the second of the second request";
  EXPECT_EQ(service.calls, 3U);
  EXPECT_EQ(service.texts, 80U);
  EXPECT_EQ(service.tokens, 800U);
}

TEST_F(EngineTest, SplitsByTheServersTokens) {
  connect(R"("max_batch_tokens":25)");
  Fate fate;
  submit(5, fate);
  EXPECT_EQ(service.open_calls(), (Calls{"/embed 2", "/embed 2", "/embed 1"}));
}

TEST_F(EngineTest, ATextBeyondTheTokensTravelsAlone) {
  connect(R"("max_batch_tokens":5)");
  Fate fate;
  submit(2, fate);
  EXPECT_EQ(service.open_calls(), (Calls{"/embed 1", "/embed 1"}));
}

TEST(Engine, TheSettingsCanOnlyLowerTheLimits) {
  ScriptedService service;
  Engine engine(service, {.max_batch = 3, .max_batch_tokens = 1000, .normalize = Normalize::kNo});
  Fate fate;
  engine.submit({.job = make_job(7, fate)});
  service.answer_info(R"("max_client_batch_size":4,"max_batch_tokens":20)");
  service.answer_vectors();
  EXPECT_EQ(service.open_calls(), (Calls{"/embed 2", "/embed 2", "/embed 2", "/embed 1"}));
}

TEST_F(EngineTest, WorkBringsTheConnectionAboutAndWaitsForIt) {
  Fate fate;
  submit(2, fate);
  EXPECT_EQ(service.open_calls(), Calls{"/info 0"});
  service.answer_info();
  service.answer_vectors();
  service.answer_vectors();
  EXPECT_EQ(fate.count("done"), 2U);
}

TEST_F(EngineTest, WithoutAServiceTextsGoBackUncountedUntilTheNextLook) {
  Fate first;
  submit(3, first);
  service.answer(Reply{.loss = Reply::Loss::kNoAnswer, .body = "refused"});
  EXPECT_EQ(first.count("again"), 3U);
  EXPECT_EQ(first.verdicts[0].why, "TEI does not answer: refused");
  EXPECT_EQ(first.verdicts[0].retry_after, 500ms);
  service.advance(100ms);
  Fate second;
  submit(3, second);
  EXPECT_EQ(second.count("again"), 3U);
  EXPECT_EQ(second.verdicts[0].retry_after, 400ms);
  EXPECT_TRUE(service.open.empty());
  service.advance(400ms);
  Fate third;
  submit(3, third);
  ASSERT_EQ(service.open_calls(), Calls{"/info 0"});
  service.answer_info();
  service.answer_vectors();
  service.answer_vectors();
  EXPECT_EQ(third.count("done"), 3U);
}

TEST_F(EngineTest, AnOutageIsLoggedOnceHoweverLongItLasts) {
  for (int i = 0; i < 20; ++i) {
    Fate fate;
    submit(3, fate);
    service.answer(Reply{.loss = Reply::Loss::kNoAnswer, .body = "refused"});
    service.advance(500ms);
  }
  EXPECT_EQ(service.lines, Calls{"TEI does not answer: refused"});
}

TEST_F(EngineTest, QueriesAreToldAtOnceThatThereIsNoService) {
  engine.connect();
  service.answer(Reply{.loss = Reply::Loss::kNoAnswer, .body = "refused"});
  Fate fate;
  engine.submit({.job = make_job(1, fate), .purpose = Purpose::kQuery});
  EXPECT_EQ(fate.of(0), "again");
  EXPECT_EQ(fate.verdicts[0].why, "TEI does not answer: refused");
}

TEST_F(EngineTest, TellsWhyThereAreNoVectorsUntilThereAre) {
  engine.connect();
  service.answer(Reply{.loss = Reply::Loss::kNoAnswer, .body = "refused"});
  EXPECT_EQ(service.trouble, "TEI does not answer: refused");
  service.advance(500ms);
  engine.tick();
  service.answer_info();
  service.answer_vectors();
  EXPECT_EQ(service.trouble, "");
  Fate fate;
  engine.submit({.job = make_job(1, fate), .purpose = Purpose::kQuery});
  service.answer(Reply{.loss = Reply::Loss::kNoAnswer, .body = "reset"});
  EXPECT_EQ(service.trouble, "TEI does not answer: reset");
}

TEST_F(EngineTest, ComesBackByItselfWhenNobodySendsAnything) {
  engine.connect();
  service.answer(Reply{.loss = Reply::Loss::kNoAnswer, .body = "refused"});
  engine.tick();
  EXPECT_TRUE(service.open.empty()) << "not at once";
  service.advance(500ms);
  engine.tick();
  engine.tick();
  EXPECT_EQ(service.open_calls(), Calls{"/info 0"});
  service.answer_info();
  service.answer_vectors();
  EXPECT_EQ(engine.dimension(), 2U);
}

TEST_F(EngineTest, AfterAFailureTheServiceHasToMakeOneVectorFirst) {
  connect();
  Fate first;
  submit(1, first);
  service.answer(503, R"({"error":"unhealthy","error_type":"Unhealthy"})");
  EXPECT_EQ(first.of(0), "retry");
  EXPECT_EQ(first.verdicts[0].why, "TEI answered 503 to /embed: unhealthy");
  Fate second;
  submit(80, second);
  EXPECT_EQ(service.open_calls(), Calls{"/info 0"});
  service.answer_info(R"("max_client_batch_size":64)");
  ASSERT_EQ(service.open_calls(), Calls{"/embed 1"}) << "none of the texts yet";
  service.answer_vectors();
  EXPECT_EQ(service.open_calls(), (Calls{"/embed 64", "/embed 16"})) << "with the new limits";
  service.answer_vectors();
  service.answer_vectors();
  EXPECT_EQ(second.count("done"), 80U);
  EXPECT_EQ(service.lines, (Calls{"TEI answered 503 to /embed: unhealthy", "TEI works again"}));
}

// /info answers, the model does not: a text is tried once and then waits, uncounted.
TEST_F(EngineTest, WhileNothingWorksNoTextIsTried) {
  connect();
  Fate first;
  submit(1, first);
  service.answer(500, "boom");
  EXPECT_EQ(first.of(0), "retry");
  for (int i = 0; i < 20; ++i) {
    Fate fate;
    submit(40, fate);
    service.answer_info();
    ASSERT_EQ(service.open_calls(), Calls{"/embed 1"});
    service.answer(500, "boom");
    EXPECT_EQ(fate.count("again"), 40U);
    EXPECT_EQ(fate.verdicts[0].retry_after, 500ms);
    service.advance(500ms);
  }
  EXPECT_EQ(service.lines, Calls{"TEI answered 500 to /embed: boom"});
  Fate last;
  submit(1, last);
  service.answer_info();
  service.answer_vectors();
  service.answer_vectors();
  EXPECT_EQ(last.of(0), "done");
  EXPECT_EQ(service.lines.back(), "TEI works again");
}

TEST_F(EngineTest, AnotherModelIsAskedForItsDimensionAndRefusedWithAnother) {
  connect(R"("model_sha":"1")");
  Fate fate;
  submit(1, fate);
  service.answer(Reply{.loss = Reply::Loss::kNoAnswer, .body = "reset"});
  Fate later;
  submit(1, later);
  service.answer_info(R"("model_sha":"2")");
  EXPECT_EQ(service.open_calls(), Calls{"/embed 1"});
  service.answer_vectors(3);
  EXPECT_EQ(later.of(0), "hold");
  EXPECT_EQ(
      later.verdicts[0].why,
      "The model at url now makes vectors of 3 dimensions instead of 2; put the old one back, "
      "or restart with an index made for the new one.");
  EXPECT_EQ(engine.dimension(), 2U);

  EXPECT_EQ(later.verdicts[0].retry_after, 10s);
  service.advance(10s);
  Fate again;
  submit(1, again);
  service.answer_info(R"("model_sha":"3")");
  service.answer_vectors(2);
  service.answer_vectors(2);
  EXPECT_EQ(again.of(0), "done");
  EXPECT_TRUE(service.lines[1].starts_with("TEI has another model now")) << service.lines[1];
}

TEST_F(EngineTest, AModelOfAnotherKindIsUnfit) {
  engine.connect();
  service.answer(200, R"({"model_id":"acme/rank","model_type":{"reranker":{}}})");
  const auto failure = engine.wait_connected(0ms);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->outcome, Outcome::kUnfit);
  EXPECT_EQ(failure->why, "The model acme/rank at url is a reranker and makes no vectors.");
}

TEST_F(EngineTest, AServerThatHidesItsInfoIsTakenWithTheDefaults) {
  engine.connect();
  service.answer(404);
  service.answer_vectors();
  Fate fate;
  submit(33, fate);
  EXPECT_EQ(service.open_calls(), (Calls{"/embed 32", "/embed 1"}));
}

TEST_F(EngineTest, ABatchTooLargeIsHalvedAndTheNamedLimitRemembered) {
  connect(R"("max_client_batch_size":8)");
  Fate fate;
  submit(8, fate);
  service.answer(422, R"({"error":"batch size 8 > maximum allowed batch size 4"})");
  ASSERT_EQ(service.open_calls(), Calls{"/info 0"}) << "its limits have changed";
  service.answer_info(R"("max_client_batch_size":8)");
  EXPECT_EQ(service.open_calls(), (Calls{"/embed 4", "/embed 4"}));
  service.answer_vectors();
  service.answer_vectors();
  EXPECT_EQ(fate.count("done"), 8U);
  Fate next;
  submit(8, next);
  EXPECT_EQ(service.open_calls(), (Calls{"/embed 4", "/embed 4"})) << "although /info says 8";
}

TEST_F(EngineTest, A413IsHalvedDownToTheOneTextThatIsTooLarge) {
  connect();
  Fate fate;
  submit(4, fate);
  service.answer(413, "length limit exceeded");
  EXPECT_EQ(service.open_calls(), (Calls{"/embed 2", "/embed 2"}));
  service.answer(413, "length limit exceeded");  // one half
  service.answer_vectors();                      // the other
  EXPECT_EQ(service.open_calls(), (Calls{"/embed 1", "/embed 1"}));
  service.answer(413, "length limit exceeded");
  service.answer_vectors();
  EXPECT_EQ(fate.count("done"), 3U);
  EXPECT_EQ(fate.count("reject"), 1U);
}

TEST_F(EngineTest, OneBadTextIsFoundByHalvesAndRejectedAlone) {
  connect();
  Fate fate;
  submit(32, fate);
  std::size_t refused = 0;
  while (!service.open.empty()) {
    const bool has_poison = service.open.front().call.body.find("\"t17\"") != std::string::npos;
    refused += has_poison ? 1U : 0U;
    if (has_poison) {
      service.answer(422, R"({"error":"cannot be tokenized","error_type":"Tokenizer"})");
    } else {
      service.answer_vectors();
    }
  }
  EXPECT_EQ(fate.of(17), "reject");
  EXPECT_EQ(fate.verdicts[17].why, "TEI answered 422 to /embed: cannot be tokenized");
  EXPECT_EQ(fate.count("done"), 31U);
  EXPECT_EQ(refused, 6U) << "32, 16, 8, 4, 2, 1";
}

TEST_F(EngineTest, ATextThatRunsOutOfTimeGoesBack) {
  connect(R"("max_concurrent_requests":2,"max_client_batch_size":2)");
  Fate fate;
  submit(4, fate, 1s);
  EXPECT_EQ(service.open_calls(), Calls{"/embed 2"});
  EXPECT_EQ(service.open.front().call.timeout, 1s);
  service.advance(1s);
  engine.tick();
  EXPECT_EQ(fate.count("again"), 2U) << "they were never sent";
  EXPECT_EQ(fate.count("open"), 2U);
  service.answer(Reply{.loss = Reply::Loss::kNoAnswer, .body = "no answer within 1000 ms"});
  EXPECT_TRUE(fate.is_over);
}

TEST_F(EngineTest, AnAbandonedBatchIsNotSent) {
  Fate fate;
  auto job = make_job(2, fate);
  job->abandon();
  engine.submit({.job = std::move(job)});
  EXPECT_TRUE(fate.is_over);
  EXPECT_TRUE(service.open.empty());
}

TEST_F(EngineTest, ANumberThatIsNotFiniteRejectsItsTextOnly) {
  connect();
  Fate fate;
  submit(3, fate);
  service.answer(200, "[[1,2],[null,2],[3,4]]");
  EXPECT_EQ(fate.of(0) + fate.of(1) + fate.of(2), "donerejectdone");
  EXPECT_EQ(fate.verdicts[1].why, "The vector from TEI has numbers that are not finite.");
  EXPECT_EQ(service.texts, 2U);
}

TEST_F(EngineTest, AnotherLengthRejectsAndMakesItAskWhoTheServerIs) {
  connect();
  Fate fate;
  submit(1, fate);
  service.answer(200, "[[1,2,3]]");
  EXPECT_EQ(fate.of(0), "reject");
  EXPECT_EQ(fate.verdicts[0].why,
            "The vector from TEI has another length than the 2 dimensions of its model.");
  Fate next;
  submit(1, next);
  EXPECT_EQ(service.open_calls(), Calls{"/info 0"});
}

TEST_F(EngineTest, AnotherCountOrGarbageIsTriedAgainAsAWhole) {
  connect();
  Fate fate;
  submit(2, fate);
  service.answer(200, "[[1,2]]");
  EXPECT_EQ(fate.count("retry"), 2U);
  EXPECT_EQ(fate.verdicts[0].why, "The answer has 1 vectors for 2 texts.");
  Fate next;
  submit(2, next);
  service.answer_info();
  service.answer_vectors();
  service.answer(200, "<html>");
  EXPECT_EQ(next.count("retry"), 2U);
}

TEST_F(EngineTest, ARefusedKeyHoldsTheTextsAndAsksForAnOperator) {
  connect();
  Fate fate;
  submit(2, fate);
  service.answer(401);
  EXPECT_EQ(fate.count("hold"), 2U);
  EXPECT_EQ(service.lines.size(), 1U);
  Fate next;
  submit(1, next);
  service.answer_info();
  service.answer(401);
  EXPECT_EQ(next.of(0), "hold");
  EXPECT_EQ(next.verdicts[0].retry_after, 10s) << "a person has to do something first";
  EXPECT_EQ(service.lines.size(), 1U);
  service.advance(10s);
  Fate last;
  submit(1, last);
  service.answer_info();  // the server has the right key now
  service.answer_vectors();
  service.answer_vectors();
  EXPECT_EQ(last.of(0), "done");
}

TEST(Engine, PutsItsPromptsInFrontOfQueriesAndPassages) {
  ScriptedService service;
  Engine engine(
      service,
      {.normalize = Normalize::kNo, .passage_prompt = "passage: ", .query_prompt = "query: "});
  Fate passage;
  Fate query;
  engine.submit({.job = make_job(1, passage)});
  engine.submit({.job = make_job(1, query), .purpose = Purpose::kQuery});
  service.answer_info();
  EXPECT_EQ(service.open.front().call.body.find("passage"), std::string::npos) << "the probe";
  service.answer_vectors();
  ASSERT_EQ(service.open.size(), 2U);
  EXPECT_NE(service.open[0].call.body.find(R"(["query: t0"])"), std::string::npos);
  EXPECT_NE(service.open[1].call.body.find(R"(["passage: t0"])"), std::string::npos);
}

TEST(Engine, TakesBase64WhereTheServerGivesItAndTheSettingsAllowIt) {
  ScriptedService service;
  Engine engine(service, {.query_prompt_name = "query"});
  engine.connect();
  service.answer_info(R"("auto_truncate":true)");
  EXPECT_EQ(service.open_calls(), Calls{"/v1/embeddings 1"});
  service.answer(200, R"({"data":[{"embedding":"AACAPwAAgD8=","index":0}]})");
  EXPECT_EQ(engine.dimension(), 2U);
  Fate passage;
  Fate query;
  engine.submit({.job = make_job(1, passage)});
  engine.submit({.job = make_job(1, query), .purpose = Purpose::kQuery});
  EXPECT_EQ(service.open_calls(), (Calls{"/v1/embeddings 1", "/embed 1"}))
      << "only /embed knows the names of prompts";
  EXPECT_NE(service.open[1].call.body.find(R"("prompt_name":"query")"), std::string::npos);
  service.answer(200, R"({"data":[{"embedding":"AACAPwAAgD8=","index":0}]})");
  EXPECT_EQ(passage.vectors[0], (std::vector<float>{1, 1}));
}

TEST(Engine, TakesNumbersWhereBase64IsNotServedOrNotTheSame) {
  for (const char* answer : {"", R"({"data":[{"embedding":[1,2],"index":0}]})"}) {
    ScriptedService service;
    Engine engine(service, {});
    engine.connect();
    service.answer_info(R"("auto_truncate":true)");
    service.answer(*answer == '\0' ? 404 : 200, answer);
    EXPECT_EQ(service.open_calls(), Calls{"/embed 1"});
  }
  ScriptedService service;
  Engine engine(service, {});
  engine.connect();
  service.answer_info(R"("auto_truncate":false)");
  EXPECT_EQ(service.open_calls(), Calls{"/embed 1"}) << "it would not truncate as the settings say";
}

TEST(Engine, WhenBase64GoesAwayItGoesOnWithNumbers) {
  ScriptedService service;
  Engine engine(service, {});
  engine.connect();
  service.answer_info(R"("auto_truncate":true)");
  service.answer(200, R"({"data":[{"embedding":"AACAPwAAgD8=","index":0}]})");
  Fate fate;
  engine.submit({.job = make_job(1, fate)});
  service.answer(404);
  EXPECT_EQ(fate.of(0), "retry");
  Fate next;
  engine.submit({.job = make_job(1, next)});
  service.answer_info(R"("auto_truncate":true)");
  service.answer(404);       // /v1/embeddings
  service.answer_vectors();  // the sample
  service.answer_vectors();
  EXPECT_EQ(next.of(0), "done");
}

TEST_F(EngineTest, StopGivesBackWhatWaits) {
  Fate fate;
  submit(3, fate);
  engine.stop();
  EXPECT_EQ(fate.count("stopping"), 3U);
  service.answer(Reply{.loss = Reply::Loss::kStopping});
  Fate late;
  submit(1, late);
  EXPECT_EQ(late.of(0), "stopping");
  engine.tick();
  engine.connect();
  EXPECT_TRUE(service.open.empty());
}

}  // namespace
}  // namespace tei
