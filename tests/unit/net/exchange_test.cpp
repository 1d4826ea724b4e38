// Exchange, its answers, and the budget of bodies.
#include "net/exchange.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace sluice::net {
namespace {

TEST(Exchange, AnswersOnceWhoeverComesFirst) {
  std::atomic<int> answers = 0;
  {
    const auto exchange =
        std::make_shared<Exchange>(Request{}, [&](const Response&) { ++answers; });
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] { exchange->respond(json_response(200, "{}")); });
    }
    for (auto& thread : threads) thread.join();
  }
  EXPECT_EQ(answers, 1);
}

TEST(Exchange, AnswersFiveHundredWhenDropped) {
  Response answer;
  std::make_shared<Exchange>(Request{}, [&](const Response& response) { answer = response; });
  EXPECT_EQ(answer.status, 500U);
  EXPECT_EQ(answer.body,
            R"({"detail":"The server gave the request up without an answer; its log says why."})");
}

TEST(Exchange, GivesTheRoomOfItsBodyBackBeforeItsAnswer) {
  const auto budget = std::make_shared<ByteBudget>(100);
  ByteCharge charge(budget);
  EXPECT_TRUE(charge.raise_to(60));
  Request request;
  request.path = "/api/test-index";
  request.body = std::string(60, 'x');
  Exchange exchange(
      std::move(request), [](const Response&) {}, std::move(charge));
  EXPECT_EQ(budget->used(), 60U);

  exchange.release_body();

  EXPECT_EQ(budget->used(), 0U);
  EXPECT_TRUE(exchange.request().body.empty());
  EXPECT_EQ(exchange.request().path, "/api/test-index");
  exchange.respond(json_response(200, "{}"));
}

TEST(Response, EscapesTheDetail) {
  EXPECT_EQ(error_response(400, "a \"b\"\n\\ \x01 \xC3\xA4").body,
            "{\"detail\":\"a \\\"b\\\"\\n\\\\ \\u0001 \xC3\xA4\"}");
  EXPECT_EQ(error_response(400, "\xFF").body, "{\"detail\":\"\xEF\xBF\xBD\"}");
  EXPECT_EQ(error_response(400, "x").content_type, "application/json");
}

TEST(Request, FindsHeadersInAnyCase) {
  Request request;
  request.headers = {{"Content-Type", "a"}, {"content-type", "b"}};
  EXPECT_EQ(request.header("CONTENT-TYPE"), "a");
  EXPECT_EQ(request.header("Content-Typ"), std::nullopt);
}

TEST(ByteBudget, RefusesBeyondItsLimitAndGetsBack) {
  const auto budget = std::make_shared<ByteBudget>(100);
  {
    ByteCharge first(budget);
    EXPECT_TRUE(first.raise_to(60));
    EXPECT_TRUE(first.raise_to(50));
    ByteCharge second(budget);
    EXPECT_FALSE(second.raise_to(41));
    EXPECT_TRUE(second.raise_to(40));
    const ByteCharge moved = std::move(second);
    EXPECT_EQ(budget->used(), 100U);
  }
  EXPECT_EQ(budget->used(), 0U);
}

}  // namespace
}  // namespace sluice::net
