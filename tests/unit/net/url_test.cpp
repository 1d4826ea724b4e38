// URLs of the client.
#include "net/url.hpp"

#include <gtest/gtest.h>

namespace sluice::net {
namespace {

TEST(Url, TakesApart) {
  const auto url = parse_url("https://Host.example:8443/a%2Fb/c?d=e%20f#g");
  ASSERT_TRUE(url.ok()) << url.error().message;
  EXPECT_TRUE(url->is_https);
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->target, "/a%2Fb/c?d=e%20f");
  EXPECT_EQ(url->authority, url->host + ":8443");
}

TEST(Url, KnowsDefaultsAndAddresses) {
  EXPECT_EQ(parse_url("http://host")->target, "/");
  EXPECT_EQ(parse_url("http://host")->port, 80);
  EXPECT_EQ(parse_url("http://host:80/")->authority, "host");
  EXPECT_EQ(parse_url("https://host?q")->target, "/?q");
  EXPECT_EQ(parse_url("https://host")->port, 443);
  const auto six = parse_url("http://[::1]:6333/x");
  ASSERT_TRUE(six.ok()) << six.error().message;
  EXPECT_EQ(six->host, "::1");
  EXPECT_EQ(six->authority, "[::1]:6333");
}

TEST(Url, EncodesWhatMayNotBeSent) {
  EXPECT_EQ(parse_url("http://host/a b\xC3\xA4\r\nX: y")->target, "/a%20b%C3%A4%0D%0AX:%20y");
}

TEST(Url, RefusesWithoutRepeatingIt) {
  for (const char* text : {"", "host", "ftp://host/", "http://", "http:///a", "http:/a", "http:a",
                           "http://host:99999/", "http://user:secret@host/", "http://ho st/",
                           "http://host/%", "http://host\r\nX: y/", "http://[::1/"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url.ok()) << text;
    EXPECT_EQ(url.error().fault, Fault::kInvalid);
    EXPECT_EQ(url.error().message.find("secret"), std::string::npos);
  }
  EXPECT_EQ(parse_url("ftp://host/").error().message,
            "The URL cannot be used: it does not begin with http:// or https://.");
}

}  // namespace
}  // namespace sluice::net
