#include "index/snippet.hpp"

#include <gtest/gtest.h>

#include <string>

#include "index/unicode.hpp"

namespace bm25 {
namespace {

std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) at += decode(text, at).size;
  return count;
}

std::string snippet(const std::string& text, const std::string& query) {
  Analyzer analyzer({});
  const auto words = analyzer.analyze_query(query, ~0U);
  return make_snippet(analyzer, {.title = {}, .headings = {}, .text = text, .language = "en"},
                      term_weights(words, std::vector<double>(words.size(), 1.0)));
}

std::string filler(int words) {
  std::string out;
  for (int i = 0; i < words; ++i) out += "filler ";
  return out;
}

TEST(Snippet, IsTheWholeOfAShortTextInOneLine) {
  EXPECT_EQ(snippet("One\n\n  two\tthree.\n", "two"), "One two three.");
  EXPECT_EQ(snippet("", "two"), "");
  EXPECT_EQ(snippet("no match", "two"), "no match");
}

TEST(Snippet, ShowsWhereMostQueryWordsAre) {
  const std::string text =
      filler(200) + "apple " + filler(200) + "the apples and pears lie here " + filler(200);
  const std::string found = snippet(text, "apple pear");
  EXPECT_NE(found.find("apples and pears"), std::string::npos) << found;
  EXPECT_TRUE(found.starts_with("\u2026filler")) << found;
  EXPECT_TRUE(found.ends_with("filler\u2026")) << found;
  EXPECT_LE(characters(found), kSnippetCharacters);
  EXPECT_GT(characters(found), kSnippetCharacters - 20);
}

TEST(Snippet, ShowsWhatComesBeforeAMatchAtTheEnd) {
  const std::string found = snippet(filler(200) + "apple", "apple");
  EXPECT_TRUE(found.ends_with("filler apple")) << found;
  EXPECT_GT(characters(found), kSnippetCharacters - 20);
}

TEST(Snippet, NeverSplitsACodePoint) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += "ß検é\U0001F600";
  for (const char* query : {"検", "nothing", "ßx"}) {
    const std::string found = snippet(text, query);
    EXPECT_EQ(found.find("\uFFFD"), std::string::npos);
    EXPECT_LE(characters(found), kSnippetCharacters);
  }
}

TEST(Snippet, IsValidUtf8WhateverTheTextIs) {
  const std::string found = snippet("bad \xFF\xC3 bytes \x01\x7F here", "bytes");
  EXPECT_EQ(found, "bad \uFFFD\uFFFD bytes here");
}

TEST(Snippet, CopesWithFiveMegabytesInOneLine) {
  EXPECT_LE(characters(snippet(filler(700'000), "filler")), kSnippetCharacters);
  EXPECT_LE(characters(snippet(std::string(5'000'000, 'x'), "filler")), kSnippetCharacters);
}

}  // namespace
}  // namespace bm25
