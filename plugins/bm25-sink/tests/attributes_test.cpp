#include "index/attributes.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace bm25 {
namespace {

const Attributes kPage{
    .domain = "e.com", .language = "en", .country = "us", .crawl_id = "c1", .is_mobile = true};

bool passes(std::string_view json) { return Filter::parse(json).passes(kPage); }

TEST(Filter, HoldsWhenEveryKeyHasOneOfItsValues) {
  EXPECT_TRUE(passes(""));
  EXPECT_TRUE(passes("{}"));
  EXPECT_TRUE(passes(R"({"domain": "e.com", "language": ["de", "en"], "is_mobile": true})"));
  EXPECT_TRUE(passes(R"({"country": "us", "crawl_id": "c1", "domain": null})"));
  EXPECT_FALSE(passes(R"({"domain": "e.com", "language": "de"})"));
  EXPECT_FALSE(passes(R"({"crawl_id": []})"));
  EXPECT_FALSE(passes(R"({"is_mobile": false})"));
}

TEST(Filter, TakesWhatIsNotSaidToBeMobileForNotMobile) {
  EXPECT_TRUE(Filter::parse(R"({"is_mobile": false})").passes({}));
  EXPECT_FALSE(Filter::parse(R"({"is_mobile": true})").passes({}));
}

TEST(Filter, ComparesDomainsWithoutCaseAndLanguagesByRange) {
  EXPECT_TRUE(passes(R"({"domain": "E.com", "language": "EN"})"));
  EXPECT_FALSE(passes(R"({"language": "en-US"})"));
  Attributes regional = kPage;
  regional.language = "en-US";
  EXPECT_TRUE(Filter::parse(R"({"language": ["de", "en"]})").passes(regional));
  EXPECT_TRUE(Filter::parse(R"({"language": "en-us"})").passes(regional));
  EXPECT_FALSE(Filter::parse(R"({"language": "en-GB"})").passes(regional));
}

TEST(Filter, RefusesWhatItDoesNotUnderstand) {
  for (const char* json : {"[]", "1", "{", R"({"site": "x"})", R"({"domain": 1})",
                           R"({"is_mobile": "yes"})", R"({"language": [["en"]]})"}) {
    EXPECT_THROW(Filter::parse(json), std::invalid_argument) << json;
  }
}

TEST(Filter, SaysWhatIsWrong) {
  try {
    Filter::parse(R"({"domain": 1})");
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "The filter on \"domain\" must be a text or a list of texts.");
  }
}

TEST(AttributeTable, GivesEqualAttributesOneIdAsLongAsTheyAreUsed) {
  AttributeTable table;
  const AttributeId first = table.acquire(kPage);
  EXPECT_EQ(table.acquire(kPage), first);
  const AttributeId other = table.acquire({});
  EXPECT_NE(other, first);
  table.release(first);
  table.release(first);
  EXPECT_EQ(table.acquire(
                {.domain = "new", .language = {}, .country = {}, .crawl_id = {}, .is_mobile = {}}),
            first);
  EXPECT_EQ(table.size(), 2U);
}

TEST(AttributeTable, KeepsValuesOfNeighbouringFieldsApart) {
  AttributeTable table;
  EXPECT_NE(table.acquire(
                {.domain = "ab", .language = "c", .country = {}, .crawl_id = {}, .is_mobile = {}}),
            table.acquire(
                {.domain = "a", .language = "bc", .country = {}, .crawl_id = {}, .is_mobile = {}}));
}

}  // namespace
}  // namespace bm25
