// Filters as JSON, and the numbers that stand for their values.
#include "attributes.hpp"

#include "interner.hpp"

#include <gtest/gtest.h>

#include <string>
#include <variant>

namespace local_vectors {
namespace {

Filter parsed(std::string_view json) {
  const auto result = parse_filter(json);
  const auto* filter = std::get_if<Filter>(&result);
  EXPECT_NE(filter, nullptr) << json;
  return filter == nullptr ? Filter{} : *filter;
}

std::string refusal(std::string_view json) {
  const auto result = parse_filter(json);
  const auto* sentence = std::get_if<std::string>(&result);
  return sentence == nullptr ? "none" : *sentence;
}

TEST(Filter, NothingIsNoCondition) {
  EXPECT_TRUE(parsed("").is_empty());
  EXPECT_TRUE(parsed("{}").is_empty());
  EXPECT_TRUE(parsed(R"({"language": null})").is_empty());
}

TEST(Filter, TakesAValueOrAList) {
  const Filter filter = parsed(
      R"({"domain": ["a.org", "b.org"], "language": "en", "is_mobile": true, "country": []})");
  EXPECT_EQ(filter.any_of[0], (std::vector<std::string>{"a.org", "b.org"}));
  EXPECT_EQ(filter.any_of[1], (std::vector<std::string>{"en"}));
  EXPECT_EQ(filter.any_of[2], std::vector<std::string>{});
  EXPECT_EQ(filter.any_of[3], (std::vector<std::string>{"true"}));
  EXPECT_FALSE(filter.any_of[4]);
}

TEST(Filter, SaysWhatIsWrong) {
  EXPECT_EQ(refusal("[1"), "The filter is not a JSON object.");
  EXPECT_EQ(refusal("[]"), "The filter is not a JSON object.");
  EXPECT_EQ(refusal(R"({"language": 5})"),
            "The filter value of 'language' is neither a text nor a list of texts.");
  EXPECT_EQ(refusal(R"({"language": true})"),
            "The filter value of 'language' is neither a text nor a list of texts.");
  EXPECT_EQ(refusal(R"({"site": "a.org"})"),
            "The filter names a field that cannot be filtered by; use domain, language, country, "
            "is_mobile or crawl_id.");
}

TEST(Interner, ForgetsATextWithItsLastUserAndNeverReusesItsNumber) {
  Interner interner;
  const Interner::Id first = interner.add("en");
  EXPECT_EQ(interner.add("en"), first);
  interner.release(first);
  EXPECT_EQ(interner.find("en"), first);
  interner.release(first);
  EXPECT_EQ(interner.find("en"), Interner::kNone);
  EXPECT_NE(interner.add("de"), first);
  EXPECT_NE(interner.add("en"), first);
  EXPECT_EQ(interner.add(""), Interner::kNone);
}

}  // namespace
}  // namespace local_vectors
