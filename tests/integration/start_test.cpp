// What a host answers before its pipeline runs, and how it ends then.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace sluice::testing {
namespace {

using nlohmann::json;

// A host of which one stage starts when it is let.
class Start : public ::testing::Test {
 protected:
  Start() {
    std::ofstream(gate_) << "closed";
    host_.set_file({.moody = "hold_start_while: \"" + gate_.string() + "\""});
  }
  void let_go() const { std::filesystem::remove(gate_); }
  bool has_said(std::string_view what) {
    return host_.process().err().find(what) != std::string::npos;
  }

  TestHost host_;
  std::filesystem::path gate_ = host_.folder() / "gate";
};

TEST_F(Start, SaysThatItIsStartingUntilThePipelineRuns) {
  host_.launch();

  EXPECT_EQ(host_.http().get("/health/live").status, 200U);
  const Answer ready = host_.http().get("/health/ready");
  EXPECT_EQ(ready.status, 503U);
  EXPECT_EQ(ready.json(), (json{{"status", "unavailable"}, {"reasons", {"starting"}}})) << ready;
  const Answer health = host_.http().get("/health");
  EXPECT_EQ(health.status, 200U);
  EXPECT_EQ(health.json()["status"], "degraded") << health;
  EXPECT_EQ(health.json()["services"]["words"], "degraded: starting") << health;
  EXPECT_EQ(host_.http().get("/").json()["status"], "starting");
  EXPECT_EQ(host_.http().get("/metrics").status, 200U);
  EXPECT_FALSE(std::filesystem::exists(host_.ready_file()));
  EXPECT_FALSE(has_said("listening")) << host_.process().err();

  let_go();
  host_.await_ready();
  EXPECT_EQ(host_.http().get("/health/ready").status, 200U);
  EXPECT_TRUE(eventually([&] { return has_said("listening"); }));
  EXPECT_EQ(host_.stop(), 0);
}

TEST_F(Start, PutsOffWhateverNeedsThePipeline) {
  host_.launch();
  const TestPage page = PageMaker("early").make(1).front();
  const Crawl crawl("early");

  for (const Answer& answer :
       {deliver(host_.http(), crawl.page(page)), host_.search({{"query", "early"}}),
        host_.http().get("/api/pipeline"), host_.http().get("/api/stats"),
        host_.http().post("/api/pipeline/reload", json::object()),
        host_.http().get("/plugins/of/somebody")}) {
    EXPECT_EQ(answer.status, 503U) << answer;
    EXPECT_EQ(answer.json()["detail"], "the host is starting; try again in a moment") << answer;
    EXPECT_EQ(answer.header("Retry-After"), "1");
  }

  let_go();
  host_.await_ready();
  EXPECT_EQ(deliver(host_.http(), crawl.page(page)).status, 202U);
  EXPECT_EQ(host_.http().get("/plugins/of/somebody").status, 404U);
}

TEST_F(Start, EndsBetweenTwoStagesWhenToldTo) {
  host_.launch();

  host_.process().send(SIGTERM);
  let_go();

  EXPECT_EQ(host_.process().wait(patient(seconds(40))), 0) << host_.process().err();
  EXPECT_FALSE(has_said("listening")) << host_.process().err();
  EXPECT_FALSE(std::filesystem::exists(host_.ready_file()));
}

TEST_F(Start, BeginsNoStageOnAPortThatIsTaken) {
  TestHost other;
  other.start();
  const std::string url = other.http().base_url();
  PipelineFile file{.listen = url.substr(url.find("//") + 2)};
  file.moody = "hold_start_while: \"" + gate_.string() + "\"";  // would hang
  host_.set_file(file);

  const auto done = run_sluice({"run", host_.pipeline().string()});

  EXPECT_EQ(done.exit_code, 75) << done.err;
  EXPECT_NE(done.err.find("another process has the port"), std::string::npos) << done.err;
}

}  // namespace
}  // namespace sluice::testing
