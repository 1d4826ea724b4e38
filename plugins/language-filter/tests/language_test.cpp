// Codes.
#include "language.hpp"

#include <gtest/gtest.h>

namespace language_filter {
namespace {

TEST(Language, HasOneSpelling) {
  for (const char* tag : {"en", "EN", "en-US", "en_GB", "en_US.UTF-8", "eN-Latn-GB"}) {
    EXPECT_EQ(language_of(tag), "en") << tag;
  }
  EXPECT_EQ(language_of("zh-Hant"), "zh");
  EXPECT_EQ(language_of("fil"), "fil");
}

TEST(Language, HasTodaysCode) {
  EXPECT_EQ(language_of("iw"), "he");
  EXPECT_EQ(language_of("in"), "id");
  EXPECT_EQ(language_of("nb-NO"), "no");
  EXPECT_EQ(language_of("nn"), "no");
}

TEST(Language, IsNothingElse) {
  for (const char* text : {"", "e", "English", "un", "und", "mul", "e1", "-", "12", "  ", "ÄÖ"}) {
    EXPECT_EQ(language_of(text), "") << text;
  }
}

}  // namespace
}  // namespace language_filter
