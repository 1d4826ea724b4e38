// The JSON of the fake host: what it reads, and what it says about what it cannot.
#include <sluice/testing/json.hpp>

#include <gtest/gtest.h>

namespace sluice::sdk_tests {
namespace {

using sluice::testing::Json;

std::string refusal(std::string_view text) {
  try {
    Json::parse(text);
    return "";
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
}

TEST(TestingJson, PrintsWhatItRead) {
  for (const char* text :
       {"null", "true", "-12", "1.5", R"("a\"\\b")", "[]", "[1,[2],{}]", R"({"a":{"b":[false]}})"})
    EXPECT_EQ(Json::parse(text).dump(), text);
}

TEST(TestingJson, KnowsEscapesAndSurrogates) {
  EXPECT_EQ(Json::parse(R"("\t\u00e9\u20ac\ud83d\ude00")").text,
            "\t\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
}

TEST(TestingJson, FindsByPointer) {
  const Json j = Json::parse(R"({"a":[{"b/c":7}],"":1})");
  ASSERT_NE(j.at("/a/0/b~1c"), nullptr);
  EXPECT_EQ(j.at("/a/0/b~1c")->integer, 7);
  EXPECT_EQ(j.at("/")->integer, 1);
  EXPECT_EQ(j.at("/a/1"), nullptr);
  EXPECT_EQ(j.at("a"), nullptr);
}

TEST(TestingJson, SaysWhatIsWrong) {
  EXPECT_EQ(refusal(""), "not JSON: it ends too early, at \"\"");
  EXPECT_EQ(refusal("{\"a\" 1}"), "not JSON: a colon is missing, at \"1}\"");
  EXPECT_EQ(refusal("[1"), "not JSON: a ] is missing, at \"\"");
  EXPECT_EQ(refusal("1 2"), "not JSON: something follows the value, at \"2\"");
  EXPECT_EQ(refusal("nope"), "not JSON: no value begins like this, at \"nope\"");
  EXPECT_EQ(refusal("\"\\u12\""), "not JSON: \\u wants four digits, at \"12\"\"");
  EXPECT_EQ(refusal(std::string(100, '[')).substr(0, 36), "not JSON: it is nested too deeply, a");
}

}  // namespace
}  // namespace sluice::sdk_tests
