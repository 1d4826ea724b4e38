// Who may call, and how often.
#include "api/access.hpp"

#include "flow/manual_clock.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

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

class ClientTest : public testing::Test {
 protected:
  ClientTest() {
    for (const char* proxy : {"127.0.0.1", "10.0.0.0/8", "fd00::/8"}) {
      settings_.trusted_proxies.push_back(*config::parse_network(proxy));
    }
  }
  std::string client(const std::string& from, const std::vector<std::string>& forwarded) {
    net::Request out = request("", from);
    for (const auto& value : forwarded) out.headers.push_back({"X-Forwarded-For", value});
    return client_of(out, settings_);
  }
  config::Api settings_;
};

TEST_F(ClientTest, IsWhoConnectsUnlessThatIsATrustedProxy) {
  EXPECT_EQ(client("203.0.113.9", {}), "203.0.113.9");
  EXPECT_EQ(client("203.0.113.9", {"198.51.100.1"}), "203.0.113.9");
  EXPECT_EQ(client("127.0.0.1", {}), "127.0.0.1");
  EXPECT_EQ(client("127.0.0.1", {"198.51.100.1"}), "198.51.100.1");
  EXPECT_EQ(client("::ffff:10.1.1.1", {"2001:db8::7"}), "2001:db8::7");
}

TEST_F(ClientTest, IsTheLastThatIsNoProxyOfOurs) {
  EXPECT_EQ(client("127.0.0.1", {"1.1.1.1, 198.51.100.1, 10.2.3.4"}), "198.51.100.1");
  EXPECT_EQ(client("127.0.0.1", {"1.1.1.1", "198.51.100.1,10.2.3.4"}), "198.51.100.1");
  EXPECT_EQ(client("127.0.0.1", {"10.2.3.4"}), "10.2.3.4");
}

TEST_F(ClientTest, IsNotWhatIsNoAddress) {
  EXPECT_EQ(client("127.0.0.1", {"evil"}), "127.0.0.1");
  EXPECT_EQ(client("127.0.0.1", {"198.51.100.1, evil"}), "127.0.0.1");
  EXPECT_EQ(client("127.0.0.1", {"0.0.0.0/0"}), "127.0.0.1");
  EXPECT_EQ(client("127.0.0.1", {", ,"}), "127.0.0.1");
}

TEST_F(AccessTest, TakesAHomesAddressesForOneClient) {
  Access access = make("", 1);
  EXPECT_FALSE(access.refuse(request("", "2001:db8:1:2::1"), kGuarded()).has_value());
  EXPECT_TRUE(access.refuse(request("", "2001:db8:1:2:ffff::2"), kGuarded()).has_value());
  EXPECT_FALSE(access.refuse(request("", "2001:db8:1:3::1"), kGuarded()).has_value());
}

TEST_F(AccessTest, AdmitsTheOriginsThatAreListed) {
  config::Api settings;
  Access none(settings, clock_);
  EXPECT_FALSE(none.admits_origin("https://app.example"));
  settings.cors = {"https://app.example", "http://localhost:3000"};
  Access some(settings, clock_);
  EXPECT_TRUE(some.admits_origin("https://app.example"));
  EXPECT_TRUE(some.admits_origin("http://localhost:3000"));
  EXPECT_FALSE(some.admits_origin("https://app.example.evil"));
  EXPECT_FALSE(some.admits_origin("null"));
  settings.cors = {"*"};
  Access all(settings, clock_);
  EXPECT_TRUE(all.admits_origin("https://anybody.example"));
}

}  // namespace
}  // namespace sluice::api
