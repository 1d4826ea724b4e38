// Who may call, and how often.
#include "api/access.hpp"

#include "flow/manual_clock.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sluice::api {
namespace {

net::Request request(const std::string& authorization, const std::string& address = "127.0.0.1") {
  net::Request out;
  out.remote_address = address;
  if (!authorization.empty()) out.headers.push_back({"Authorization", authorization});
  return out;
}

constexpr auto kGuarded = [] {
  return net::RouteOptions{.needs_token = true, .rate_limited = true, .owner = "test"};
};

class AccessTest : public testing::Test {
 protected:
  Access make(std::string token, std::uint64_t per_second) {
    config::Api settings;
    settings.token = std::move(token);
    settings.rate_limit = {per_second, std::chrono::seconds(1)};
    return {settings, clock_};
  }
  flow::ManualClock clock_;
};

TEST_F(AccessTest, TakesTheTokenWithBearerOrBare) {
  Access access = make("sesame", 0);
  EXPECT_FALSE(access.refuse(request("Bearer sesame"), kGuarded()).has_value());
  EXPECT_FALSE(access.refuse(request("bearer sesame"), kGuarded()).has_value());
  EXPECT_FALSE(access.refuse(request("sesame"), kGuarded()).has_value());
}

TEST_F(AccessTest, RefusesWithoutTheToken) {
  Access access = make("sesame", 0);
  for (const char* wrong :
       {"", "Bearer ", "Bearer sesam", "Bearer sesame ", "sesame2", "Basic sesame"}) {
    const auto refused = access.refuse(request(wrong), kGuarded());
    ASSERT_TRUE(refused.has_value()) << wrong;
    EXPECT_EQ(refused->status, 401U);
    EXPECT_EQ(refused->body.find("sesame"), std::string::npos);
  }
}

TEST_F(AccessTest, AsksForNothingWhereNothingIsSetOrTheRouteIsOpen) {
  Access open = make("", 0);
  EXPECT_FALSE(open.refuse(request(""), kGuarded()).has_value());
  Access closed = make("sesame", 0);
  EXPECT_FALSE(closed.refuse(request(""), {.owner = "test"}).has_value());
}

TEST_F(AccessTest, LimitsEachClientByItself) {
  Access access = make("", 2);
  EXPECT_FALSE(access.refuse(request("", "10.0.0.1"), kGuarded()).has_value());
  EXPECT_FALSE(access.refuse(request("", "10.0.0.1"), kGuarded()).has_value());
  const auto refused = access.refuse(request("", "10.0.0.1"), kGuarded());
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->status, 429U);
  ASSERT_FALSE(refused->headers.empty());
  EXPECT_EQ(refused->headers[0].name, "Retry-After");
  EXPECT_EQ(refused->headers[0].value, "1");
  EXPECT_FALSE(access.refuse(request("", "10.0.0.2"), kGuarded()).has_value());
  clock_.advance(std::chrono::milliseconds(500));
  EXPECT_FALSE(access.refuse(request("", "10.0.0.1"), kGuarded()).has_value());
  EXPECT_TRUE(access.refuse(request("", "10.0.0.1"), kGuarded()).has_value());
}

}  // namespace
}  // namespace sluice::api
