// Filters of a search, in Qdrant's words.
#include "filter.hpp"
#include "payload.hpp"

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
  EXPECT_EQ(conditions(R"({"country":"US","is_mobile":true})"),
            R"({"key":"country","match":{"any":["US"]}},)"
            R"({"key":"is_mobile","match":{"value":true}})");
}

TEST(ConditionsOf, ALanguageHasItsRegionalOnes) {
  EXPECT_EQ(conditions(R"({"language":"en"})"),
            R"({"should":[{"key":"language_ranges","match":{"any":["en"]}},)"
            R"({"key":"language","match":{"any":["en"]}}]})");
  EXPECT_EQ(conditions(R"({"language":["EN_us","de"]})"),
            R"({"should":[{"key":"language_ranges","match":{"any":["en-us","de"]}},)"
            R"({"key":"language","match":{"any":["EN_us","de","en-us"]}}]})");
}

TEST(ConditionsOf, WhatIsNotSaidToBeMobileIsNot) {
  EXPECT_EQ(conditions(R"({"is_mobile":false,"country":"US"})"),
            R"({"must_not":[{"key":"is_mobile","match":{"value":true}}]},)"
            R"({"key":"country","match":{"any":["US"]}})");
  EXPECT_EQ(conditions(R"({"is_mobile":[true,false]})"), "");
  EXPECT_EQ(conditions(R"({"country":"US","is_mobile":[true,false]})"),
            R"({"key":"country","match":{"any":["US"]}})");
}

TEST(LanguageRanges, AreMembersOfAPayload) {
  std::string members;
  append_language_ranges(members, "");
  EXPECT_EQ(members, "");
  append_language_ranges(members, "en-US");
  EXPECT_EQ(members, R"("language_ranges":["en","en-us"])");
  members = R"("language":"de")";
  append_language_ranges(members, "de");
  EXPECT_EQ(members, R"("language":"de","language_ranges":["de"])");
}

TEST(ConditionsOf, AListIsAnyOfIt) {
  EXPECT_EQ(conditions(R"({"domain":["a.org","b \"q\".org"]})"),
            R"({"key":"domain","match":{"any":["a.org","b \"q\".org"]}})");
  EXPECT_EQ(conditions(R"({"domain":"B.org"})"), R"({"key":"domain","match":{"any":["b.org"]}})");
}

TEST(ConditionsOf, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(conditions("[]"), "The filter is not a JSON object.");
  EXPECT_EQ(conditions("{"), "The filter is not a JSON object.");
  for (const char* key : {"title", "text", "document_id", "ordinal"}) {
    EXPECT_EQ(conditions("{\"" + std::string(key) + "\":\"x\"}"),
              "There is no filter '" + std::string(key) +
                  "'; use domain, language, country, is_mobile or crawl_id.");
  }
  const std::string takes = "The filter 'domain' takes a text or a list of texts.";
  for (const char* value : {"1", "{}", "[]", "[1]", "[[\"a\"]]", "true", R"(["a",true])"})
    EXPECT_EQ(conditions(R"({"domain":)" + std::string(value) + "}"), takes) << value;
  for (const char* value : {"1", "[]", R"("true")", R"([true,"a"])"})
    EXPECT_EQ(conditions(R"({"is_mobile":)" + std::string(value) + "}"),
              "The filter 'is_mobile' takes true or false.");
}

}  // namespace
}  // namespace qdrant_sink
