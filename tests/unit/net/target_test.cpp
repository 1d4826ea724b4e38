// Targets and query strings, well-formed and hostile.
#include "net/target.hpp"

#include <gtest/gtest.h>

namespace sluice::net {
namespace {

using Segments = std::vector<std::string>;
using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST(Target, SplitsPathAndQuery) {
  const auto target = parse_target("/api/crawls/7?limit=3&x=/?");
  ASSERT_TRUE(target.ok());
  EXPECT_EQ(target->path, "/api/crawls/7");
  EXPECT_EQ(target->query, "limit=3&x=/?");
  EXPECT_EQ(target->segments, (Segments{"api", "crawls", "7"}));
}

TEST(Target, DecodesWithinSegmentsOnly) {
  const auto target = parse_target("/a%2Fb/%C3%A4+/");
  ASSERT_TRUE(target.ok());
  EXPECT_EQ(target->path, "/a%2Fb/%C3%A4+/");
  EXPECT_EQ(target->segments, (Segments{"a/b", "\xC3\xA4+", ""}));
}

TEST(Target, RootHasOneEmptySegment) {
  ASSERT_TRUE(parse_target("/").ok());
  EXPECT_EQ(parse_target("/")->segments, (Segments{""}));
  EXPECT_EQ(parse_target("//")->segments, (Segments{"", ""}));
}

TEST(Target, TakesTheFormThatProxiesSend) {
  EXPECT_EQ(parse_target("http://host:80/a?b")->segments, (Segments{"a"}));
  EXPECT_EQ(parse_target("http://host:80/a?b")->query, "b");
  EXPECT_EQ(parse_target("HTTPS://host")->segments, (Segments{""}));
  EXPECT_EQ(parse_target("http://host?q")->query, "q");
}

TEST(Target, RefusesWhatIsNoPlainPath) {
  for (const char* target : {"", "*", "a", "?a", "host:443", "ftp://host/a", "/%", "/%4", "/%zz",
                             "/%00", "/.", "/..", "/a/../b", "/%2e%2E/b", "/a/.%2e"}) {
    EXPECT_FALSE(parse_target(target).ok()) << target;
  }
  EXPECT_EQ(parse_target("/%zz").error().message,
            "The request's path has a broken percent escape, a NUL or a dot segment; send a plain "
            "path.");
}

TEST(Query, DecodesNamesAndValues) {
  EXPECT_EQ(parse_query("a=1&b+c=%41+b&&d&=e&f=g=h"),
            (Pairs{{"a", "1"}, {"b c", "A b"}, {"d", ""}, {"", "e"}, {"f", "g=h"}}));
  EXPECT_EQ(parse_query(""), Pairs{});
  EXPECT_EQ(parse_query("&"), Pairs{});
}

TEST(Query, LeavesBrokenEscapesAsTheyAre) {
  EXPECT_EQ(parse_query("a=%&b=%4&c=%zz%41"), (Pairs{{"a", "%"}, {"b", "%4"}, {"c", "%zzA"}}));
}

}  // namespace
}  // namespace sluice::net
