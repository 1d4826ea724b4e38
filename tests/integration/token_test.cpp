// The API's token and rate limit.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

namespace sluice::testing {
namespace {

constexpr const char* kToken = "tok-5f2a91c7";

class Token : public ::testing::Test {
 protected:
  void SetUp() override {
    host_.set_file({.top = std::string("api: {token: ") + kToken + "}\n"});
    host_.start();
  }
  Http& http() { return host_.http(); }

  TestHost host_;
};

TEST_F(Token, GuardsTheApi) {
  for (const char* path : {"/api/stats", "/api/crawls", "/api/crawls/x", "/api/pipeline"}) {
    const Answer answer = http().get(path);
    EXPECT_EQ(answer.status, 401U) << path;
    EXPECT_TRUE(answer.json()["detail"].is_string()) << path;
  }
  EXPECT_EQ(http().post("/api/search", {{"query", "a"}}).status, 401U);
  EXPECT_EQ(http().post("/api/index", {{"url", "https://a.example/"}, {"markdown", "a"}}).status,
            401U);
  EXPECT_EQ(http().get("/api/stats", {{"Authorization", "Bearer wrong"}}).status, 401U);
  EXPECT_EQ(http().get("/api/stats", {{"Authorization", "Bearer "}}).status, 401U);
  EXPECT_EQ(http().get("/api/stats", {{"Authorization", std::string(kToken) + "x"}}).status, 401U);
}

TEST_F(Token, IsTakenWithBearerAndBare) {
  const std::string token = kToken;
  for (const std::string& value : {token, "Bearer " + token, "bearer " + token}) {
    EXPECT_EQ(http().get("/api/stats", {{"Authorization", value}}).status, 200U) << value;
    EXPECT_EQ(http().post("/api/search", {{"query", "a"}}, {{"Authorization", value}}).status,
              200U);
  }
}

TEST_F(Token, IsNotAskedForByWebhooksHealthAndMetrics) {
  EXPECT_EQ(deliver(http(), Crawl("open").page(PageMaker("open").make())).status, 202U);
  for (const char* path : {"/health", "/health/live", "/health/ready", "/metrics", "/"}) {
    EXPECT_EQ(http().get(path).status, 200U) << path;
  }
}

TEST_F(Token, IsNeverShown) {
  const std::vector<net::Header> key = {{"Authorization", std::string("Bearer ") + kToken}};
  deliver(http(), Crawl("shown").page(PageMaker("shown").make()));
  http().get("/api/stats", {{"Authorization", "Bearer wrong"}});
  const auto shown = [&](const std::string& text) {
    return text.find(kToken) != std::string::npos || text.find(kSecret) != std::string::npos;
  };
  for (const char* path :
       {"/api/pipeline", "/api/stats", "/api/crawls", "/health", "/metrics", "/"}) {
    EXPECT_FALSE(shown(http().get(path, key).body)) << path;
  }
  for (const char* output : {"text", "json"}) {
    for (const char* verb : {"explain", "check", "graph"}) {
      const auto done = run_sluice({verb, host_.pipeline().string(), "--output", output});
      EXPECT_EQ(done.exit_code, 0) << done.err;
      EXPECT_FALSE(shown(done.out + done.err)) << verb << ' ' << output;
    }
  }
  host_.stop();
  EXPECT_FALSE(shown(host_.process().err() + host_.process().out()));
}

TEST(TokenMissing, IsRefusedBeyondLoopback) {
  TestHost host({.listen = "0.0.0.0:0"});
  const auto done = run_sluice({"check", host.pipeline().string()});
  EXPECT_EQ(done.exit_code, 78) << done.out;
  EXPECT_NE(done.err.find("api.token"), std::string::npos) << done.err;
}

TEST(RateLimit, HoldsBackAClientThatAsksTooOften) {
  TestHost host({.top = "api: {rate_limit: 5/s}\n"});
  host.start();
  Answer refused;
  for (int i = 0; i < 50 && refused.status != 429; ++i) refused = host.http().get("/api/stats");

  ASSERT_EQ(refused.status, 429U);
  EXPECT_GE(std::stoi("0" + refused.header("Retry-After")), 1);
  EXPECT_TRUE(refused.json()["detail"].is_string());
  PageMaker maker("rate");
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(deliver(host.http(), Crawl("rate").page(maker.make())).status, 202U);
    EXPECT_EQ(host.http().get("/health").status, 200U);
    EXPECT_EQ(host.http().get("/metrics").status, 200U);
  }
  EXPECT_TRUE(eventually([&] { return host.http().get("/api/stats").status == 200; }));
}

}  // namespace
}  // namespace sluice::testing
