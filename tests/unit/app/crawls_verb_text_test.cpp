#include "app/crawls_verb_text.hpp"

#include <gtest/gtest.h>

namespace sluice::app {
namespace {

using nlohmann::json;

json sample_crawl() {
  return {{"crawl_id", "c1"},
          {"state", "done"},
          {"mode", "streaming"},
          {"source", "crawl"},
          {"received", 1'200},
          {"indexed", 1'190},
          {"skipped", 2},
          {"unchanged", 8},
          {"failed", 0},
          {"pending", 0},
          {"duplicates", 5},
          {"started_at", "2026-01-02T03:04:05Z"},
          {"closed_at", nullptr},
          {"done_at", "2026-01-02T03:05:05Z"},
          {"time_to_index_ms", {{"p50", 40}, {"p95", nullptr}}},
          {"warnings", {"two pages had one URL"}}};
}

TEST(CrawlsText, HasALinePerCrawl) {
  EXPECT_EQ(crawls_text({{"items", {sample_crawl()}}, {"total", 1}}, {.width = 130}),
            "crawl  state  received  indexed  skipped  unchanged  failed  pending  started\n"
            "c1     done      1,200    1,190        2          8       0        0  "
            "2026-01-02T03:04:05Z\n");
}

TEST(CrawlsText, KeepsAUuidWholeInEightyColumns) {
  json item = sample_crawl();
  item["crawl_id"] = "0198d0c2-7f10-7c31-9a55-3b1f6f0a1c01";
  EXPECT_EQ(crawls_text({{"items", {item}}, {"total", 1}}, {.width = 80}),
            "crawl                                 state  received  indexed  failed  pending\n"
            "0198d0c2-7f10-7c31-9a55-3b1f6f0a1c01  done      1,200    1,190       0        0\n");
}

TEST(CrawlsText, SaysWhenThereAreMoreOrNone) {
  const std::string text =
      crawls_text({{"items", {sample_crawl()}}, {"total", 70}}, {.width = 130});
  EXPECT_NE(text.find("\n1 of 70 crawls; see more with --limit and --offset\n"), text.npos);
  EXPECT_EQ(crawls_text({{"items", json::array()}, {"total", 0}}, {}), "no crawl yet\n");
}

TEST(CrawlText, ShowsAllNumbersTimesAndWarnings) {
  EXPECT_EQ(crawl_text(sample_crawl(), {}),
            "crawl          c1\n"
            "state          done\n"
            "mode           streaming\n"
            "source         crawl\n"
            "received       1,200\n"
            "indexed        1,190\n"
            "skipped        2\n"
            "unchanged      8\n"
            "failed         0\n"
            "pending        0\n"
            "duplicates     5\n"
            "started        2026-01-02T03:04:05Z\n"
            "closed         -\n"
            "done           2026-01-02T03:05:05Z\n"
            "time to index  p50 0.040 s, p95 -\n"
            "warning: two pages had one URL\n");
}

}  // namespace
}  // namespace sluice::app
