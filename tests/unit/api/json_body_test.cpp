// What a request's body may be, and what its fields may be.
#include "api/json_body.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sluice::api {
namespace {

std::string nested(std::size_t levels) {
  return R"({"a":)" + std::string(levels - 1, '[') + std::string(levels - 1, ']') + "}";
}

TEST(JsonBody, TakesSixtyFourLevelsAndNotOneMore) {
  EXPECT_TRUE(parse_object(nested(64)).ok());
  const auto deeper = parse_object(nested(65));
  ASSERT_FALSE(deeper.ok());
  EXPECT_EQ(deeper.error().message, "the body is nested deeper than 64 levels");
  EXPECT_FALSE(parse_object(std::string(100'000, '[')).ok());
}

TEST(JsonBody, DoesNotCountBracketsInStrings) {
  EXPECT_TRUE(parse_object(R"({"a":")" + std::string(1000, '[') + R"(\"["})").ok());
}

TEST(JsonBody, RefusesWhatIsNoObject) {
  EXPECT_EQ(parse_object("nonsense").error().message, "the body is not JSON");
  EXPECT_EQ(parse_object("").error().message, "the body is not JSON");
  EXPECT_EQ(parse_object("[1]").error().message, "the body is not a JSON object");
}

TEST(Fields, RememberTheFirstFault) {
  const auto body =
      nlohmann::json::parse(R"({"n":"x","t":7,"big":18446744073709551615,"f":1.5,"z":null})");
  Fields fields(body);
  EXPECT_FALSE(fields.integer("missing").has_value());
  EXPECT_FALSE(fields.integer("z").has_value());
  EXPECT_TRUE(fields.fault().empty());
  EXPECT_FALSE(fields.integer("big").has_value());
  EXPECT_EQ(fields.fault(), "big has to be a whole number");
  EXPECT_FALSE(fields.text("t").has_value());
  EXPECT_EQ(fields.fault(), "big has to be a whole number");
}

TEST(Fields, KeepNumbersInTheirRange) {
  const auto body = nlohmann::json::parse(R"({"limit":0,"fine":100})");
  Fields fields(body);
  EXPECT_EQ(fields.integer_in("fine", {1, 100, 10}), 100);
  EXPECT_EQ(fields.integer_in("absent", {1, 100, 10}), 10);
  EXPECT_TRUE(fields.fault().empty());
  EXPECT_EQ(fields.integer_in("limit", {1, 100, 10}), 1);
  EXPECT_EQ(fields.fault(), "limit has to be from 1 to 100");
}

TEST(CodePoints, CountsCharactersNotBytes) {
  EXPECT_EQ(code_points("naïve 日本 🚀"), 10U);
  EXPECT_EQ(code_points(""), 0U);
}

TEST(Dump, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(dump("a\xff"
                 "b"),
            "\"a\xef\xbf\xbd"
            "b\"");
}

}  // namespace
}  // namespace sluice::api
