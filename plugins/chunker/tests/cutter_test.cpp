// Exact cuts of pages written for the purpose. A counter that counts words keeps the sums readable.
#include "invariants.hpp"

#include <gtest/gtest.h>

namespace chunker::test {
namespace {

// One token a word; a run of more than its share of bytes still costs no more than its bytes.
class WordCounter final : public TokenCounter {
 public:
  std::uint32_t count(std::string_view text) override {
    std::uint32_t words = 0;
    bool is_in_word = false;
    for (const char c : text) {
      const bool is_space = utf8::is_ascii_space(static_cast<unsigned char>(c));
      words += !is_space && !is_in_word ? 1 : 0;
      is_in_word = !is_space;
    }
    return words;
  }
};

std::vector<std::string> texts(std::string_view page, CutSettings settings) {
  WordCounter counter;
  std::vector<std::string> found;
  for (const Cut& chunk : cut(page, settings, counter)) {
    found.emplace_back(page.substr(chunk.offset, chunk.length));
  }
  return found;
}

std::vector<std::string> paths(std::string_view page) {
  WordCounter counter;
  std::vector<std::string> found;
  for (const Cut& chunk : cut(page, {}, counter)) {
    found.push_back(chunk.path);
  }
  return found;
}

std::string words(int from, int to) {
  std::string text;
  for (int i = from; i <= to; ++i) {
    text += (text.empty() ? "" : " ") + std::string("W") + std::to_string(i);
  }
  return text;
}

using Texts = std::vector<std::string>;
constexpr CutSettings kSixteen{.max_tokens = 16, .overlap_tokens = 0};

TEST(Cutter, BlankPagesHaveNoChunks) {
  EXPECT_EQ(texts("", {}), Texts{});
  EXPECT_EQ(texts(" \n\t\r\n\f\u00A0\u3000", {}), Texts{});
}

TEST(Cutter, ShortPageIsOneChunkWithoutTheBlanksAround) {
  EXPECT_EQ(texts("\n\n  hello there \n\n", {}), Texts{"hello there"});
}

TEST(Cutter, HeadingsBeginChunks) {
  EXPECT_EQ(texts("intro\n\n# A\ntext a\n\n## B\ntext b\n", {}),
            (Texts{"intro", "# A\ntext a", "## B\ntext b"}));
}

TEST(Cutter, HeadingWithoutTextStaysWithTheNext) {
  EXPECT_EQ(texts("# A\n\n## B\n\ntext", {}), Texts{"# A\n\n## B\n\ntext"});
}

TEST(Cutter, TextStrategyHasNoHeadings) {
  EXPECT_EQ(texts("# A\ntext\n\n# B\ntext", {.strategy = Strategy::kText}),
            Texts{"# A\ntext\n\n# B\ntext"});
}

TEST(Cutter, WholeParagraphsArePackedThenCut) {
  const std::string a = words(1, 10);
  const std::string b = words(11, 15);
  const std::string c = words(16, 25);
  EXPECT_EQ(texts(a + "\n\n" + b + "\n\n" + c, kSixteen), (Texts{a + "\n\n" + b, c}));
}

TEST(Cutter, LongParagraphIsCutBetweenSentences) {
  const std::string a = words(1, 9) + ".";
  const std::string b = words(10, 20) + ".";
  const std::string c = words(21, 24) + ".";
  EXPECT_EQ(texts(a + " " + b + " " + c, kSixteen), (Texts{a, b + " " + c}));
}

TEST(Cutter, LongSentenceIsCutBetweenWords) {
  EXPECT_EQ(texts(words(1, 40), kSixteen), (Texts{words(1, 16), words(17, 32), words(33, 40)}));
}

TEST(Cutter, OverlapRepeatsTheLastWords) {
  EXPECT_EQ(texts(words(1, 30), {.max_tokens = 16, .overlap_tokens = 4}),
            (Texts{words(1, 16), words(13, 28), words(25, 30)}));
}

TEST(Cutter, OverlapPrefersWholeSentences) {
  const std::string a = words(1, 12) + ". " + words(13, 15) + ".";
  const std::string b = words(16, 24) + ".";
  EXPECT_EQ(texts(a + " " + b, {.max_tokens = 16, .overlap_tokens = 5}),
            (Texts{a, words(13, 15) + ". " + b}));
}

TEST(Cutter, NoOverlapAcrossAHeading) {
  EXPECT_EQ(
      texts(words(1, 10) + "\n\n# H\n\n" + words(11, 20), {.max_tokens = 16, .overlap_tokens = 5}),
      (Texts{words(1, 10), "# H\n\n" + words(11, 20)}));
}

TEST(Cutter, CodeStaysWholeWhereItFits) {
  const std::string code = "```\na b c d\ne f g h\n\n# not a heading\n```";
  EXPECT_EQ(
      texts(words(1, 8) + "\n\n" + code + "\n\nafter", {.max_tokens = 16, .overlap_tokens = 4}),
      (Texts{words(1, 8), words(7, 8) + "\n\n" + code, "after"}));
}

TEST(Cutter, LongCodeIsCutBetweenLinesWithoutOverlap) {
  std::string code = "```";
  for (int line = 0; line < 8; ++line) {
    code += "\na b c d e";
  }
  code += "\n```";
  const std::string three = "a b c d e\na b c d e\na b c d e";
  EXPECT_EQ(texts(code, {.max_tokens = 16, .overlap_tokens = 6}),
            (Texts{"```\n" + three, three, "a b c d e\na b c d e\n```"}));
}

TEST(Cutter, TableStaysWholeWhereItFits) {
  const std::string table = "| a | b |\n|---|---|\n| 1 | 2 |";
  EXPECT_EQ(texts(words(1, 9) + "\n\n" + table, kSixteen), (Texts{words(1, 9), table}));
}

TEST(Cutter, ListIsCutBetweenItems) {
  const std::string item = "- one two three four five";
  const std::string pair = item + "\n" + item;
  EXPECT_EQ(texts(pair + "\n" + pair, kSixteen), (Texts{pair, pair}));
}

TEST(Cutter, HeadingIsNotLeftAloneBeforeALongParagraph) {
  EXPECT_EQ(texts("# H\n\n" + words(1, 20), kSixteen),
            (Texts{"# H\n\n" + words(1, 14), words(15, 20)}));
}

TEST(Cutter, IdeographsAreCutAfterTheirSentence) {
  class ByPoint final : public TokenCounter {
    std::uint32_t count(std::string_view text) override {
      return static_cast<std::uint32_t>(text.size() / 3);
    }
  } counter;
  const std::string sentence = "我们今天去吃饭。";
  const auto cuts = cut(sentence + sentence + sentence, kSixteen, counter);
  ASSERT_EQ(cuts.size(), 2U);
  EXPECT_EQ(cuts[0].length, 2 * sentence.size());
}

TEST(Cutter, PathNamesTheHeadingsAboveTheText) {
  EXPECT_EQ(paths("top\n# A\na\n## B `c`\nb\n### C\nc\n## D\nd\n# E\ne"),
            (Texts{"", "A", "A > B c", "A > B c > C", "A > D", "E"}));
}

TEST(Cutter, PathOfAChunkThatGoesOnIsThatOfItsSection) {
  const auto found = paths("# Long\n\n" + words(1, 600) + "\n\n# Next\n\nx");
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[1], "Long");
  EXPECT_EQ(found[3], "Next");
}

TEST(Cutter, WordTooLongForAChunkIsCutBetweenGraphemes) {
  const std::string page(3000, 'x');
  WordCounter counter;
  for (const Cut& chunk : cut(page, kSixteen, counter)) {
    EXPECT_LE(chunk.length, 16 * kMaxBytesPerToken);
  }
}

}  // namespace
}  // namespace chunker::test
