// What is sent, to the byte.
#include "core/request_body.hpp"
#include "core/blank.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace tei {
namespace {

using Texts = std::vector<std::string_view>;

TEST(RequestBody, SaysEverythingThatTheNativeFormTakes) {
  EXPECT_EQ(write_body({}, Texts{"a", "b"}),
            R"({"inputs":["a","b"],"truncate":true,"normalize":true})");
  EXPECT_EQ(write_body({.truncate = Truncate::kNo,
                        .normalize = Normalize::kNo,
                        .prompt = "query: ",
                        .prompt_name = "q\"1"},
                       Texts{"a"}),
            R"({"inputs":["query: a"],"truncate":false,"normalize":false,"prompt_name":"q\"1"})");
}

TEST(RequestBody, AsksTheOpenAiFormForBase64) {
  EXPECT_EQ(write_body({.wire = Wire::kOpenAi, .prompt = "p "}, Texts{"a", "b"}),
            R"({"input":["p a","p b"],"encoding_format":"base64"})");
  EXPECT_EQ(path_of(Wire::kOpenAi), "/v1/embeddings");
  EXPECT_EQ(path_of(Wire::kNative), "/embed");
}

TEST(RequestBody, EscapesWhatJsonWantsEscaped) {
  using namespace std::string_view_literals;
  const auto text = "a\"b\\c\n\r\t\x01\x00z\x7F é 日 🚀"sv;
  EXPECT_EQ(write_body({.wire = Wire::kOpenAi}, Texts{text}),
            "{\"input\":[\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u0000z\x7F é 日 🚀\"],"
            "\"encoding_format\":\"base64\"}");
}

TEST(RequestBody, ReplacesWhatIsNotUtf8) {
  const auto body = [](std::string_view text) {
    const std::string all = write_body({.wire = Wire::kOpenAi}, Texts{text});
    return all.substr(11, all.find('"', 11) - 11);
  };
  EXPECT_EQ(body("a\xFFz"), "a\uFFFDz");
  EXPECT_EQ(body("a\xC3"), "a\uFFFD");                              // ends in the middle
  EXPECT_EQ(body("\xC0\xAF"), "\uFFFD\uFFFD");                      // overlong
  EXPECT_EQ(body("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");            // a surrogate
  EXPECT_EQ(body("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");  // beyond Unicode
  EXPECT_EQ(body("\xF4\x8F\xBF\xBF"), "\xF4\x8F\xBF\xBF");
}

TEST(Blank, KnowsWhatHasNothingToSee) {
  EXPECT_TRUE(is_blank(""));
  EXPECT_TRUE(is_blank(" \t\r\n\x01"));
  EXPECT_FALSE(is_blank(" a "));
  EXPECT_FALSE(is_blank("\xC2\xA0"));  // the server decides about Unicode's own blanks
}

}  // namespace
}  // namespace tei
