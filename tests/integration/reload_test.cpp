// Reload: a changed pipeline file is taken up while pages are under way, or refused as a whole.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace sluice::testing {
namespace {

using nlohmann::json;

PipelineFile in_mode(const std::string& mode) {
  return {.top = "mode: " + mode + "\nmodes: {micro-batch: {max_wait: 50ms}}\n"};
}

class Reload : public ::testing::Test {
 protected:
  Answer reload(const std::string& query = {}) {
    return host_.http().post("/api/pipeline/reload" + query, json::object());
  }
  Answer reload_to(const PipelineFile& file) {
    host_.set_file(file);
    return reload();
  }

  TestHost host_{in_mode("streaming")};
};

TEST_F(Reload, SaysWhatChangedAndCountsGenerations) {
  host_.start();
  EXPECT_EQ(reload().json(),
            json({{"result", "unchanged"}, {"generation", 1}, {"changes", json::array()}}));
  const Answer answer = reload_to(in_mode("batch"));
  EXPECT_EQ(answer.status, 200U) << answer;
  EXPECT_EQ(answer.json()["result"], "reloaded");
  EXPECT_EQ(answer.json()["generation"], 2);
  EXPECT_EQ(answer.json()["changes"], json({R"(mode: "streaming" -> "batch")"})) << answer;
  const json pipeline = host_.http().get("/api/pipeline").json();
  EXPECT_EQ(pipeline["mode"], "batch");
  EXPECT_EQ(pipeline["generation"], 2);
  const auto metrics = host_.metrics();
  EXPECT_EQ(metrics.sum("sluice_pipeline_generation", {}), 2);
  EXPECT_EQ(metrics.sum("sluice_reloads_total", {{"result", "reloaded"}}), 1);
}

TEST_F(Reload, PlansWithoutChanging) {
  host_.start();
  host_.set_file(in_mode("batch"));
  const Answer answer = reload("?plan=true");
  EXPECT_EQ(answer.json()["result"], "planned") << answer;
  EXPECT_EQ(answer.json()["changes"].size(), 1U) << answer;
  EXPECT_EQ(host_.http().get("/api/pipeline").json()["mode"], "streaming");
}

TEST_F(Reload, RefusesAFileWithMistakesAndGoesOn) {
  host_.start();
  const Answer answer = reload_to({.top = "mode: strewing\nlimits: {records: none}\n"});
  EXPECT_EQ(answer.status, 422U) << answer;
  EXPECT_EQ(answer.json()["result"], "refused");
  ASSERT_EQ(answer.json()["findings"].size(), 2U) << answer;
  EXPECT_EQ(answer.json()["findings"][0]["path"], "mode");
  EXPECT_GT(answer.json()["findings"][0]["line"], 0);
  PageMaker maker("still");
  const TestPage page = maker.make();
  ASSERT_EQ(deliver(host_.http(), Crawl("still").page(page)).status, 202U);
  host_.await_quiet("still");
  EXPECT_TRUE(host_.finds_one(page.word));
  EXPECT_EQ(host_.metrics().sum("sluice_reloads_total", {{"result", "refused"}}), 1);
}

TEST_F(Reload, ReleasesWhatBatchModeHolds) {
  host_.set_file(in_mode("batch"));
  host_.start();
  const Crawl crawl("held");
  const auto pages = PageMaker("held").make(7);
  deliver(host_.http(), crawl.pages(pages));
  EXPECT_TRUE(eventually(
      [&] { return host_.http().get("/api/pipeline").json()["pages_held"] == pages.size(); }));
  EXPECT_EQ(host_.documents(), 0U);

  ASSERT_EQ(reload_to(in_mode("streaming")).status, 200U);

  EXPECT_EQ(host_.await_quiet("held")["indexed"], pages.size());
}

TEST_F(Reload, AnswersASignalAndTheCommandLine) {
  host_.start();
  const std::string url = host_.http().base_url();
  host_.set_file(in_mode("micro-batch"));
  host_.process().send(SIGHUP);
  EXPECT_TRUE(eventually(
      [&] { return host_.http().get("/api/pipeline").json()["mode"] == "micro-batch"; }));
  host_.set_file(in_mode("batch"));
  const auto plan = run_sluice({"reload", "--plan", "--url", url});
  EXPECT_EQ(plan.exit_code, 0) << plan.err;
  EXPECT_NE(plan.out.find(R"(mode: "micro-batch" -> "batch")"), std::string::npos) << plan.out;
  EXPECT_EQ(run_sluice({"reload", "--url", url}).exit_code, 0);
  host_.set_file({.top = "mode: strewing\n"});
  const auto refused = run_sluice({"reload", "--url", url});
  EXPECT_EQ(refused.exit_code, kConfigExit);
  EXPECT_NE(refused.err.find("mode"), std::string::npos) << refused.err;
}

// A hundred switches in the middle of a crawl, which two senders deliver meanwhile.
TEST_F(Reload, SwitchesModesUnderLoadWithoutLosingOrDoublingAPage) {
  constexpr std::size_t kPages = 2'000 / SLUICE_PATIENCE;
  constexpr int kSwitches = 100;
  host_.start();
  const Crawl crawl("switched");
  const auto pages = PageMaker("switched").make(kPages);
  std::atomic<std::size_t> next{0};     // relaxed: hands out work
  std::atomic<std::size_t> refused{0};  // relaxed: read after the senders have ended
  std::vector<std::jthread> senders;    // which a failed ASSERT joins too
  for (int i = 0; i < 2; ++i) {
    senders.emplace_back([&] {
      for (std::size_t at = next++; at < kPages; at = next++) {
        if (deliver(host_.http(), crawl.page(pages[at])).status != 202U) ++refused;
      }
    });
  }
  const std::vector<std::string> modes = {"micro-batch", "batch", "streaming"};
  for (int i = 0; i < kSwitches; ++i) {
    const Answer answer = reload_to(in_mode(modes[static_cast<std::size_t>(i) % modes.size()]));
    ASSERT_EQ(answer.status, 200U) << i << " " << answer;
  }
  for (auto& sender : senders) sender.join();
  EXPECT_EQ(refused.load(), 0U);
  ASSERT_EQ(deliver(host_.http(), crawl.completed()).status, 200U);

  const auto ledger = host_.await_crawl("switched");

  EXPECT_EQ(ledger["received"], kPages) << ledger;
  EXPECT_EQ(ledger["indexed"], kPages) << ledger;
  EXPECT_EQ(ledger["duplicates"], 0) << ledger;
  EXPECT_EQ(host_.documents(), kPages);
  EXPECT_EQ(host_.http().get("/api/pipeline").json()["generation"], kSwitches + 1);
  for (const auto& page : pages) ASSERT_EQ(host_.found(page.word), 1U) << page.word;
}

}  // namespace
}  // namespace sluice::testing
