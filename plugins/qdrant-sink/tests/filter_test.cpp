// Filters of a search, in Qdrant's words.
#include "filter.hpp"

#include <gtest/gtest.h>

#include <string>

namespace qdrant_sink {
namespace {

std::string conditions(std::string_view filter) {
  const auto read = conditions_of(filter);
  if (const auto* bad = std::get_if<BadFilter>(&read)) return bad->sentence;
  return std::get<std::string>(read);
}

TEST(ConditionsOf, NoFilterIsNoCondition) {
  EXPECT_EQ(conditions(""), "");
  EXPECT_EQ(conditions("{}"), "");
  EXPECT_EQ(conditions(R"({"language":null})"), "");
}

TEST(ConditionsOf, EachKeyMustMatch) {
  EXPECT_EQ(
      conditions(R"({"language":"en","is_mobile":true})"),
      R"({"key":"language","match":{"value":"en"}},{"key":"is_mobile","match":{"value":true}})");
}

TEST(ConditionsOf, AListIsAnyOfIt) {
  EXPECT_EQ(conditions(R"({"domain":["a.org","b \"q\".org"]})"),
            R"({"key":"domain","match":{"any":["a.org","b \"q\".org"]}})");
  EXPECT_EQ(conditions(R"({"is_mobile":[true,false]})"),
            R"({"should":[{"key":"is_mobile","match":{"value":true}},)"
            R"({"key":"is_mobile","match":{"value":false}}]})");
}

TEST(ConditionsOf, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(conditions("[]"), "The filter is not a JSON object.");
  EXPECT_EQ(conditions("{"), "The filter is not a JSON object.");
  for (const char* key : {"title", "text", "document_id", "ordinal"}) {
    EXPECT_EQ(conditions("{\"" + std::string(key) + "\":\"x\"}"),
              "There is no filter '" + std::string(key) +
                  "'; use domain, language, country, is_mobile or crawl_id.");
  }
  const std::string takes = "The filter 'domain' takes a text, true or false, or a list of them.";
  for (const char* value : {"1", "{}", "[]", "[1]", "[[\"a\"]]"})
    EXPECT_EQ(conditions(R"({"domain":)" + std::string(value) + "}"), takes) << value;
}

}  // namespace
}  // namespace qdrant_sink
