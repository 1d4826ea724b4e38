// The `url` setting: what is read from it, and what is said about one that cannot be used.
#include "address.hpp"

#include <gtest/gtest.h>

#include <string>
#include <variant>

namespace redis_dedupe {
namespace {

Address parsed(std::string_view url) {
  const auto address = parse_url(url);
  if (const auto* wrong = std::get_if<std::string>(&address)) {
    ADD_FAILURE() << url << " " << *wrong;
    return {};
  }
  return std::get<Address>(address);
}

std::string refused(std::string_view url) {
  const auto address = parse_url(url);
  const auto* wrong = std::get_if<std::string>(&address);
  return wrong == nullptr ? "nothing" : *wrong;
}

TEST(ParseUrl, FillsInWhatIsNotThere) {
  const Address address = parsed("redis://");
  EXPECT_EQ(address.label(), "localhost:6379");
  EXPECT_EQ(address.database, 0);
  EXPECT_EQ(address.user + address.password, "");
}

TEST(ParseUrl, ReadsEveryPart) {
  const Address address = parsed("redis://me:se%3Acret%40x@cache.example:7000/3");
  EXPECT_EQ(address.label(), "cache.example:7000");
  EXPECT_EQ(address.user, "me");
  EXPECT_EQ(address.password, "se:cret@x");
  EXPECT_EQ(address.database, 3);
}

TEST(ParseUrl, TakesAPasswordWithoutAUserAndAnAtSignInIt) {
  const Address address = parsed("REDIS://:p@ss@h/");
  EXPECT_EQ(address.user, "");
  EXPECT_EQ(address.password, "p@ss");
  EXPECT_EQ(address.host, "h");
}

TEST(ParseUrl, TakesIpv6) {
  const Address address = parsed("redis://[::1]:6380/1");
  EXPECT_EQ(address.host, "::1");
  EXPECT_EQ(address.label(), "[::1]:6380");
  EXPECT_EQ(parsed("redis://[::1]").port, 6379);
}

TEST(ParseUrl, TakesUnixSockets) {
  const Address address = parsed("unix://me:pw@/run/redis%20a/sock?db=2");
  EXPECT_EQ(address.socket, "/run/redis a/sock");
  EXPECT_EQ(address.label(), "/run/redis a/sock");
  EXPECT_EQ(address.user, "me");
  EXPECT_EQ(address.password, "pw");
  EXPECT_EQ(address.database, 2);
  EXPECT_EQ(parsed("unix:///run/sock").database, 0);
}

TEST(ParseUrl, SaysThatThereIsNoTls) {
  EXPECT_EQ(refused("rediss://h:6379"),
            "asks for TLS, which the Redis client library of this build (hiredis before 1.0) does "
            "not have; use redis:// through a TLS tunnel such as stunnel, or a unix socket");
}

TEST(ParseUrl, RefusesWhatItCannotRead) {
  const std::string form =
      "; write redis://[user:password@]host[:port][/database] or unix:///path[?db=database]";
  EXPECT_EQ(refused("localhost:6379"), "is not a URL" + form);
  EXPECT_EQ(refused(""), "is not a URL" + form);
  EXPECT_EQ(refused("http://h"), "has an unknown scheme" + form);
  for (const char* url : {"redis://h:", "redis://h:0", "redis://h:65536", "redis://h:x",
                          "redis://[::1", "redis://[::1]x", "redis://a b", "redis://h?db=1"}) {
    EXPECT_EQ(refused(url), "has a host or port that cannot be one" + form) << url;
  }
  for (const char* url : {"redis://h/x", "redis://h/-1", "redis://h/1/2", "redis://h/99999999999",
                          "unix:///s?db=", "unix:///s?x=1", "unix:///s?db=x"}) {
    EXPECT_EQ(refused(url), "has a database that is not a number" + form) << url;
  }
  for (const char* url : {"redis://me@h", "redis://:%4@h", "redis://:%zz@h", "redis://:%@h"}) {
    EXPECT_EQ(refused(url),
              "has a user without a password, or a % that is not followed by two hex digits" + form)
        << url;
  }
  EXPECT_EQ(refused("unix://run/sock"), "has a socket path that is not absolute" + form);
}

TEST(ParseUrl, NeverRepeatsThePassword) {
  for (const char* url : {"redis://me:geheim@h:x", "ftp://me:geheim@h", "me:geheim@h",
                          "redis://me:geheim%@h", "unix://me:geheim@sock"}) {
    EXPECT_EQ(refused(url).find("geheim"), std::string::npos) << url;
  }
}

}  // namespace
}  // namespace redis_dedupe
