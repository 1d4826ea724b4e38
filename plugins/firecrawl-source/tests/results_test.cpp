// Answers of Firecrawl's API about a job, read leniently but not gullibly.
#include "results.hpp"

#include <gtest/gtest.h>

#include <string>

namespace firecrawl {
namespace {

TEST(Results, ReadsAPageOfThem) {
  const auto results = parse_results(
      R"({"success":true,"status":"scraping","completed":2,"total":9,"creditsUsed":-1,"next":)"
      R"("https://elsewhere.invalid/v2/crawl/1?skip=2&limit=2","data":[{"markdown":"# A",)"
      R"("metadata":{"url":"https://e.test/a","statusCode":200,"title":["T"]}},{"metadata":{}}]})");
  ASSERT_TRUE(results);
  EXPECT_EQ(results->status, JobStatus::kRunning);
  EXPECT_EQ(results->next_skip, 2U);
  ASSERT_EQ(results->documents.size(), 2U);
  EXPECT_EQ(results->documents[0].markdown, "# A");
  EXPECT_EQ(results->documents[0].title, "T");
}

TEST(Results, KnowTheEndAndWhyThereWasNoBeginning) {
  EXPECT_EQ(parse_results(R"({"status":"completed","data":[]})")->status, JobStatus::kCompleted);
  EXPECT_EQ(parse_results(R"({"status":"cancelled","data":[]})")->status, JobStatus::kCancelled);
  const auto failed = parse_results(R"({"success":false,"status":"failed","error":"denied"})");
  EXPECT_EQ(failed->status, JobStatus::kFailed);
  EXPECT_FALSE(failed->success);
  EXPECT_EQ(failed->error, "denied");
  EXPECT_FALSE(failed->next_skip);
}

TEST(Results, TakeNothingOfNextButItsSkip) {
  const auto next = [](const std::string& address) {
    return parse_results(R"({"status":"scraping","next":")" + address + R"("})")->next_skip;
  };
  EXPECT_EQ(next("https://evil.test/other?limit=5&skip=40"), 40U);
  EXPECT_FALSE(next("https://evil.test/?noskip=7"));
  EXPECT_FALSE(next("https://evil.test/?skip=-1"));
  EXPECT_FALSE(next("https://evil.test/?skip=99999999999999999999999"));
  EXPECT_FALSE(next("skip=3"));
  EXPECT_FALSE(parse_results(R"({"status":"scraping","next":null})")->next_skip);
}

TEST(Results, AreNotWhatSomebodyElseAnswers) {
  for (const char* body : {"", "<html>Bad Gateway</html>", "[]", "{}", R"({"status":"fine"})",
                           R"({"status":1})", R"({"status":"completed")"}) {
    EXPECT_FALSE(parse_results(body)) << body;
  }
}

TEST(JobErrors, ReadsBothLists) {
  const auto errors = parse_job_errors(
      R"({"errors":[{"id":"1","url":"https://e.test/a","code":"X","error":"timed out"},7],)"
      R"("robotsBlocked":["https://e.test/private"]})");
  ASSERT_TRUE(errors);
  ASSERT_EQ(errors->pages.size(), 1U);
  EXPECT_EQ(errors->pages[0].url, "https://e.test/a");
  EXPECT_EQ(errors->pages[0].error, "timed out");
  ASSERT_EQ(errors->robots_blocked.size(), 1U);
  EXPECT_FALSE(parse_job_errors(R"({"success":false,"error":"Forbidden"})"));
}

TEST(RateLimit, SaysHowLongToWaitInAHeaderOrInWords) {
  EXPECT_EQ(seconds_to_wait("7", "please retry after 12s"), 7);
  EXPECT_EQ(seconds_to_wait("", "Rate limit exceeded; please retry after 12s, resets at"), 12);
  EXPECT_EQ(seconds_to_wait("Wed, 21 Oct 2026", "no number"), 0);
  EXPECT_EQ(seconds_to_wait("99999999", ""), 86400);
  EXPECT_EQ(parse_error(R"({"success":false,"error":"no"})"), "no");
  EXPECT_EQ(parse_error("<html>"), "");
}

}  // namespace
}  // namespace firecrawl
