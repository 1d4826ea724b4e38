#include "app/feed_summary.hpp"

#include <gtest/gtest.h>

namespace sluice::app {
namespace {

FeedSummary sample_summary() {
  FeedSummary summary;
  summary.tally = {.sent = 1'200, .accepted = 1'198, .skipped = 1, .failed = 1};
  summary.time = std::chrono::milliseconds(2'000);
  summary.crawl_id = "crawl-1";
  return summary;
}

TEST(FeedSummary, IsASmallTable) {
  EXPECT_EQ(summary_text(sample_summary(), 80),
            "pages sent  1,200\n"
            "accepted    1,198\n"
            "skipped     1\n"
            "failed      1\n"
            "time        2.0 s\n"
            "rate        600/s\n"
            "crawl id    crawl-1\n");
}

TEST(FeedSummary, HasTheSameInJson) {
  EXPECT_EQ(
      summary_json(sample_summary()),
      R"({"pages_sent":1200,"accepted":1198,"skipped":1,"failed":1,"unreadable":0,"seconds":2.0,"rate":600.0,"crawl_id":"crawl-1"})");
}

TEST(FeedSummary, AddsTheLedgerIfItWasWaitedFor) {
  FeedSummary summary = sample_summary();
  summary.tally.unreadable = 2;
  summary.crawl = {{"indexed", 1'190}, {"unchanged", 8}, {"pending", 0}};
  const std::string text = summary_text(summary, 80);
  EXPECT_NE(text.find("unreadable  2\n"), text.npos);
  EXPECT_NE(text.find("indexed     1,190\nunchanged   8\n"), text.npos);
  EXPECT_NE(summary_json(summary).find(R"("crawl":{"indexed":1190,"pending":0,"unchanged":8}})"),
            std::string::npos);
}

TEST(FeedSummary, NoTimeIsNoRate) { EXPECT_EQ(FeedSummary{}.rate(), 0); }

}  // namespace
}  // namespace sluice::app
