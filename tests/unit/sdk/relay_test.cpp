// A component that passes answers on, in the fake host.
#include <sluice/plugin.hpp>
#include <sluice/relay.hpp>
#include <sluice/testing.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>

namespace sluice::sdk_tests {
namespace {

using namespace std::chrono_literals;
using sluice::testing::HttpCall;
using sluice::testing::HttpReply;
using sluice::testing::Stage;
using Passing = sluice::HttpRelay::Passing;

// Passes on what its far end says to /{how}: "plain" as it comes, "loud" with an exclamation mark
// after each part, "whole" in brackets; "fails" and "throws" do so with the first part.
class Passer final : public sluice::Component, public sluice::Transform {
 public:
  sluice::Status configure(sluice::Config) override {
    return routes_.add(host(), "GET", "/{how}", [this](sluice::HttpExchange x) {
      const std::string how(x.param("how"));
      sluice::HttpRequest request;
      request.url = "http://far.test/" + how;
      request.timeout = 5s;
      sluice::relay(host(), std::move(x), request, pass(how));
    });
  }
  sluice::Status process(sluice::Batch&) override { return {}; }

 private:
  static sluice::HttpRelay pass(const std::string& how) {
    sluice::HttpRelay relay;
    relay.head = [how](sluice::HttpHead& head) {
      if (how == "headless") throw std::runtime_error("the head's reason");
      head.headers.push_back({"X-Status", std::to_string(head.status)});
      head.status = 203;
      if (how == "whole") return Passing::kWhole;
      return how == "plain" ? Passing::kAsItComes : Passing::kRewritten;
    };
    relay.part = [how](std::string_view part, sluice::HttpRelay::Part kind, std::string& out) {
      if (how == "throws") throw std::runtime_error("the part's reason");
      out.append(part).append(kind == sluice::HttpRelay::Part::kLast ? "." : "!");
    };
    relay.done = [](const sluice::HttpResponse& response, sluice::HttpExchange exchange) {
      if (!exchange.is_open()) return;
      if (response.status == 0) return exchange.respond(502, "text/plain", response.body);
      exchange.respond(200, "text/plain", "[" + response.body + "]");
    };
    return relay;
  }

  sluice::HttpRoutes routes_;
};
constexpr sluice_descriptor kPasser = sluice::component<Passer>(
    {.id = "test.passer", .version = "1", .summary = "Passes answers on"});

HttpReply ask(Stage& stage, const std::string& how) {
  return stage.host().request({.method = "GET", .url = "/plugins/stage/" + how});
}

TEST(Relay, PassesOnRewritesOrBringsTheWhole) {
  Stage stage("{}", kPasser);
  ASSERT_EQ(stage.start(), "");
  stage.host().set_far_end([](const HttpCall&) {
    return HttpReply{.status = 201, .body = "abcde", .headers = {{"X-A", "b"}}, .part_size = 2};
  });
  const HttpReply plain = ask(stage, "plain");
  EXPECT_EQ(plain.status, 203U);
  EXPECT_EQ(plain.body, "abcde");
  EXPECT_EQ(plain.headers.at("X-A"), "b");
  EXPECT_EQ(plain.headers.at("X-Status"), "201");
  EXPECT_EQ(ask(stage, "loud").body, "ab!cd!e!.");
  EXPECT_EQ(ask(stage, "whole").body, "[abcde]");
  EXPECT_EQ(ask(stage, "whole").status, 200U);
  EXPECT_EQ(stage.finish(), "");
}

TEST(Relay, LeavesTheAnswerToThePluginWhenThereIsNone) {
  Stage stage("{}", kPasser);
  ASSERT_EQ(stage.start(), "");
  const HttpReply none = ask(stage, "plain");
  EXPECT_EQ(none.status, 502U);
  EXPECT_EQ(none.body, "nothing answers at http://far.test/plain");
  EXPECT_EQ(stage.finish(), "");
}

TEST(Relay, StopsAtWhatIsThrown) {
  Stage stage("{}", kPasser);
  ASSERT_EQ(stage.start(), "");
  stage.host().set_far_end([](const HttpCall&) { return HttpReply{.status = 200, .body = "x"}; });
  EXPECT_EQ(ask(stage, "throws").status, 0U) << "the caller sees a body that breaks off";
  EXPECT_EQ(stage.host().lines_with("the part's reason"), 1U);
  EXPECT_EQ(ask(stage, "headless").body, "[x]") << "nothing has gone on, so the whole is there";
  EXPECT_EQ(stage.host().lines_with("the head's reason"), 1U);
  EXPECT_EQ(stage.finish(), "");
}

}  // namespace
}  // namespace sluice::sdk_tests
