// AttributeSets: equal values share a number, which lasts as long as somebody uses it.
#include "attribute_sets.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace local_vectors {
namespace {

constexpr AttributeViews kEnglish = {"a.org", "en", "", "", "crawl"};
constexpr AttributeViews kGerman = {"a.org", "de", "", "", "crawl"};

Filter filter_of(std::size_t attribute, std::vector<std::string> texts) {
  Filter filter;
  filter.any_of[attribute] = std::move(texts);
  return filter;
}

TEST(AttributeSetsTest, EqualValuesShareANumber) {
  AttributeSets sets;
  const auto english = sets.add(kEnglish);
  EXPECT_NE(english, AttributeSets::kNone);
  EXPECT_EQ(sets.add(kEnglish), english);
  EXPECT_NE(sets.add(kGerman), english);
  EXPECT_NE(sets.add({}), AttributeSets::kNone);
}

TEST(AttributeSetsTest, SaysWhichPassAFilter) {
  AttributeSets sets;
  const auto english = sets.add(kEnglish);
  const auto german = sets.add(kGerman);
  const auto nothing = sets.add({});
  const auto site = sets.condition(filter_of(0, {"a.org"}));
  EXPECT_TRUE(sets.passes(english, site));
  EXPECT_TRUE(sets.passes(german, site));
  EXPECT_FALSE(sets.passes(nothing, site));
  const auto languages = sets.condition(filter_of(1, {"de", "fr"}));
  EXPECT_FALSE(sets.passes(english, languages));
  EXPECT_TRUE(sets.passes(german, languages));
  EXPECT_TRUE(sets.passes(nothing, sets.condition({})));
  EXPECT_TRUE(sets.condition(filter_of(1, {"fr"})).passes_nothing());
  EXPECT_TRUE(sets.condition(filter_of(2, {""})).passes_nothing());  // as no value meets a filter
}

TEST(AttributeSetsTest, ComparesDomainsWithoutCaseAndLanguagesByRange) {
  AttributeSets sets;
  const auto plain = sets.add(kEnglish);
  const auto regional = sets.add({"A.org", "en-US", "", "false", ""});
  const auto mobile = sets.add({"a.org", "eng", "", "true", ""});
  const auto passing = [&](std::size_t attribute, const std::string& text) {
    const auto condition = sets.condition(filter_of(attribute, {text}));
    std::string out;
    for (const auto id : {plain, regional, mobile}) out += sets.passes(id, condition) ? '1' : '0';
    return out;
  };
  EXPECT_EQ(passing(kDomain, "a.ORG"), "111");
  EXPECT_EQ(passing(kLanguage, "EN"), "110");
  EXPECT_EQ(passing(kLanguage, "en-us"), "010");
  EXPECT_EQ(passing(kIsMobile, "false"), "110");
  EXPECT_EQ(passing(kIsMobile, "true"), "001");
}

TEST(AttributeSetsTest, KnowsWhetherASetThatCameLaterPasses) {
  AttributeSets sets;
  sets.add(kEnglish);
  const auto english = sets.condition(filter_of(1, {"en"}));
  AttributeViews later = kEnglish;
  later[4] = "another crawl";
  EXPECT_TRUE(sets.passes(sets.add(later), english));
  EXPECT_FALSE(sets.passes(sets.add(kGerman), english));
}

TEST(AttributeSetsTest, ANumberGoesWithItsLastUserAndNeverComesBack) {
  AttributeSets sets;
  const auto first = sets.add(kEnglish);
  sets.add(kEnglish);
  sets.release(first);
  EXPECT_FALSE(sets.condition({}).passes_nothing());
  sets.release(first);
  EXPECT_TRUE(sets.condition({}).passes_nothing());
  EXPECT_TRUE(sets.condition(filter_of(1, {"en"})).passes_nothing());
  EXPECT_NE(sets.add(kEnglish), first);
  sets.release(AttributeSets::kNone);
}

}  // namespace
}  // namespace local_vectors
