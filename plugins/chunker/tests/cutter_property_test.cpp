// Promises that hold for any page: random ones made of Markdown's own pieces, and hostile ones.
#include "invariants.hpp"
#include "tokens/approximate.hpp"
#include "tokens/wordpiece.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace chunker::test {
namespace {

constexpr std::array<std::string_view, 40> kPieces = {"# Head\n",
                                                      "## Sub *x*\n",
                                                      "Title\n=====\n",
                                                      "---\n",
                                                      "```\n",
                                                      "~~~~\n",
                                                      "    code\n",
                                                      "- item ",
                                                      "1. one\n",
                                                      "> quote ",
                                                      "|a|b|\n|-|-|\n",
                                                      "|1|2|\n",
                                                      "<div>\n",
                                                      "\n",
                                                      "\n\n",
                                                      "\r\n",
                                                      " ",
                                                      "\t",
                                                      "word ",
                                                      "Sentence ends. ",
                                                      "etc. and ",
                                                      "What? ",
                                                      "我们去吃饭。",
                                                      "（漢字）",
                                                      "かな",
                                                      "مرحبا ",
                                                      "ภาษาไทย",
                                                      "e\u0301",
                                                      " \u0301",
                                                      "\U0001F469\u200D\U0001F469\u200D\U0001F467 ",
                                                      "\U0001F1E9\U0001F1EA",
                                                      "\u200B",
                                                      "\xFF",
                                                      "\xE6\x88",
                                                      "aVeryLongWordThatGoesOnAndOn",
                                                      "a.b/c?d=e&",
                                                      "漢\uFE00",
                                                      "\u0600 ",
                                                      "\u00A0",
                                                      "12345 "};

std::string random_page(std::mt19937& random, std::size_t pieces) {
  std::string page;
  const bool repeats = random() % 4 == 0;
  for (std::size_t i = 0; i < pieces; ++i) {
    const std::string_view piece = kPieces[random() % kPieces.size()];
    const std::size_t times = repeats && random() % 8 == 0 ? random() % 200 : 1;
    for (std::size_t k = 0; k < times; ++k) {
      page += piece;
    }
  }
  return page;
}

Vocabulary small_vocabulary() {
  return std::get<Vocabulary>(
      Vocabulary::parse("[UNK]\nword\nsentence\n##s\nend\nhead\nitem\nquote\na\n##"
                        "b\ncode\nwhat\n1\n##2\n##3\n我\n去\n"));
}

TEST(CutterProperty, PromisesHoldForRandomPages) {
  std::mt19937 random(20240601);
  const Vocabulary vocabulary = small_vocabulary();
  ApproximateCounter approximate;
  WordpieceCounter wordpiece(vocabulary);
  for (int round = 0; round < 1500; ++round) {
    const std::string page = random_page(random, random() % 400);
    CutSettings settings;
    settings.strategy = random() % 4 == 0 ? Strategy::kText : Strategy::kMarkdown;
    settings.max_tokens = 16 + static_cast<std::uint32_t>(random() % 120);
    settings.overlap_tokens = static_cast<std::uint32_t>(random() % (settings.max_tokens / 2));
    TokenCounter& counter = round % 2 == 0 ? static_cast<TokenCounter&>(approximate) : wordpiece;
    const auto cuts = cut(page, settings, counter);
    ASSERT_EQ(broken_promise(page, settings, counter, cuts), "") << "round " << round << "\n"
                                                                 << page;
    for (const Cut& chunk : cuts) {
      ASSERT_EQ(chunk.tokens,
                counter.count(std::string_view(page).substr(chunk.offset, chunk.length)))
          << "round " << round << " chunk at " << chunk.offset;
    }
  }
}

TEST(CutterProperty, SamePageSameChunks) {
  std::mt19937 random(7);
  const std::string page = random_page(random, 3000);
  ApproximateCounter counter;
  const auto first = cut(page, {}, counter);
  const auto second = cut(page, {}, counter);
  ASSERT_EQ(first.size(), second.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].offset, second[i].offset);
    EXPECT_EQ(first[i].length, second[i].length);
    EXPECT_EQ(first[i].path, second[i].path);
  }
}

std::string repeated(std::string_view piece, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) {
    text += piece;
  }
  return text;
}

class Hostile : public testing::TestWithParam<std::string_view> {};

// Work per byte is the same for a page four times as long: counted, not timed.
TEST_P(Hostile, WorkIsLinearAndPromisesHold) {
  const Vocabulary vocabulary = small_vocabulary();
  for (const bool is_exact : {false, true}) {
    ApproximateCounter approximate;
    WordpieceCounter wordpiece(vocabulary);
    TokenCounter& counter = is_exact ? static_cast<TokenCounter&>(wordpiece) : approximate;
    for (const std::size_t size : {std::size_t{50'000}, std::size_t{200'000}}) {
      const std::string page = repeated(GetParam(), size);
      const CutSettings settings;
      std::vector<Cut> cuts;
      Cutter cutter(page, settings, counter);
      cutter.run([&](const Chunk& chunk) {
        cuts.push_back({chunk.offset, chunk.length, chunk.tokens, std::string(chunk.heading_path)});
      });
      // 7 for splitting long words twice (tokens, bytes), and the look back and ahead per word
      EXPECT_LT(cutter.steps(), 30 * page.size());
      EXPECT_EQ(broken_promise(page, settings, counter, cuts), "");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Pages, Hostile,
                         testing::Values("a", "a.", "!", "|", ">", "-", "- - -\n", "# h\n",
                                         "# h\nb\n\n", "```\n", "``` x\n", ">> q\n", "- x\n",
                                         "[a](", "# [a](", "<a", "|a\n", "|-|\n", "字", "字。", "ก",
                                         "\xFF\x80", "\u200B ", "a\u0301", "\u0301",
                                         "\U0001F469\u200D", "x\ty", "A b. ", "a\n", "1) ",
                                         "\t\t\tx\n", "\r", "\u0600 ", "*_`~", "\n \n", "---\n",
                                         "a\n---\n", "~~~\n\n"));

TEST(CutterProperty, NulBytesAreText) {
  const std::string page(10'000, '\0');
  ApproximateCounter counter;
  EXPECT_EQ(broken_promise(page, {}, counter, cut(page, {}, counter)), "");
}

TEST(CutterProperty, FiveMegabytesOnOneLineStayLinear) {
  const std::string page = repeated("lorem ipsum,dolor. ", 5'000'000);
  ApproximateCounter counter;
  Cutter cutter(page, {}, counter);
  std::size_t chunks = 0;
  cutter.run([&](const Chunk&) { ++chunks; });
  EXPECT_GT(chunks, 1000U);
  EXPECT_LT(cutter.steps(), 10 * page.size());
}

}  // namespace
}  // namespace chunker::test
