// What people, programs and CI systems read.
#include "verify/report.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <set>

namespace sluice::verify {
namespace {

const Check kCheck = {"batch.example", Severity::kError,     Needs::kLoaded,
                      "It does.",      "Do it differently.", nullptr};

Summary summary_of(Outcome outcome, std::vector<std::string> sentences) {
  return {"x.so", 7, {{&kCheck, outcome, std::move(sentences), std::chrono::milliseconds(1500)}}};
}

TEST(VerifyReport, ShowsFindingAndRemedy) {
  const Summary failed = summary_of(Outcome::kFailed, {"it crashed"});
  EXPECT_EQ(text_of(failed.results[0]),
            "FAILED  batch.example         It does.\n        found:  it crashed\n"
            "        remedy: Do it differently.\n");
  EXPECT_EQ(closing_of(failed), "0 passed, 1 failed, 0 warnings, 0 skipped; seed 7.\n");
  EXPECT_FALSE(failed.is_good());
}

TEST(VerifyReport, SaysWhySomethingWasSkipped) {
  const Summary skipped = summary_of(Outcome::kSkipped, {"it is no sink"});
  EXPECT_EQ(text_of(skipped.results[0]), "skipped batch.example         it is no sink\n");
  EXPECT_TRUE(skipped.is_good());
}

TEST(VerifyReport, IsJson) {
  const auto json = json_of(summary_of(Outcome::kWarned, {"a", "b"}));
  EXPECT_EQ(json["seed"], 7);
  EXPECT_EQ(json["passed"], true);
  EXPECT_EQ(json["results"][0]["outcome"], "warning");
  EXPECT_EQ(json["results"][0]["sentences"].size(), 2U);
  EXPECT_EQ(json["results"][0]["milliseconds"], 1500);
}

TEST(VerifyReport, IsJUnitWhateverThePluginSays) {
  const std::string xml = junit_of(summary_of(Outcome::kFailed, {"a<b> & \"c\"\x01\xFF"}));
  EXPECT_NE(xml.find("<testsuite name=\"sluice verify x.so\" tests=\"1\" failures=\"1\""),
            std::string::npos);
  EXPECT_NE(xml.find("message=\"a&lt;b&gt; &amp; &quot;c&quot;??\">Do it differently.</failure>"),
            std::string::npos);
}

TEST(VerifyChecks, HaveIdsThatDifferAndARemedyInOneLine) {
  std::set<std::string> ids;
  for (const Check& check : checks()) {
    EXPECT_TRUE(ids.insert(check.id).second) << check.id;
    EXPECT_EQ(std::string(check.remedy).find('\n'), std::string::npos) << check.id;
    EXPECT_EQ(std::string(check.promise).back(), '.') << check.id;
  }
  EXPECT_GT(ids.size(), 30U);
}

}  // namespace
}  // namespace sluice::verify
