// Metrics: the exact exposition, one instrument per name and labels, and gauges that are asked.
#include "observe/metrics.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

namespace sluice::observe {
namespace {

TEST(Metrics, WritesThePrometheusText) {
  Metrics metrics;
  metrics.counter("b_total", "B.", {{"stage", "em\"bed\\\n"}, {"mode", "x"}}).add(2);
  metrics.gauge("a", "A.").set(1.5);
  EXPECT_EQ(metrics.text(),
            "# HELP a A.\n# TYPE a gauge\na 1.5\n"
            "# HELP b_total B.\n# TYPE b_total counter\n"
            "b_total{mode=\"x\",stage=\"em\\\"bed\\\\\\n\"} 2\n");
}

TEST(Metrics, WritesHistogramsWithCumulativeBuckets) {
  Metrics metrics;
  auto& h = metrics.histogram("batch", "Records.", Buckets::kRecords);
  h.observe(1);
  h.observe(3);
  h.observe(100000);
  EXPECT_EQ(h.count(), 3U);
  EXPECT_EQ(h.sum(), 100004);
  const auto text = metrics.text();
  for (const char* line :
       {"batch_bucket{le=\"1\"} 1\n", "batch_bucket{le=\"2\"} 1\n", "batch_bucket{le=\"4\"} 2\n",
        "batch_bucket{le=\"8192\"} 2\n", "batch_bucket{le=\"+Inf\"} 3\n", "batch_sum 100004\n",
        "batch_count 3\n", "# TYPE batch histogram\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
}

TEST(Metrics, SecondsReachFromHalfAMillisecondToAMinute) {
  const Histogram h(Buckets::kSeconds);
  EXPECT_EQ(h.bounds().front(), 0.0005);
  EXPECT_EQ(h.bounds().back(), 60);
}

TEST(Metrics, TheSameNameAndLabelsAreTheSameInstrument) {
  Metrics metrics;
  auto& one = metrics.counter("c_total", "C.", {{"a", "1"}, {"b", "2"}});
  auto& same = metrics.counter("c_total", "other help", {{"b", "2"}, {"a", "1"}});
  auto& other = metrics.counter("c_total", "C.", {{"a", "2"}});
  EXPECT_EQ(&one, &same);
  EXPECT_NE(&one, &other);
}

TEST(Metrics, TellsWhyANameCannotBeUsed) {
  Metrics metrics;
  metrics.counter("taken", "T.");
  const auto kind = metrics.declare({Metrics::Kind::kGauge, "taken", "T."});
  ASSERT_FALSE(kind);
  EXPECT_EQ(kind.error().message,
            "taken is a counter already and cannot be a gauge too; choose another name");
  const auto name = metrics.declare({Metrics::Kind::kGauge, "no spaces", "T."});
  ASSERT_FALSE(name);
  EXPECT_EQ(
      name.error().message,
      "'no spaces' is not a metric name; use letters, digits and underscores, a letter first");
  const auto label =
      metrics.declare({Metrics::Kind::kCounter, "t2", "T.", Buckets::kSeconds, {{"a-b", "x"}}});
  ASSERT_FALSE(label);
  EXPECT_EQ(label.error().message,
            "'a-b' is not the name of a label of t2; use letters and underscores");
  EXPECT_THROW(metrics.gauge("taken", "T."), std::logic_error);
}

TEST(Metrics, AsksAGaugeUntilItsTokenEnds) {
  Metrics metrics;
  double depth = 7;
  auto watch = metrics.gauge_fn("depth", "D.", {{"stage", "embed"}}, [&] { return depth; });
  EXPECT_EQ(metrics.text(), "# HELP depth D.\n# TYPE depth gauge\ndepth{stage=\"embed\"} 7\n");
  depth = 8;
  EXPECT_NE(metrics.text().find("} 8\n"), std::string::npos);
  watch = {};
  EXPECT_EQ(metrics.text(), "");
}

TEST(Metrics, TheNewestGaugeOfTheSameLabelsIsAsked) {
  Metrics metrics;
  const auto old = metrics.gauge_fn("depth", "D.", {}, [] { return 1.0; });
  const auto fresh = metrics.gauge_fn("depth", "D.", {}, [] { return 2.0; });
  EXPECT_EQ(metrics.text(), "# HELP depth D.\n# TYPE depth gauge\ndepth 2\n");
}

TEST(Metrics, ATokenMayOutliveTheMetrics) {
  Metrics::Watch watch;
  {
    Metrics metrics;
    watch = metrics.gauge_fn("depth", "D.", {}, [] { return 1.0; });
  }
  watch.end();
}

TEST(Metrics, TakesUpdatesWhileItIsRead) {
  Metrics metrics;
  std::atomic<bool> is_done{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t)
    threads.emplace_back([&] {
      auto& counter = metrics.counter("c_total", "C.");
      auto& seconds = metrics.histogram("h_seconds", "H.", Buckets::kSeconds);
      for (int i = 0; i < 5000; ++i) {
        counter.add();
        seconds.observe(0.5);  // sums of halves are exact
      }
    });
  std::thread reader([&] {
    while (!is_done) {
      const auto watch = metrics.gauge_fn("g", "G.", {}, [] { return 1.0; });
      EXPECT_NE(metrics.text().find("g 1\n"), std::string::npos);
    }
  });
  for (auto& thread : threads) thread.join();
  is_done = true;
  reader.join();
  EXPECT_EQ(metrics.counter("c_total", "C.").value(), 15000);
  EXPECT_EQ(metrics.histogram("h_seconds", "H.", Buckets::kSeconds).sum(), 7500);
}

}  // namespace
}  // namespace sluice::observe
