// The blocks that pages consist of.
#include "cut/block_scanner.hpp"

#include <gtest/gtest.h>

#include <string>

namespace chunker {
namespace {

// "heading1:# A|paragraph:text" for a page.
std::string blocks(std::string_view page, Strategy strategy = Strategy::kMarkdown) {
  constexpr std::array<std::string_view, 7> kNames = {"paragraph", "heading", "code", "table",
                                                      "html",      "quote",   "item"};
  std::string out;
  BlockScanner scanner(page, strategy);
  while (const auto block = scanner.next()) {
    out += out.empty() ? "" : "|";
    out += kNames[static_cast<std::size_t>(block->kind)];
    out += block->level == 0 ? "" : std::to_string(block->level);
    out += ":" + std::string(page.substr(block->begin, block->end - block->begin));
  }
  return out;
}

TEST(BlockScanner, Headings) {
  EXPECT_EQ(blocks("# A\n###### B\n####### c\n#d"),
            "heading1:# A|heading6:###### B|paragraph:####### c\n#d");
  EXPECT_EQ(blocks("Title\n===\nSub\n---\n"), "heading1:Title\n===|heading2:Sub\n---");
  EXPECT_EQ(blocks("a\n#"), "paragraph:a|heading1:#");
}

TEST(BlockScanner, FencesHideWhatTheyHold) {
  EXPECT_EQ(blocks("```sh\n# no\n\n~~~\n```\n# yes"),
            "code:```sh\n# no\n\n~~~\n```|heading1:# yes");
  EXPECT_EQ(blocks("~~~~\n~~~\n~~~~~\nx"), "code:~~~~\n~~~\n~~~~~|paragraph:x");
}

TEST(BlockScanner, UnclosedFenceRunsToTheEnd) {
  EXPECT_EQ(blocks("```\n# a\n\nb"), "code:```\n# a\n\nb");
}

TEST(BlockScanner, InlineCodeIsNoFence) {
  EXPECT_EQ(blocks("```x``` y\nz"), "paragraph:```x``` y\nz");
}

TEST(BlockScanner, FenceBehindAListMarkerCloses) {
  EXPECT_EQ(blocks("- ```\n  a\n  ```\n# h"), "code:- ```\n  a\n  ```|heading1:# h");
}

TEST(BlockScanner, TablesNeedADelimiterRow) {
  EXPECT_EQ(blocks("|a|b|\n|-|:-:|\n|1|2|\n\nx|y"), "table:|a|b|\n|-|:-:|\n|1|2||paragraph:x|y");
}

TEST(BlockScanner, ListItemsOneByOne) {
  EXPECT_EQ(blocks("- a\n  more\n* b\n1. c\n\n   still c\n\nout"),
            "item:- a\n  more|item:* b|item:1. c|item:   still c|paragraph:out");
}

TEST(BlockScanner, YearAtALineBeginIsNoList) {
  EXPECT_EQ(blocks("It was in\n1984. Then"), "paragraph:It was in\n1984. Then");
}

TEST(BlockScanner, QuotesHtmlAndRules) {
  EXPECT_EQ(blocks("> a\n> b\n\n<div>\nx\n</div>\n\n***\n"),
            "quote:> a\n> b|html:<div>\nx\n</div>|paragraph:***");
}

TEST(BlockScanner, IndentedCode) {
  EXPECT_EQ(blocks("a\n\n    x\n\n    y\nb"), "paragraph:a|code:    x\n\n    y|paragraph:b");
}

TEST(BlockScanner, FrontMatterIsNoHeading) {
  EXPECT_EQ(blocks("---\ntitle: x\n---\ntext"), "html:---\ntitle: x\n---|paragraph:text");
  EXPECT_EQ(blocks("---\n\ntext\n---\n"), "paragraph:---|heading2:text\n---");
}

TEST(BlockScanner, CarriageReturnsBelongToTheLineBreak) {
  EXPECT_EQ(blocks("# A\r\n\r\nb\r\n"), "heading1:# A|paragraph:b");
}

TEST(BlockScanner, TextHasParagraphsOnly) {
  EXPECT_EQ(blocks("# A\n- b\n\n```\nc", Strategy::kText), "paragraph:# A\n- b|paragraph:```\nc");
}

}  // namespace
}  // namespace chunker
