// Pages of other origins that call from a browser.
#include "running_server.hpp"

namespace sluice::net {
namespace {

using namespace test;

class Cors : public ::testing::Test {
 protected:
  Cors() : server_(options()) {
    server_.echo("GET", "/a");
    server_.echo("POST", "/a");
    server_.start();
  }
  static ServerOptions options() {
    ServerOptions options;
    options.admits_origin = [](std::string_view origin) { return origin == "https://app.example"; };
    return options;
  }
  std::string ask(const std::string& method, const std::string& headers) {
    return server_.tell(method + " /a HTTP/1.1\r\nHost: test\r\nConnection: close\r\n" + headers +
                        "\r\n");
  }

  RunningServer server_;
};

constexpr const char* kOurs = "Origin: https://app.example\r\n";
constexpr const char* kOthers = "Origin: https://evil.example\r\n";
constexpr const char* kAsks = "Access-Control-Request-Method: POST\r\n";

TEST_F(Cors, LetsAnAdmittedOriginReadAnswers) {
  const std::string answer = ask("GET", kOurs);
  EXPECT_TRUE(has(answer, "HTTP/1.1 200"));
  EXPECT_TRUE(has(answer, "Access-Control-Allow-Origin: https://app.example\r\n")) << answer;
  EXPECT_TRUE(has(answer, "Vary: Origin\r\n"));
  EXPECT_TRUE(has(answer, "Access-Control-Expose-Headers: X-Request-ID, Retry-After\r\n"));
}

TEST_F(Cors, SaysNothingToOtherOrigins) {
  for (const char* headers : {"", kOthers, "Origin: null\r\n", "Origin: \x01\r\n"}) {
    EXPECT_FALSE(has(ask("GET", headers), "Access-Control")) << headers;
  }
}

TEST_F(Cors, AnswersTheQuestionBeforeARequest) {
  const std::string answer = ask("OPTIONS", std::string(kOurs) + kAsks);
  EXPECT_TRUE(has(answer, "HTTP/1.1 204")) << answer;
  EXPECT_TRUE(has(answer, "Access-Control-Allow-Origin: https://app.example\r\n"));
  EXPECT_TRUE(has(answer, "Access-Control-Allow-Methods: GET, HEAD, POST"));
  EXPECT_TRUE(has(answer, "Access-Control-Allow-Headers: Authorization, Content-Type"));
}

TEST_F(Cors, AnswersItToNobodyElse) {
  EXPECT_TRUE(has(ask("OPTIONS", std::string(kOthers) + kAsks), "HTTP/1.1 405"));
  EXPECT_TRUE(has(ask("OPTIONS", kOurs), "HTTP/1.1 405"));
}

TEST_F(Cors, TellsAnAdmittedOriginOfFaultsToo) {
  const std::string answer = server_.tell(
      std::string("GET /nowhere HTTP/1.1\r\nHost: t\r\nConnection: close\r\n") + kOurs + "\r\n");
  EXPECT_TRUE(has(answer, "HTTP/1.1 404"));
  EXPECT_TRUE(has(answer, "Access-Control-Allow-Origin: https://app.example\r\n"));
}

TEST_F(Cors, DoesNotRememberAnOriginForTheNextRequest) {
  const std::string answers = server_.tell(get("/a", kOurs) + get("/a", "Connection: close\r\n"));
  const auto first = answers.find("Access-Control-Allow-Origin");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(answers.find("Access-Control-Allow-Origin", first + 1), std::string::npos);
}

}  // namespace
}  // namespace sluice::net
