// One row per rule and spelling.
#include <sluice/url.hpp>

#include <gtest/gtest.h>

#include <string>

namespace sluice {
namespace {

struct Row {
  std::string_view given;
  std::string_view canonical;
  std::string_view domain;
};

constexpr Row kRows[] = {
    // scheme and host
    {"https://e.com/", "https://e.com/", "e.com"},
    {"https://e.com", "https://e.com/", "e.com"},
    {"HTTPS://E.COM", "https://e.com/", "e.com"},
    {"Http://Docs.Example.COM/Path", "http://docs.example.com/Path", "docs.example.com"},
    {"https://www.e.com/a", "https://www.e.com/a", "www.e.com"},
    {"http://e.com/a", "http://e.com/a", "e.com"},
    {"https://e.com./a", "https://e.com./a", "e.com."},
    {"https://BÜCHER.example/a", "https://bÜcher.example/a", "bÜcher.example"},
    {"https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/", "xn--bcher-kva.example"},
    {"https://a_b.example/", "https://a_b.example/", "a_b.example"},
    {"https://127.0.0.1/x", "https://127.0.0.1/x", "127.0.0.1"},
    {"https://localhost", "https://localhost/", "localhost"},
    // ports
    {"https://e.com:443/a", "https://e.com/a", "e.com"},
    {"http://e.com:80/a", "http://e.com/a", "e.com"},
    {"https://e.com:80/a", "https://e.com:80/a", "e.com"},
    {"http://e.com:443", "http://e.com:443/", "e.com"},
    {"https://e.com:8443/a", "https://e.com:8443/a", "e.com"},
    {"https://e.com:/a", "https://e.com/a", "e.com"},
    {"https://e.com:0443/a", "https://e.com/a", "e.com"},
    {"https://e.com:65535/", "https://e.com:65535/", "e.com"},
    {"https://e.com:0/", "https://e.com:0/", "e.com"},
    // IPv6
    {"http://[::1]/a", "http://[::1]/a", "[::1]"},
    {"http://[2001:DB8::A]:80/a", "http://[2001:db8::a]/a", "[2001:db8::a]"},
    {"http://[2001:db8::a]:8080", "http://[2001:db8::a]:8080/", "[2001:db8::a]"},
    {"http://[::ffff:1.2.3.4]/", "http://[::ffff:1.2.3.4]/", "[::ffff:1.2.3.4]"},
    // credentials
    {"https://User:Pass@Example.COM/p", "https://User:Pass@example.com/p", "example.com"},
    {"https://u@e.com:443/", "https://u@e.com/", "e.com"},
    {"https://a@b@e.com/", "https://a@b@e.com/", "e.com"},
    {"https://e.com/a@b", "https://e.com/a@b", "e.com"},
    {"https://e.com?x=a@b:c", "https://e.com/?x=a@b:c", "e.com"},
    // paths
    {"https://e.com/path/", "https://e.com/path/", "e.com"},
    {"https://e.com/A/../b/./c", "https://e.com/A/../b/./c", "e.com"},
    {"https://e.com//a//b", "https://e.com//a//b", "e.com"},
    {"https://e.com/%7Euser/%e4", "https://e.com/%7Euser/%e4", "e.com"},
    {"https://e.com/a b", "https://e.com/a b", "e.com"},
    {"https://e.com/日本語", "https://e.com/日本語", "e.com"},
    {"https://e.com/a;v=1", "https://e.com/a;v=1", "e.com"},
    {"https://e.com/a:80", "https://e.com/a:80", "e.com"},
    // fragments
    {"https://e.com/a#top", "https://e.com/a", "e.com"},
    {"https://e.com#top", "https://e.com/", "e.com"},
    {"https://e.com/a#x?utm_source=1", "https://e.com/a", "e.com"},
    {"https://e.com/a?b=1#c#d", "https://e.com/a?b=1", "e.com"},
    {"https://e.com/#!/route", "https://e.com/", "e.com"},
    // queries
    {"https://e.com?b=2&a=1", "https://e.com/?b=2&a=1", "e.com"},
    {"https://e.com/?a=1&b=2&a=3", "https://e.com/?a=1&b=2&a=3", "e.com"},
    {"https://e.com/?flag&x=", "https://e.com/?flag&x=", "e.com"},
    {"https://e.com/?q=a%20b+c", "https://e.com/?q=a%20b+c", "e.com"},
    {"https://e.com/?a;b", "https://e.com/?a;b", "e.com"},
    {"https://e.com/?a=1&&b=2", "https://e.com/?a=1&&b=2", "e.com"},
    {"https://e.com/?next=/x?y=1", "https://e.com/?next=/x?y=1", "e.com"},
    {"https://e.com/a?", "https://e.com/a", "e.com"},
    {"https://e.com/?ref=x&source=y", "https://e.com/?ref=x&source=y", "e.com"},
    // tracking
    {"https://e.com/?utm_source=x", "https://e.com/", "e.com"},
    {"https://e.com/?a=1&utm_medium=x&b=2", "https://e.com/?a=1&b=2", "e.com"},
    {"https://e.com/?utm_campaign=x&a=1", "https://e.com/?a=1", "e.com"},
    {"https://e.com/?a=1&utm_term=x", "https://e.com/?a=1", "e.com"},
    {"https://e.com/?UTM_Content=x&A=1", "https://e.com/?A=1", "e.com"},
    {"https://e.com/?utm_id=1", "https://e.com/", "e.com"},
    {"https://e.com/?gclid=1&gclsrc=2&fbclid=3&msclkid=4&twclid=5", "https://e.com/", "e.com"},
    {"https://e.com/?li_fat_id=1&mc_cid=2&mc_eid=3", "https://e.com/", "e.com"},
    {"https://e.com/?_hsenc=1&_hsmi=2&hsCtaTracking=3&hsctatracking=4", "https://e.com/", "e.com"},
    {"https://e.com/?_ga=1&_gac=2&_gl=3&_gx=4", "https://e.com/?_gx=4", "e.com"},
    {"https://e.com/?utm_source", "https://e.com/", "e.com"},
    {"https://e.com/?utm_sourcex=1", "https://e.com/?utm_sourcex=1", "e.com"},
    {"https://e.com/?xutm_source=1", "https://e.com/?xutm_source=1", "e.com"},
    {"https://e.com/?a=utm_source=1", "https://e.com/?a=utm_source=1", "e.com"},
    {"https://e.com/?&utm_source=1", "https://e.com/", "e.com"},
    {"https://e.com/utm_source=1", "https://e.com/utm_source=1", "e.com"},
    // spaces at the end of what is left
    {"https://e.com/a #b", "https://e.com/a", "e.com"},
    {"https://e.com/a ?utm_id", "https://e.com/a", "e.com"},
    {"https://e.com/?a= &utm_id=1", "https://e.com/?a=", "e.com"},
    {"https://e.com/? #b", "https://e.com/", "e.com"},
    {"https://e.com/?utm_id &utm_id=1", "https://e.com/", "e.com"},
    {"https://e.com/  #b", "https://e.com/", "e.com"},
    // white space around, and other schemes
    {" \r\n\thttps://e.com/a \n", "https://e.com/a", "e.com"},
    {"ftp://Files.E.com:21/A#b", "ftp://Files.E.com:21/A#b", "files.e.com"},
    {"mailto:Someone@e.com", "mailto:Someone@e.com", ""},
    {"file:///etc/hosts", "file:///etc/hosts", ""},
    {" data:text/plain,x ", "data:text/plain,x", ""},
};

TEST(CanonicalUrl, FollowsTheTable) {
  for (const Row& row : kRows) {
    const PageUrl url = canonical_url(row.given);
    EXPECT_EQ(url.fault, "") << row.given;
    EXPECT_EQ(url.canonical, row.canonical) << row.given;
    EXPECT_EQ(url.domain, row.domain) << row.given;
  }
}

TEST(CanonicalUrl, IsItsOwnCanonicalUrl) {
  for (const Row& row : kRows) {
    EXPECT_EQ(canonical_url(row.canonical).canonical, row.canonical) << row.given;
  }
}

TEST(CanonicalUrl, SaysWhatIsWrong) {
  struct Bad {
    std::string_view given;
    std::string_view fault;
  };
  constexpr std::string_view kNoHost = "the URL names no host";
  constexpr std::string_view kPort = "the port in the URL is not a number from 0 to 65535";
  constexpr std::string_view kNotAbsolute =
      "the URL is not absolute: it has no scheme such as https://";
  constexpr std::string_view kHost =
      "the host name in the URL has a character that host names cannot have";
  constexpr std::string_view kIpv6 = "the IPv6 address in the URL is not valid";
  constexpr std::string_view kControl = "the URL has a control character";
  const Bad rows[] = {
      {"", "the page has no URL"},
      {" \n ", "the page has no URL"},
      {"/relative", kNotAbsolute},
      {"//e.com/x", kNotAbsolute},
      {"e.com", kNotAbsolute},
      {"://e.com", kNotAbsolute},
      {"1http://e.com", kNotAbsolute},
      {"ht tp://e.com", kNotAbsolute},
      {"http:", kNoHost},
      {"https:e.com", kNoHost},
      {"https:/e.com", kNoHost},
      {"https://", kNoHost},
      {"https:///a", kNoHost},
      {"https://?a=1", kNoHost},
      {"https://#a", kNoHost},
      {"https://u:p@/a", kNoHost},
      {"https://:443/", kNoHost},
      {"https://e.com:65536/", kPort},
      {"https://e.com:99999999999999999999/", kPort},
      {"https://e.com:8o/", kPort},
      {"https://e.com:-1/", kPort},
      {"https://e.com:80:80/", kPort},
      {"https://e com/", kHost},
      {"https://e.com\\x/", kHost},
      {"https://<e>/", kHost},
      {"http://[::1", kIpv6},
      {"http://[]/", kIpv6},
      {"http://[::g]/", kIpv6},
      {"http://[::1]x/", kIpv6},
      {"http://[1.2.3.4]/", kIpv6},
      {"https://e.com/a\nb", kControl},
      {std::string_view("https://e.com/\0", 15), kControl},
      {"https://e.com/\x7f", kControl},
  };
  for (const Bad& row : rows) {
    const PageUrl url = canonical_url(row.given);
    EXPECT_FALSE(url.ok()) << row.given;
    EXPECT_EQ(url.fault, row.fault) << row.given;
    EXPECT_EQ(url.canonical, "") << row.given;
  }
}

TEST(CanonicalUrl, BoundsTheLength) {
  const std::string start = "https://e.com/";
  const std::string longest = start + std::string(kMaxUrlBytes - start.size(), 'a');
  EXPECT_EQ(canonical_url(longest).canonical, longest);
  EXPECT_EQ(canonical_url(longest + "a").fault, "the URL is longer than 8192 bytes");
}

}  // namespace
}  // namespace sluice
