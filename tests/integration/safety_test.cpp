// Who may do what: proxies that are trusted, origins that are admitted, secrets that stay secret.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

namespace sluice::testing {
namespace {

using nlohmann::json;

std::vector<net::Header> from(const std::string& client) { return {{"X-Forwarded-For", client}}; }

TEST(TrustedProxy, NamesTheClientThatIsLimited) {
  TestHost host({.top = "api: {rate_limit: 3/s, trusted_proxies: [127.0.0.0/8]}\n"});
  host.start();
  Answer refused;
  for (int i = 0; i < 30 && refused.status != 429; ++i) {
    refused = host.http().get("/api/stats", from("198.51.100.1"));
  }
  EXPECT_EQ(refused.status, 429U);
  EXPECT_EQ(host.http().get("/api/stats", from("198.51.100.2")).status, 200U);
}

TEST(TrustedProxy, IsNobodyUnlessListed) {
  TestHost host({.top = "api: {rate_limit: 3/s, trusted_proxies: [192.0.2.1]}\n"});
  host.start();
  Answer refused;
  for (int i = 0; i < 50 && refused.status != 429; ++i) {
    refused = host.http().get("/api/stats", from("198.51.100." + std::to_string(i)));
  }
  EXPECT_EQ(refused.status, 429U);
}

TEST(TrustedProxy, IsAnAddressOrTheFileIsRefused) {
  TestHost host({.top = "api: {trusted_proxies: [proxy.example]}\n"});
  const auto done = run_sluice({"check", host.pipeline().string()});
  EXPECT_EQ(done.exit_code, kConfigExit);
  EXPECT_NE(done.err.find("api.trusted_proxies[0]: expected an address or a network"),
            std::string::npos)
      << done.err;
}

TEST(Origins, AreAdmittedAsTheFileLists) {
  TestHost host({.top = "api: {token: tok, cors: [\"https://app.example\"]}\n"});
  host.start();
  const auto preflight = [&](const std::string& origin) {
    return host.http().send("OPTIONS", "/api/search", {},
                            {{"Origin", origin}, {"Access-Control-Request-Method", "POST"}});
  };
  EXPECT_EQ(preflight("https://app.example").status, 204U);
  EXPECT_EQ(preflight("https://app.example").header("Access-Control-Allow-Origin"),
            "https://app.example");
  EXPECT_EQ(preflight("https://evil.example").status, 405U);
  const Answer refused = host.http().get("/api/stats", {{"Origin", "https://app.example"}});
  EXPECT_EQ(refused.status, 401U);  // admitted is not let in
  EXPECT_EQ(refused.header("Access-Control-Allow-Origin"), "https://app.example");
}

TEST(AnswerHeaders, SayHowLongItTook) {
  TestHost host;
  host.start();
  const Answer answer = host.http().get("/health/live");
  EXPECT_GT(std::stod("0" + answer.header("X-Process-Time")), 0.0);
}

// Secrets of every kind, and everything the host says, at its most talkative.
class Secrets : public ::testing::Test {
 protected:
  static constexpr const char* kToken = "planted-token-0a1b2c";
  static constexpr const char* kKey = "planted-key-3d4e5f";
  static constexpr const char* kPassword = "planted-password-6a7b8c";

  static PipelineFile file() {
    return {.top = std::string("api: {token: ") + kToken + "}\n",
            .source_config = std::string(", api_key: ") + kKey +
                             ", api_url: \"http://user:" + kPassword + "@127.0.0.1:9\""};
  }
  void expect_none(const std::string& text, const std::string& where) {
    for (const char* secret : {kToken, kKey, kPassword, kSecret}) {
      EXPECT_EQ(text.find(secret), std::string::npos) << secret << " in " << where << ":\n" << text;
    }
  }
};

TEST_F(Secrets, AreInNoAnswerAndNoLine) {
  const TestHost plain(file());  // for its file
  TestHost host(plain.pipeline(), {"--log-level", "debug"});
  host.start();
  const std::vector<net::Header> key = {{"Authorization", std::string("Bearer ") + kToken}};
  const json document = host.http().get("/api/openapi.json", key).json();
  deliver(host.http(), Crawl("planted").page(PageMaker("planted").make()));
  host.http().send("POST", kWebhook, "{}", {{"X-Firecrawl-Signature", "sha256=00"}});
  for (const auto& [path, item] : document["paths"].items()) {
    for (const auto& [method, operation] : item.items()) {
      std::string verb = method;
      for (char& c : verb) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      for (const auto& headers :
           {key, std::vector<net::Header>{{"Authorization", std::string(kToken) + "x"}}}) {
        const Answer answer = host.http().send(verb, path, verb == "GET" ? "" : "{}", headers);
        for (const auto& header : answer.headers) expect_none(header.value, path);
        expect_none(answer.body, verb + " " + path);
      }
    }
  }
  host.process().send(SIGHUP);
  EXPECT_TRUE(
      eventually([&] { return host.process().err().find("unchanged") != std::string::npos; }));
  host.stop();
  expect_none(host.process().err() + host.process().out(), "the log");
}

TEST_F(Secrets, AreInNoFinding) {
  PipelineFile broken = file();
  broken.top += "limits: {records: none}\n";
  broken.source_config += ", no_such_key: 1";
  const TestHost host(broken);
  for (const char* verb : {"check", "explain", "graph", "run"}) {
    for (const char* output : {"text", "json"}) {
      const auto done = run_sluice({verb, host.pipeline().string(), "--output", output});
      expect_none(done.out + done.err, verb);
    }
  }
}

TEST_F(Secrets, AreNotShownWhenOneIsOfTheWrongType) {
  PipelineFile broken = file();
  broken.top = std::string("api: {token: [") + kToken + "], rate_limit: " + kKey + "}\n";
  const TestHost host(broken);
  const auto done = run_sluice({"check", host.pipeline().string()});
  EXPECT_EQ(done.exit_code, kConfigExit);
  EXPECT_EQ((done.out + done.err).find(kToken), std::string::npos) << done.err;
}

}  // namespace
}  // namespace sluice::testing
