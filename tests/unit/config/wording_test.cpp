#include "config/wording.hpp"

#include <gtest/gtest.h>

namespace sluice::config {
namespace {

TEST(Wording, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(in_quotes("a\x1b[2J\n\t\"\\"), R"("a\x1b[2J\n\t\"\\")");
  EXPECT_EQ(in_quotes("\xC2\x9B"
                      "31m"),
            R"("\x9b31m")");
  EXPECT_EQ(in_quotes("\xFFz"), R"("\xffz")");
  EXPECT_EQ(in_quotes("größe"), "\"größe\"");
}

TEST(Wording, CutsLongTextAtACodePoint) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "ü";
  std::string cut;
  for (int i = 0; i < 60; ++i) cut += "ü";
  EXPECT_EQ(printable(text), cut + "…");
}

TEST(Wording, SuggestsWhatWasProbablyMeant) {
  const std::vector<std::string> words{"records", "bytes", "wait", "streaming"};
  struct Case {
    const char* word;
    const char* meant;
  };
  for (const Case& c :
       {Case{"recrods", "records"}, Case{"record", "records"}, Case{"RECORDS", "records"},
        Case{"byte", "bytes"}, Case{"wiat", "wait"}, Case{"stream", "streaming"}, Case{"x", ""},
        Case{"", ""}, Case{"concurrency", ""}, Case{"st", ""}}) {
    EXPECT_EQ(nearest(c.word, words), c.meant) << c.word;
  }
  EXPECT_EQ(did_you_mean("recrods", words), "; did you mean \"records\"?");
  EXPECT_EQ(did_you_mean("zzzzz", words), "");
}

TEST(Wording, ListsAFewWords) {
  EXPECT_EQ(quoted_list({"a", "b"}), "\"a\", \"b\"");
  EXPECT_EQ(quoted_list({"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"}),
            "\"1\", \"2\", \"3\", \"4\", \"5\", \"6\", \"7\", \"8\" and 2 more");
}

TEST(Wording, FindsTheFirstBrokenByte) {
  EXPECT_EQ(find_invalid_utf8("aé€😀"), std::string_view::npos);
  EXPECT_EQ(find_invalid_utf8("ab\xC3"), 2U);
  EXPECT_EQ(find_invalid_utf8("\xC0\x80"), 0U);          // overlong
  EXPECT_EQ(find_invalid_utf8("a\xED\xA0\x80"), 1U);     // surrogate
  EXPECT_EQ(find_invalid_utf8("\xF4\x90\x80\x80"), 0U);  // beyond U+10FFFF
  EXPECT_EQ(find_invalid_utf8("\x80"), 0U);
}

}  // namespace
}  // namespace sluice::config
