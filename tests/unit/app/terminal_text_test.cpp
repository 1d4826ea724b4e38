#include "app/terminal_text.hpp"

#include "app/terminal_numbers.hpp"

#include <gtest/gtest.h>

namespace sluice::app {
namespace {

using Lines = std::vector<std::string>;

TEST(TerminalText, CountsColumnsNotBytes) {
  EXPECT_EQ(display_width("plain"), 5U);
  EXPECT_EQ(display_width("café"), 4U);
  EXPECT_EQ(display_width("日本語"), 6U);
  EXPECT_EQ(display_width("e\xCC\x81"), 1U) << "a combining accent takes no column";
  EXPECT_EQ(display_width("\xFF\xFE"), 2U) << "bytes that are not UTF-8 count one each";
}

TEST(TerminalText, ShowsNothingThatSteersATerminal) {
  EXPECT_EQ(printable("a\x1b[31mred\x07"), "a[31mred");
  EXPECT_EQ(printable("safe\xE2\x80\xAEtxt.exe"), "safetxt.exe") << "right-to-left override";
  EXPECT_EQ(printable(std::string_view("nul\0!", 5)), "nul!");
  EXPECT_EQ(printable("\xC2\x9B"
                      "31m"),
            "31m")
      << "the one-character form of ESC [";
}

TEST(TerminalText, JoinsLinesAndRepairsBytes) {
  EXPECT_EQ(printable("  one\n\n two\t\xC2\xA0three  "), "one two three");
  EXPECT_EQ(printable("a\xFF"), "a\xEF\xBF\xBD");
}

TEST(TerminalText, ShortensToColumnsAndSaysSo) {
  EXPECT_EQ(shortened("exactly", 7), "exactly");
  EXPECT_EQ(shortened("one more", 7), "one mo…");
  EXPECT_EQ(shortened("日本語", 5), "日本…");
  EXPECT_EQ(shortened("日本語", 4), "日…") << "half a character is none";
  EXPECT_EQ(shortened("text", 0), "");
}

TEST(TerminalText, WrapsAtSpaces) {
  EXPECT_EQ(wrapped("the quick brown fox", 10, 9), (Lines{"the quick", "brown fox"}));
  EXPECT_EQ(wrapped("", 10, 9), Lines{});
}

TEST(TerminalText, WrapsBetweenWideCharacters) {
  EXPECT_EQ(wrapped("日本語の文", 4, 9), (Lines{"日本", "語の", "文"}));
  EXPECT_EQ(wrapped("See 日本語", 8, 9), (Lines{"See 日本", "語"}));
}

TEST(TerminalText, SplitsWhatIsWiderThanALine) {
  EXPECT_EQ(wrapped("a supercalifragilistic b", 10, 9),
            (Lines{"a", "supercalif", "ragilistic", "b"}));
  EXPECT_EQ(wrapped("日", 1, 9), Lines{"日"}) << "does not loop on what never fits";
}

TEST(TerminalText, EndsInDotsWhenLinesRunOut) {
  EXPECT_EQ(wrapped("one two three four", 5, 2), (Lines{"one", "two…"}));
  EXPECT_EQ(wrapped("text", 5, 0), Lines{});
}

TEST(TerminalNumbers, ReadWell) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1'234'567), "1,234,567");
  EXPECT_EQ(counted(1, "page"), "1 page");
  EXPECT_EQ(counted(2'000, "page"), "2,000 pages");
  using std::chrono::milliseconds;
  EXPECT_EQ(spent(milliseconds(42)), "0.042 s");
  EXPECT_EQ(spent(milliseconds(3'140)), "3.1 s");
  EXPECT_EQ(spent(milliseconds(125'000)), "2 m 05 s");
  EXPECT_EQ(spent(milliseconds(3'720'000)), "1 h 02 m");
  EXPECT_EQ(per_second(0), "0.0/s");
  EXPECT_EQ(per_second(0.25), "0.25/s");
  EXPECT_EQ(per_second(8.14), "8.1/s");
  EXPECT_EQ(per_second(1'203.6), "1,204/s");
  EXPECT_EQ(per_second(-1), "-");
}

}  // namespace
}  // namespace sluice::app
