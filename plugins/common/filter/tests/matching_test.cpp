// Ranges and tags of languages, and domains.
#include "common/filter/matching.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace plugin_common {
namespace {

using Ranges = std::vector<std::string>;

TEST(IsInLanguage, TakesTheRangeItselfAndWhatIsNarrower) {
  for (const char* tag : {"en", "EN", "en-US", "en_GB", "EN-gb-oxendict"}) {
    EXPECT_TRUE(is_in_language(tag, "en")) << tag;
    EXPECT_TRUE(is_in_language(tag, "En")) << tag;
  }
  EXPECT_TRUE(is_in_language("zh-Hant-TW", "zh_hant"));
  EXPECT_TRUE(is_in_language("", ""));
  for (const char* tag : {"", "e", "eng", "de", "e-n", "n-en"}) {
    EXPECT_FALSE(is_in_language(tag, "en")) << tag;
  }
  EXPECT_FALSE(is_in_language("en", "en-US"));
  EXPECT_FALSE(is_in_language("en", ""));
}

TEST(LanguageRanges, AreThoseThatTheTagIsIn) {
  EXPECT_EQ(language_ranges("en"), Ranges{"en"});
  EXPECT_EQ(language_ranges("en_US"), (Ranges{"en", "en-us"}));
  EXPECT_EQ(language_ranges("zh-Hant-TW"), (Ranges{"zh", "zh-hant", "zh-hant-tw"}));
  EXPECT_EQ(language_ranges(""), Ranges{});
  for (const char* tag : {"en", "en_US", "zh-Hant-TW", "-", "a-", "-a", "--"}) {
    for (const std::string& range : language_ranges(tag)) {
      EXPECT_EQ(range, language_range(range));
      EXPECT_TRUE(is_in_language(tag, range)) << tag << ' ' << range;
    }
  }
}

TEST(LanguageRanges, OfWhatIsNoTagAreFew) {
  std::string hostile;
  for (int i = 0; i < 50'000; ++i) hostile += "a-";
  const Ranges ranges = language_ranges(hostile);
  EXPECT_LT(ranges.size(), 64U);
  EXPECT_EQ(ranges.front(), "a");
  EXPECT_EQ(ranges.back(), hostile);
}

TEST(IsSameDomain, KnowsNoCase) {
  EXPECT_TRUE(is_same_domain("Example.ORG", "example.org"));
  EXPECT_FALSE(is_same_domain("example.org", "example.or"));
  EXPECT_EQ(domain_in_lower_case("Example.ORG"), "example.org");
}

}  // namespace
}  // namespace plugin_common
