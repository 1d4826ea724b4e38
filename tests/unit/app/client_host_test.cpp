#include "app/client_host.hpp"

#include "app/client_url.hpp"
#include "webhook_server.hpp"

#include <gtest/gtest.h>

namespace sluice::app {
namespace {

std::string base_of(const WebhookServer& server) { return address_of(server.url())->base; }

TEST(ClientHost, TakesAUrlApart) {
  const auto address = address_of("https://h.test:8443/api/hook?x=1");
  ASSERT_TRUE(address.ok());
  EXPECT_EQ(address->base, "https://h.test:8443");
  EXPECT_EQ(address->target, "/api/hook?x=1");
  EXPECT_FALSE(address_of("localhost:8080").ok());
  EXPECT_EQ(RemoteHost::check({.url = "ftp://x/"}).error().message,
            "--url: The URL cannot be used: it does not begin with http:// or https://.");
}

TEST(ClientHost, SendsTheTokenAndReadsObjects) {
  WebhookServer server([](const net::Request&) { return net::json_response(200, R"({"n":3})"); });
  RemoteHost host(HostAddress{base_of(server), "/"}, "t0ken");
  const auto answer = host.post("/hook", "{}");
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(count_at(answer->json, "n"), 3U);
  EXPECT_EQ(answer->text, R"({"n":3})");
  EXPECT_EQ(server.requests().at(0).header("Authorization"), "Bearer t0ken");
}

TEST(ClientHost, SaysHowToReachOne) {
  std::string base;
  {
    const WebhookServer server([](const net::Request&) { return net::json_response(200, "{}"); });
    base = base_of(server);
  }
  RemoteHost host(HostAddress{base, "/"}, {});
  const auto answer = host.get("/health");
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().message,
            "no host answers at " + base +
                " (nothing listens there); start one with \"sluice run FILE\", or give the "
                "address of the one you mean");
}

struct Refusal {
  unsigned status;
  const char* body;
  const char* token;
  const char* sentence;  // {} stands for the host's address
};

class ClientHostRefusal : public testing::TestWithParam<Refusal> {};

TEST_P(ClientHostRefusal, BecomesASentence) {
  const Refusal& refusal = GetParam();
  WebhookServer server(
      [&](const net::Request&) { return net::json_response(refusal.status, refusal.body); });
  RemoteHost host(HostAddress{base_of(server), "/"}, refusal.token);
  const auto answer = host.post("/hook", "{}");
  ASSERT_FALSE(answer.ok());
  std::string sentence = refusal.sentence;
  if (const auto at = sentence.find("{}"); at != sentence.npos)
    sentence.replace(at, 2, base_of(server));
  EXPECT_EQ(answer.error().message, sentence);
}

INSTANTIATE_TEST_SUITE_P(
    Answers, ClientHostRefusal,
    testing::Values(
        Refusal{401, "{}", "",
                "the host at {} wants a token; give it with --token or SLUICE_API_TOKEN"},
        Refusal{401, "{}", "x",
                "the host at {} does not take this token; compare it with its api.token"},
        Refusal{422, R"({"detail":"query is blank"})", "",
                "the host answered HTTP 422: query is blank"},
        Refusal{404, R"({"detail":"no \u001b[2Jsuch"})", "",
                "the host answered HTTP 404: no [2Jsuch"},
        Refusal{500, "oops", "", "the host answered HTTP 500 Internal Server Error"},
        Refusal{200, "<html>", "", "what answers at {} is not a sluice host"},
        Refusal{200, "[]", "", "what answers at {} is not a sluice host"}));

TEST(ClientHost, ReadsAnswersOfAnyShape) {
  const nlohmann::json odd = {{"text", 1}, {"count", -1}, {"number", "x"}};
  EXPECT_EQ(text_at(odd, "text"), "");
  EXPECT_EQ(count_at(odd, "count"), 0U);
  EXPECT_EQ(number_at(odd, "number"), 0);
  EXPECT_TRUE(part_at(nlohmann::json::array(), "x").is_null());
}

TEST(ClientUrl, EncodesWhatIsNotPlain) {
  EXPECT_EQ(percent_encoded("a-b/c ü", "-"), "a-b%2Fc%20%C3%BC");
}

}  // namespace
}  // namespace sluice::app
