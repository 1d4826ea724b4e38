#include "config/interpolate.hpp"

#include "config_testing.hpp"

#include <gtest/gtest.h>

namespace sluice::config {
namespace {

struct Filled {
  Document document;
  Findings findings;
};

Filled fill(std::string_view text, std::map<std::string, std::string> variables = {}) {
  Findings findings;
  Document document = Document::parse(text, "p.yaml", findings);
  interpolate(document, environment_of(std::move(variables)), findings);
  return {std::move(document), std::move(findings)};
}

TEST(Interpolate, FillsInValues) {
  struct Case {
    const char* text;
    const char* expected;
  };
  for (const Case& c :
       {Case{"a: ${X}", "eks"}, Case{"a: \"<${X}>\"", "<eks>"}, Case{"a: ${X}${X}", "ekseks"},
        Case{"a: ${NOPE:-fall back}", "fall back"}, Case{"a: ${EMPTY:-used}", "used"},
        Case{"a: ${X:-unused}", "eks"}, Case{"a: ${EMPTY}", ""}, Case{"a: ${NOPE:-}", ""},
        Case{"a: ${NOPE:-:-}", ":-"}, Case{"a: $$", "$"}, Case{"a: $${X}", "${X}"},
        Case{"a: $$$${X}", "$${X}"}, Case{"a: $$${X}", "$eks"}, Case{"a: cost $5", "cost $5"},
        Case{"a: x$", "x$"}, Case{"a: |\n  ${X}\n  y\n", "eks\ny\n"}}) {
    const Filled filled = fill(c.text, {{"X", "eks"}, {"EMPTY", ""}});
    EXPECT_TRUE(filled.findings.empty()) << c.text << filled.findings.text();
    EXPECT_EQ(filled.document.find("/a")->text(), c.expected) << c.text;
  }
}

TEST(Interpolate, LeavesKeysAlone) {
  const Filled filled = fill("\"${X}\": 1", {{"X", "eks"}});
  EXPECT_NE(filled.document.root()->get("${X}"), nullptr);
}

TEST(Interpolate, CannotChangeTheShapeOfTheFile) {
  const Filled filled = fill("a: ${X}\nb: 1\n", {{"X", "1\nb: 2\n{c: d}"}});
  EXPECT_EQ(filled.document.find("/a")->text(), "1\nb: 2\n{c: d}");
  EXPECT_EQ(filled.document.root()->members().size(), 2U);
}

TEST(Interpolate, IsNotDoneTwice) {
  const Filled filled = fill("a: ${X}", {{"X", "${Y}"}, {"Y", "no"}});
  EXPECT_EQ(filled.document.find("/a")->text(), "${Y}");
}

TEST(Interpolate, TypesPlainValuesOnlyAndAfterwards) {
  const Filled filled = fill("a: ${N}\nb: \"${N}\"\n", {{"N", "5"}});
  EXPECT_EQ(std::get<std::int64_t>(filled.document.find("/a")->typed()), 5);
  EXPECT_EQ(std::get<std::string_view>(filled.document.find("/b")->typed()), "5");
}

TEST(Interpolate, ReportsWhatItCannotFillIn) {
  const Filled filled = fill(
      "a: ${NOPE}\n"
      "b: [\"${X\", \"${}\", \"${1A}\", \"${A:-${B}}\"]\n"
      "c: ${BAD}\n",
      {{"BAD", "\xFF"}});
  EXPECT_EQ(
      lines_of(filled.findings),
      (Lines{"p.yaml:1:4: a: the environment variable NOPE is not set; set it, or write "
             "${NOPE:-default}",
             "p.yaml:2:5: b[0]: \"${\" is not closed; write ${NAME}, or $${ for the characters as "
             "such",
             "p.yaml:2:12: b[1]: \"\" is not a variable name; write ${NAME} or ${NAME:-default}",
             "p.yaml:2:19: b[2]: \"1A\" is not a variable name; write ${NAME} or ${NAME:-default}",
             "p.yaml:2:28: b[3]: the default of ${A} cannot contain another ${...}",
             "p.yaml:3:4: c: the environment variable BAD is not valid UTF-8"}));
}

TEST(Interpolate, ReportsAnAliasedValueOnce) {
  const Filled filled = fill("a: &x \"${NOPE}\"\nb: *x\nc: *x\n");
  EXPECT_EQ(filled.findings.errors(), 1U);
}

TEST(Interpolate, BoundsWhatComesOut) {
  std::string text = "a: [";
  for (int i = 0; i < 300; ++i) text += "\"${X}\",";
  const Filled filled = fill(text + "]", {{"X", std::string(100'000, 'x')}});
  ASSERT_TRUE(filled.findings.has_errors());
  EXPECT_EQ(filled.findings.items().front().message,
            "the values of the variables add up to more than 16 MiB");
}

TEST(Interpolate, ReadsTheProcessEnvironment) {
  EXPECT_TRUE(process_environment()("PATH").has_value());
  EXPECT_FALSE(process_environment()("SLUICE_NO_SUCH_VARIABLE").has_value());
}

}  // namespace
}  // namespace sluice::config
