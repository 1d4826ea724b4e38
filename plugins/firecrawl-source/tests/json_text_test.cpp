#include "json_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace firecrawl {
namespace {

TEST(Unescaped, ReadsEveryEscape) {
  EXPECT_EQ(unescaped(R"(a\"b\\c\/d\b\f\n\r\te)"), "a\"b\\c/d\b\f\n\r\te");
  EXPECT_EQ(unescaped(R"(\u0041\u00e9\u00E9\u20ac\uD83D\uDE80)"), "Aéé€🚀");
  EXPECT_EQ(unescaped("no escape"), "no escape");
  EXPECT_EQ(unescaped(""), "");
}

TEST(Unescaped, ReplacesLoneSurrogates) {
  EXPECT_EQ(unescaped(R"(\ud800)"), "\uFFFD");
  EXPECT_EQ(unescaped(R"(\udc00x)"), "\uFFFDx");
  EXPECT_EQ(unescaped(R"(\ud800\ud83d\ude80)"), "\uFFFD🚀");
  EXPECT_EQ(unescaped(R"(\ud83d\n)"), "\uFFFD\n");
  EXPECT_EQ(unescaped(R"(\ud83d\u0041)"), "\uFFFDA");
  EXPECT_EQ(unescaped(R"(\ude80\ud83d)"), "\uFFFD\uFFFD");
}

TEST(Unescaped, ReplacesOrKeepsNul) {
  EXPECT_EQ(unescaped(R"(a\u0000b)"), "a\uFFFDb");
  EXPECT_EQ(unescaped(R"(a\u0000b)", Nul::kKeep), std::string("a\0b", 3));
}

TEST(Unescaped, KeepsNoMoreMemoryThanTheTextNeeds) {
  std::string escapes;
  for (int i = 0; i < 10'000; ++i) escapes += "\\u0041";
  const std::string text = unescaped(escapes);
  EXPECT_EQ(text, std::string(10'000, 'A'));
  EXPECT_LT(text.capacity(), 12'000U);
}

TEST(AppendJsonString, EscapesWhatJsonMustEscape) {
  std::string out;
  append_json_string(out, std::string("a\"b\\c\n\x01\0é", 10));
  EXPECT_EQ(out, "\"a\\\"b\\\\c\\u000a\\u0001\\u0000é\"");
}

TEST(Clipped, DoesNotCutInsideACodePoint) {
  EXPECT_EQ(clipped("abc", 3), "abc");
  EXPECT_EQ(clipped("abc", 2), "ab");
  EXPECT_EQ(clipped("aé", 2), "a");
  EXPECT_EQ(clipped("🚀", 3), "");
  EXPECT_EQ(clipped("🚀x", 4), "🚀");
}

}  // namespace
}  // namespace firecrawl
