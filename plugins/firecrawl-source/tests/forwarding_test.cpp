// What the proxy lets through, and what it keeps away from Firecrawl.
#include "forwarding.hpp"

#include <gtest/gtest.h>

#include <string>

namespace firecrawl {
namespace {

int status_of(const Forwarded& request, bool allows_private = false) {
  const auto refused = refuse_forwarding(request, allows_private);
  return refused ? refused->status : 0;
}

TEST(Forwarding, LetsOrdinaryRequestsThrough) {
  EXPECT_EQ(status_of({.method = "GET", .path = "/v2/crawl/1/errors", .query = "skip=1"}), 0);
  EXPECT_EQ(status_of({.method = "POST",
                       .path = "/v2/scrape",
                       .body = R"({"url":"https://docs.example/","formats":["markdown"]})"}),
            0);
  EXPECT_EQ(status_of({.method = "POST", .path = "/v2/search", .body = R"({"query":"x"})"}), 0);
}

TEST(Forwarding, RefusesPathsThatLeaveTheApi) {
  for (const char* path : {"/v2/../admin", "/v2/..", "/v2/./x", "/v2/%2e%2e/admin", "/v2/a%2Fb",
                           "/v2/a\\..\\b", "/v2/%5C"}) {
    EXPECT_EQ(status_of({.method = "GET", .path = path}), 400) << path;
  }
  EXPECT_EQ(status_of({.method = "GET", .path = "/v2/a..b/.c"}), 0);
}

TEST(Forwarding, RefusesPrivateTargetsUnlessAllowed) {
  for (const char* body :
       {R"({"url":"http://127.0.0.1:6333/"})", R"({"urls":["https://a.example/","http://redis/"]})",
        R"({"url":"https://a.example/","url":"http://10.0.0.1/"})",
        R"({"\u0075rl":"http://\u0031\u0032\u0037.0.0.1/"})"}) {
    const Forwarded request{.method = "POST", .path = "/v2/scrape", .body = body};
    EXPECT_EQ(status_of(request), 403) << body;
    EXPECT_EQ(status_of(request, true), 0) << body;
  }
}

TEST(Forwarding, RefusesABodyThatCannotBeLookedInto) {
  for (const std::string body : {"{", "[]", "\xFF", "{\"url\":\"\xFF\"}", "\"x\""}) {
    EXPECT_EQ(status_of({.method = "POST", .path = "/v2/scrape", .body = body}), 400) << body;
  }
}

TEST(Forwarding, KnowsTheRequestsThatStartJobs) {
  EXPECT_TRUE(starts_job({.method = "POST", .path = "/v2/crawl"}));
  EXPECT_TRUE(starts_job({.method = "POST", .path = "/v1/batch/scrape"}));
  EXPECT_FALSE(starts_job({.method = "GET", .path = "/v2/crawl"}));
  EXPECT_FALSE(starts_job({.method = "POST", .path = "/v2/crawl/params-preview"}));
  EXPECT_FALSE(starts_job({.method = "POST", .path = "/v"}));
  EXPECT_EQ(started_job(R"({"success":true,"id":"c-1","url":"x"})"), "c-1");
  EXPECT_EQ(started_job(R"({"success":false})"), "");
  EXPECT_EQ(started_job("<html>"), "");
  EXPECT_EQ(started_job(R"({"id":")" + std::string(300, 'a') + "\"}"), "");
}

TEST(Forwarding, KnowsHowTheCallerReachesThisHost) {
  EXPECT_EQ(base_of("sluice.example:8080", ""), "http://sluice.example:8080");
  EXPECT_EQ(base_of("h", "https"), "https://h");
  EXPECT_EQ(base_of("evil\"/", ""), "");
  EXPECT_EQ(base_of("", ""), "");
  EXPECT_EQ(base_of(std::string(261, 'h'), ""), "") << "no host is that long";
}

TEST(Forwarding, LooksForNextInJsonAlone) {
  EXPECT_TRUE(says_json("content-type", "application/json"));
  EXPECT_TRUE(says_json("Content-Type", "Application/JSON; charset=utf-8"));
  EXPECT_TRUE(says_json("Content-Type", "application/problem+json"));
  EXPECT_FALSE(says_json("Content-Type", "text/html; x=json"));
  EXPECT_FALSE(says_json("Accept", "application/json"));
}

TEST(Forwarding, KeepsHeadersOfTheConnectionToItself) {
  EXPECT_FALSE(is_passed_back("Transfer-Encoding"));
  EXPECT_FALSE(is_passed_back("content-length"));
  EXPECT_TRUE(is_passed_back("Content-Type"));
  EXPECT_TRUE(is_passed_back("Content-Encoding"));
  EXPECT_TRUE(is_passed_back("Retry-After"));
}

}  // namespace
}  // namespace firecrawl
