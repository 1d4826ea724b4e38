// The page at / for browsers.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

namespace sluice::testing {
namespace {

constexpr const char* kBrowser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

class Dashboard : public ::testing::Test {
 protected:
  void SetUp() override { host_.start(); }
  Answer page() { return host_.http().get("/", {{"Accept", kBrowser}}); }

  TestHost host_{{.top = "api: {token: tok-of-the-dashboard}\n"}};
};

TEST_F(Dashboard, IsForBrowsersAndJsonForOthers) {
  EXPECT_EQ(page().header("Content-Type"), "text/html; charset=utf-8");
  for (const std::vector<net::Header>& headers :
       {std::vector<net::Header>{}, std::vector<net::Header>{{"Accept", "*/*"}},
        std::vector<net::Header>{{"Accept", "application/json"}}}) {
    EXPECT_EQ(host_.http().get("/", headers).json()["service"], "sluice");
  }
}

TEST_F(Dashboard, MayDoNothingButWhatItIsMadeFor) {
  const std::string policy = page().header("Content-Security-Policy");
  EXPECT_NE(policy.find("default-src 'none'"), std::string::npos) << policy;
  EXPECT_NE(policy.find("script-src 'sha256-"), std::string::npos) << policy;
  EXPECT_NE(policy.find("connect-src 'self'"), std::string::npos) << policy;
  EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos) << policy;
  EXPECT_EQ(policy.find("unsafe"), std::string::npos) << policy;
}

// What its policy allows is what it has: one script, one style, both inside, and no markup made of
// answers.
TEST_F(Dashboard, NeedsNothingFromElsewhere) {
  const std::string body = page().body;
  const auto count = [&](const std::string& what) {
    std::size_t found = 0;
    for (auto at = body.find(what); at != std::string::npos; at = body.find(what, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count("<script>"), 1U);
  EXPECT_EQ(count("<style>"), 1U);
  for (const char* none : {" src=", " href=", "http://", "https://", "innerHTML", " style=", "@S",
                           " onclick", "eval("}) {
    EXPECT_EQ(count(none), 0U) << none;
  }
}

TEST_F(Dashboard, NeedsNoTokenAndShowsNone) {
  EXPECT_EQ(page().status, 200U);
  EXPECT_EQ(page().body.find("tok-of-the-dashboard"), std::string::npos);
  EXPECT_EQ(page().body.find("tested"), std::string::npos);  // nor anything of the pipeline
}

}  // namespace
}  // namespace sluice::testing
