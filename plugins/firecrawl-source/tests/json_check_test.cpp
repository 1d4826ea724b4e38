#include "json_check.hpp"

#include <gtest/gtest.h>

#include <string>

namespace firecrawl {
namespace {

std::string repeated(std::string_view part, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += part;
  return out;
}

TEST(JsonCheck, AcceptsJson) {
  for (const std::string_view text :
       {"{}", "[]", "0", "-0", "-0.5e+10", "1E400", "\"\"", "true", "false", "null",
        " [ 1 , 2 ] \n", R"({"a":{"b":[{},[],"",0,null]},"c":"\u0000\ud800\"\\\/\b\f\n\r\t"})",
        R"([[],[[]],{"":[]}])", "[123456789012345678901234567890123456789012345678901234567890]",
        R"("12345678\"12345678")", "\"Grüße 日本語 🚀\"", R"({"a":1,"a":2})"}) {
    EXPECT_EQ(check_json(text), JsonCheck::kOk) << text;
  }
}

TEST(JsonCheck, RefusesWhatIsNotJson) {
  for (const std::string_view text : {"",
                                      " ",
                                      "{",
                                      "}",
                                      "[",
                                      "]",
                                      "[1,]",
                                      "[,1]",
                                      "[1 2]",
                                      "{\"a\"}",
                                      "{\"a\":}",
                                      "{\"a\":1,}",
                                      "{a:1}",
                                      "{'a':1}",
                                      "{\"a\":1 \"b\":2}",
                                      "[1}",
                                      "{\"a\":1]",
                                      "[]]",
                                      "[] []",
                                      "{}x",
                                      "01",
                                      "-",
                                      "-a",
                                      "+1",
                                      ".5",
                                      "1.",
                                      "1e",
                                      "1e+",
                                      "0x1",
                                      "1_0",
                                      "NaN",
                                      "Infinity",
                                      "tru",
                                      "True",
                                      "nulll",
                                      "\"",
                                      "\"a",
                                      "\"\\x\"",
                                      "\"\\u12\"",
                                      "\"\\u12g4\"",
                                      "\"\\",
                                      "\"a\nb\"",
                                      "\"a\tb\"",
                                      "\xEF\xBB\xBF{}",
                                      "{}/**/",
                                      "[1,,2]",
                                      "[\"a\",\n4\n,1,",
                                      "{\"a\":\"a\" 123}",
                                      "[-]",
                                      "\"123456789\x01\"",
                                      "{\"a\"::1}",
                                      "{,}",
                                      "{\"a\":1,,\"b\":2}",
                                      "{1:1}",
                                      "{[]:1}"}) {
    EXPECT_EQ(check_json(text), JsonCheck::kMalformed) << text;
  }
  using namespace std::string_view_literals;
  EXPECT_EQ(check_json("{}\0"sv), JsonCheck::kMalformed);
  EXPECT_EQ(check_json("[1\0]"sv), JsonCheck::kMalformed);
  EXPECT_EQ(check_json("\"a\0b\""sv), JsonCheck::kMalformed);
  EXPECT_EQ(check_json("\"\\\0\""sv), JsonCheck::kMalformed);
}

TEST(JsonCheck, AllowsDepth64AndNotOneMore) {
  EXPECT_EQ(check_json(repeated("[", 64) + repeated("]", 64)), JsonCheck::kOk);
  EXPECT_EQ(check_json(repeated("[", 65) + repeated("]", 65)), JsonCheck::kTooDeep);
  EXPECT_EQ(check_json(repeated("{\"a\":", 64) + "1" + repeated("}", 64)), JsonCheck::kOk);
  EXPECT_EQ(check_json(repeated("{\"a\":", 65) + "1" + repeated("}", 65)), JsonCheck::kTooDeep);
  EXPECT_EQ(check_json(repeated("[", 100'000)), JsonCheck::kTooDeep);
}

TEST(JsonCheck, DoesNotCountBracketsInStringsOrSideBySide) {
  EXPECT_EQ(check_json("{\"" + repeated("[{", 1000) + "\":\"\\\"" + repeated("[", 1000) + "\"}"),
            JsonCheck::kOk);
  EXPECT_EQ(check_json("[" + repeated("[[]],", 1000) + "0]"), JsonCheck::kOk);
}

TEST(JsonCheck, KnowsEachContainerByItsOwnCloser) {
  EXPECT_EQ(check_json(R"({"a":[{"b":[]}]})"), JsonCheck::kOk);
  EXPECT_EQ(check_json(R"({"a":[{"b":[}]]})"), JsonCheck::kMalformed);
  EXPECT_EQ(check_json(R"([{"a":1},"b":2])"), JsonCheck::kMalformed);
}

}  // namespace
}  // namespace firecrawl
