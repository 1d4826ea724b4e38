// /metrics after a crawl: every promised name, in the format that Prometheus reads.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

namespace sluice::testing {
namespace {

struct Promise {
  const char* name;
  const char* type;
  std::vector<std::string> labels;
};

const std::vector<Promise>& promises() {
  static const std::vector<Promise> kPromises = {
      {"sluice_pages_received_total", "counter", {"source", "event"}},
      {"sluice_pages_indexed_total", "counter", {"mode"}},
      {"sluice_pages_skipped_total", "counter", {"reason"}},
      {"sluice_pages_failed_total", "counter", {"stage"}},
      {"sluice_page_time_to_index_seconds", "histogram", {"mode"}},
      {"sluice_stage_batches_total", "counter", {"stage", "result"}},
      {"sluice_stage_batch_records", "histogram", {"stage"}},
      {"sluice_stage_seconds", "histogram", {"stage"}},
      {"sluice_stage_in_flight", "gauge", {"stage"}},
      {"sluice_inlet_records", "gauge", {"stage"}},
      {"sluice_inlet_wait_seconds", "histogram", {"stage"}},
      {"sluice_stage_utilization", "gauge", {"stage"}},
      {"sluice_retries_total", "counter", {"stage", "reason"}},
      {"sluice_dead_letters", "gauge", {"stage"}},
      {"sluice_journal_open_records", "gauge", {}},
      {"sluice_journal_append_seconds", "histogram", {}},
      {"sluice_journal_sync_records", "histogram", {}},
      {"sluice_embed_inputs_total", "counter", {}},
      {"sluice_embed_tokens_total", "counter", {}},
      {"sluice_embed_calls_total", "counter", {}},
      {"sluice_chunks_trimmed_total", "counter", {"stage"}},
      {"sluice_search_seconds", "histogram", {"mode"}},
      {"sluice_http_requests_total", "counter", {"route", "status"}},
      {"sluice_http_seconds", "histogram", {"route"}},
      {"sluice_pipeline_generation", "gauge", {}},
      {"sluice_plugin_faults_total", "counter", {"plugin", "kind"}},
  };
  return kPromises;
}

// A page that fails, one that throws, one that comes again changed, and searches in every mode.
void exercise(TestHost& host) {
  PageMaker maker("metrics");
  auto pages = maker.make(8);
  pages[6].markdown = "# Six\n\nlaterword\n";
  pages[7].markdown = "# Seven\n\npoisonword\n";
  deliver(host.http(), Crawl("metrics").pages(pages));
  host.await_quiet("metrics");
  pages[0].markdown = "# Zero\n\nanother text.\n";
  deliver(host.http(), Crawl("metrics-again").page(pages[0]));
  deliver(host.http(), Crawl("metrics-again").page(pages[1]));
  host.await_quiet("metrics-again");
  for (const char* mode : {"keyword", "semantic", "hybrid"}) {
    host.search({{"query", "river"}, {"mode", mode}});
  }
  host.http().get("/api/crawls/metrics");
  host.http().get("/no/such/path");
}

class Metrics : public ::testing::Test {
 protected:
  void SetUp() override {
    host_.set_file({.moody = "retry_word: laterword, throw_word: poisonword, retry_times: 1",
                    .moody_stage = ", timeout: 20s"});
    host_.start();
    exercise(host_);
    metrics_ = host_.metrics();
  }

  TestHost host_;
  PrometheusText metrics_;
};

TEST_F(Metrics, AreTextThatPrometheusReads) {
  EXPECT_TRUE(metrics_.faults.empty()) << metrics_.faults.front();
  EXPECT_GT(metrics_.samples.size(), promises().size());
  EXPECT_NE(host_.http().get("/metrics").header("Content-Type").find("text/plain; version=0.0.4"),
            std::string::npos);
}

TEST_F(Metrics, HaveEveryPromisedNameTypeAndLabel) {
  for (const auto& promise : promises()) {
    const auto type = metrics_.types.find(promise.name);
    if (type == metrics_.types.end()) {
      ADD_FAILURE() << promise.name << " is not there";
      continue;
    }
    EXPECT_EQ(type->second, promise.type) << promise.name;
    const bool is_histogram = std::string(promise.type) == "histogram";
    const std::string name = std::string(promise.name) + (is_histogram ? "_count" : "");
    bool is_found = false;
    for (const auto& sample : metrics_.samples) {
      if (sample.name != name) continue;
      is_found = true;
      for (const auto& label : promise.labels) {
        EXPECT_TRUE(sample.labels.contains(label)) << promise.name << " has no label " << label;
      }
    }
    EXPECT_TRUE(is_found) << name;
  }
}

TEST_F(Metrics, CountWhatHappened) {
  EXPECT_EQ(metrics_.sum("sluice_pages_received_total", {{"source", "crawl"}}), 10);
  EXPECT_EQ(metrics_.sum("sluice_pages_indexed_total", {{"mode", "streaming"}}), 8);
  EXPECT_EQ(metrics_.sum("sluice_pages_skipped_total", {{"reason", "unchanged"}}), 1);
  EXPECT_EQ(metrics_.sum("sluice_pages_failed_total", {{"stage", "moody"}}), 1);
  EXPECT_EQ(metrics_.sum("sluice_page_time_to_index_seconds_count"), 8);
  EXPECT_EQ(metrics_.sum("sluice_journal_open_records"), 0);
  EXPECT_EQ(metrics_.sum("sluice_dead_letters", {{"stage", "moody"}}), 1);
  EXPECT_EQ(metrics_.sum("sluice_search_seconds_count", {{"mode", "keyword"}}), 1);
  EXPECT_GE(metrics_.sum("sluice_http_requests_total", {{"route", kWebhook}, {"status", "202"}})
                .value_or(0),
            3);
}

TEST_F(Metrics, NameRoutesByTheirPatternAndNeverByThePath) {
  EXPECT_GE(metrics_.sum("sluice_http_requests_total", {{"route", "/api/crawls/{id}"}}).value_or(0),
            1);
  for (const auto& sample : metrics_.samples) {
    const auto route = sample.labels.find("route");
    if (route == sample.labels.end()) continue;
    EXPECT_EQ(route->second.find("metrics-again"), std::string::npos);
    EXPECT_NE(route->second, "/no/such/path");
  }
}

}  // namespace
}  // namespace sluice::testing
