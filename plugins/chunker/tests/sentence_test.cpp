// Ends of sentences.
#include "cut/sentence.hpp"

#include <gtest/gtest.h>

namespace chunker {
namespace {

bool ends(std::string_view word, std::string_view following = "Next") {
  return ends_sentence(word, Gap::kBlank, following);
}

TEST(Sentence, EndsAtItsMarks) {
  for (const char* word :
       {"end.", "end!", "why?", "said.\"", "(so.)", "done.**", "…done…", "हैं।", "؟", "end.”"}) {
    EXPECT_TRUE(ends(word)) << word;
  }
  for (const char* word : {"end", "end,", "end:", "", "."}) {
    EXPECT_EQ(ends(word), std::string_view(word) == ".") << word;
  }
}

TEST(Sentence, AbbreviationsInitialsAndNumbersDoNotEnd) {
  for (const char* word : {"Dr.", "e.g.", "(i.e.", "etc.", "J.", "3.", "z.B.", "Sra.", "vs."}) {
    EXPECT_FALSE(ends(word)) << word;
  }
  EXPECT_TRUE(ends("1984."));
}

TEST(Sentence, SmallLetterGoesOn) {
  EXPECT_FALSE(ends("foo.", "bar"));
  EXPECT_FALSE(ends("foo.", "émigré"));
  EXPECT_TRUE(ends("foo!", "bar"));
}

TEST(Sentence, OnlyIdeographicMarksNeedNoGap) {
  EXPECT_TRUE(ends_sentence("饭。", Gap::kNone, "我"));
  EXPECT_FALSE(ends_sentence("1.", Gap::kNone, "我"));
}

}  // namespace
}  // namespace chunker
