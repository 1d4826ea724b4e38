#include "config/findings.hpp"

#include "config_testing.hpp"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

namespace sluice::config {
namespace {

Finding finding(unsigned line, unsigned column, std::string message,
                Severity severity = Severity::kError) {
  return {.file = "p.yaml",
          .at = {line, column},
          .path = "a.b",
          .message = std::move(message),
          .severity = severity};
}

TEST(Finding, IsOneLineWithFileLineColumnAndPath) {
  EXPECT_EQ(finding(3, 7, "expected text, got 5").text(), "p.yaml:3:7: a.b: expected text, got 5");
}

TEST(Finding, LeavesOutWhatItDoesNotHave) {
  const Finding whole{.file = "p.yaml", .at = {}, .path = "", .message = "there is no such file"};
  EXPECT_EQ(whole.text(), "p.yaml: there is no such file");
}

TEST(Finding, SaysThatItIsAWarning) {
  EXPECT_EQ(finding(1, 2, "old", Severity::kWarning).text(), "p.yaml:1:2: a.b: warning: old");
}

TEST(Findings, SortsByPlaceAndDropsRepetitions) {
  Findings findings;
  findings.add(finding(9, 1, "late"));
  findings.add(finding(2, 5, "second"));
  findings.add(finding(2, 3, "first"));
  findings.add(finding(2, 5, "second"));
  findings.sort();
  EXPECT_EQ(lines_of(findings),
            (Lines{"p.yaml:2:3: a.b: first", "p.yaml:2:5: a.b: second", "p.yaml:9:1: a.b: late"}));
  EXPECT_EQ(findings.errors(), 3U);
}

TEST(Findings, ClosesWithTheirNumber) {
  Findings findings;
  EXPECT_EQ(findings.text(), "");
  findings.add(finding(1, 1, "odd", Severity::kWarning));
  EXPECT_EQ(findings.text(), "p.yaml:1:1: a.b: warning: odd\n1 warning.\n");
  EXPECT_FALSE(findings.has_errors());
  findings.add(finding(2, 1, "bad"));
  findings.add(finding(3, 1, "worse"));
  EXPECT_TRUE(findings.has_errors());
  EXPECT_TRUE(findings.text().ends_with("\n2 errors, 1 warning. Nothing was started.\n"));
}

TEST(Findings, KeepOnlySoManyAndCountTheRest) {
  Findings findings;
  for (unsigned i = 0; i < Findings::kMostKept + 5; ++i) findings.add(finding(i, 1, "bad"));
  EXPECT_EQ(findings.items().size(), Findings::kMostKept);
  EXPECT_TRUE(findings.text().ends_with("... and 5 more\n1005 errors. Nothing was started.\n"));
}

TEST(Findings, MergeTakesCountsAlong) {
  Findings a;
  Findings b;
  a.add(finding(1, 1, "bad"));
  b.add(finding(2, 1, "odd", Severity::kWarning));
  a.merge(std::move(b));
  EXPECT_EQ(a.errors(), 1U);
  EXPECT_EQ(a.warnings(), 1U);
  EXPECT_EQ(a.items().size(), 2U);
}

TEST(Findings, BecomeJson) {
  Findings findings;
  findings.add(finding(3, 7, "expected text, got 5"));
  EXPECT_EQ(findings.to_json(),
            nlohmann::json::parse(R"([{"file": "p.yaml", "line": 3, "column": 7, "path": "a.b",
                "message": "expected text, got 5", "severity": "error"}])"));
}

}  // namespace
}  // namespace sluice::config
