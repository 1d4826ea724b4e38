#include "config/node.hpp"

#include "config_testing.hpp"

#include <gtest/gtest.h>

namespace sluice::config {
namespace {

Scalar typed(const std::string& text, Node::Style style = Node::Style::kPlain) {
  static const std::string file = "p.yaml";
  static Node node(Node::Kind::kScalar, {1, 1}, file);
  node.set_text(text, style);
  return node.typed();
}

TEST(Node, TypesPlainScalarsByTheCoreSchema) {
  EXPECT_TRUE(std::holds_alternative<std::nullptr_t>(typed("~")));
  EXPECT_TRUE(std::holds_alternative<std::nullptr_t>(typed("null")));
  EXPECT_TRUE(std::get<bool>(typed("true")));
  EXPECT_FALSE(std::get<bool>(typed("FALSE")));
  EXPECT_EQ(std::get<std::int64_t>(typed("-12")), -12);
  EXPECT_EQ(std::get<std::int64_t>(typed("+7")), 7);
  EXPECT_EQ(std::get<std::int64_t>(typed("0x1F")), 31);
  EXPECT_EQ(std::get<std::int64_t>(typed("0o17")), 15);
  EXPECT_EQ(std::get<std::int64_t>(typed("007")), 7);
  EXPECT_EQ(std::get<std::int64_t>(typed("9223372036854775807")), 9223372036854775807);
  EXPECT_DOUBLE_EQ(std::get<double>(typed("1.5")), 1.5);
  EXPECT_DOUBLE_EQ(std::get<double>(typed("-.5e2")), -50);
  EXPECT_DOUBLE_EQ(std::get<double>(typed("+1.")), 1);
  EXPECT_TRUE(std::holds_alternative<TooLarge>(typed("9223372036854775808")));
  EXPECT_TRUE(std::holds_alternative<TooLarge>(typed("1e999")));
}

TEST(Node, LeavesEverythingElseText) {
  for (const char* text :
       {"yes", "no", "on", "off", "1.2.3", "1_000", "0x",   "0xZZ",  "0x-1", "1e",
        "e5",  ".",  "-",  "+-1", "--1",   ".inf",  ".nan", "12:30", "10m",  "tRue"}) {
    const Scalar scalar = typed(text);
    ASSERT_TRUE(std::holds_alternative<std::string_view>(scalar)) << text;
    EXPECT_EQ(std::get<std::string_view>(scalar), text);
  }
}

TEST(Node, LeavesQuotedScalarsText) {
  EXPECT_EQ(std::get<std::string_view>(typed("5", Node::Style::kQuoted)), "5");
  EXPECT_EQ(std::get<std::string_view>(typed("", Node::Style::kQuoted)), "");
}

TEST(Node, IsFoundByJsonPointer) {
  Findings findings;
  const Document document =
      Document::parse("a: {b: [x, {c/d: 1, e~f: 2, \"0\": 3}]}\n", "p.yaml", findings);
  ASSERT_TRUE(findings.empty()) << findings.text();
  EXPECT_EQ(document.find(""), document.root());
  EXPECT_EQ(document.find("/a/b/0")->text(), "x");
  EXPECT_EQ(document.find("/a/b/1/c~1d")->text(), "1");
  EXPECT_EQ(document.find("/a/b/1/e~0f")->text(), "2");
  EXPECT_EQ(document.find("/a/b/1/0")->text(), "3");
  for (const char* pointer :
       {"/x", "/a/b/2", "/a/b/-", "/a/b/x", "/a/b/0/c", "a", "/a/", "/a/b/99999999999"}) {
    EXPECT_EQ(document.find(pointer), nullptr) << pointer;
  }
  EXPECT_EQ(&document.root()->nearest("/a/b/7/x"), document.find("/a/b"));
}

TEST(Node, PathsGoBothWays) {
  EXPECT_EQ(dotted_path("", "/stages/embed/batch/0"), "stages.embed.batch[0]");
  EXPECT_EQ(dotted_path("stages.embed.config", "/url"), "stages.embed.config.url");
  EXPECT_EQ(dotted_path("a", ""), "a");
  EXPECT_EQ(dotted_path("a", "/b.c/d~1e"), "a[\"b.c\"][\"d/e\"]");
  EXPECT_EQ(json_pointer("stages.embed.batch[0]"), "/stages/embed/batch/0");
  EXPECT_EQ(json_pointer("a/b~c"), "/a~1b~0c");
  EXPECT_EQ(json_pointer(""), "");
}

}  // namespace
}  // namespace sluice::config
