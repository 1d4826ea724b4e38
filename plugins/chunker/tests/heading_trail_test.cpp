// Headings as readers see them.
#include "cut/heading_trail.hpp"

#include <gtest/gtest.h>

namespace chunker {
namespace {

TEST(HeadingText, MarkersGo) {
  EXPECT_EQ(heading_text("##  Title  ##"), "Title");
  EXPECT_EQ(heading_text("# C#"), "C#");
  EXPECT_EQ(heading_text("Under\nlined\n==="), "Under lined");
  EXPECT_EQ(heading_text("#"), "");
  EXPECT_EQ(heading_text("## ##"), "");
}

TEST(HeadingText, InlineMarkupGoes) {
  EXPECT_EQ(heading_text("# **Bold** and _thin_ `co*de` ~~x~~"), "Bold and thin co*de x");
  EXPECT_EQ(heading_text("# See [the *guide*](https://e.com/a_(b)) ![logo](x.png)!"),
            "See the guide logo!");
  EXPECT_EQ(heading_text("# A <br/> B \\* [x]"), "A B * [x]");
  EXPECT_EQ(heading_text("# my_var_name 2 * 3"), "my_var_name 2 * 3");
}

TEST(HeadingText, AnchorsGo) { EXPECT_EQ(heading_text("## Install {#install}"), "Install"); }

TEST(HeadingText, IsAlwaysUtf8AndBounded) {
  EXPECT_EQ(heading_text("# a\xFF"), "a\uFFFD");
  std::string umlauts = "# ";
  for (int i = 0; i < 600; ++i) {
    umlauts += "ä";
  }
  const std::string text = heading_text(umlauts);
  EXPECT_EQ(text.size(), kMaxHeadingPath);
  EXPECT_EQ(text.substr(text.size() - 2), "ä");
}

TEST(HeadingTrail, DeeperHeadingsEndWithTheirParent) {
  const std::string page = "# A\n### C\n## B\n";
  HeadingTrail trail;
  trail.enter(page, {0, 3, BlockKind::kHeading, 1, false});
  trail.enter(page, {4, 9, BlockKind::kHeading, 3, false});
  EXPECT_EQ(trail.path(), "A > C");
  trail.enter(page, {10, 14, BlockKind::kHeading, 2, false});
  EXPECT_EQ(trail.path(), "A > B");
}

TEST(HeadingTrail, LongPathsLoseTheOutermost) {
  const std::string page = "# " + std::string(400, 'a') + "\n## " + std::string(200, 'b');
  HeadingTrail trail;
  trail.enter(page, {0, 402, BlockKind::kHeading, 1, false});
  trail.enter(page, {403, page.size(), BlockKind::kHeading, 2, false});
  EXPECT_EQ(trail.path(), std::string(200, 'b'));
}

}  // namespace
}  // namespace chunker
