// Every broken plugin of tests/abi/broken: `sluice verify` fails the check that is meant for it,
// and the host refuses it or survives it, with a sentence for people.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <stdlib.h>

namespace sluice::testing {
namespace {

using nlohmann::json;

std::string broken_file(const std::string& name) {
  return std::string(SLUICE_BROKEN_PLUGIN_FOLDER) + "/" + name + ".so";
}

// The pipeline with the broken plugin in the way of every page.
std::string pipeline_with(const std::string& plugin, const std::string& more = {}) {
  return std::string("version: 1\nname: broken\ndata: ./data\nhttp: {listen: \"127.0.0.1:0\"}\n") +
         "timeouts: {drain: 1s}\nplugins: {path: [" + SLUICE_BROKEN_PLUGIN_FOLDER + ", " +
         SLUICE_PLUGIN_FOLDER +
         "]}\nstages:\n  crawl: {plugin: firecrawl-source, config: {webhook_secret: " + kSecret +
         "}}\n  bad: {plugin: " + plugin + more +
         "}\n  words: {plugin: bm25-sink}\nflow: [crawl, bad, words]\n";
}

struct Meant {
  const char* plugin;
  const char* check;     // of `sluice verify` that fails
  const char* sentence;  // that it says
};

TestPage some_page() {
  static PageMaker maker("broken");
  return maker.make();
}

class BrokenPlugin : public ::testing::TestWithParam<Meant> {};

TEST_P(BrokenPlugin, FailsTheCheckThatIsMeantForIt) {
  const Meant& meant = GetParam();
  const auto done = run_sluice({"verify", broken_file(meant.plugin), "--only",
                                std::string("^") + meant.check + "$", "--output", "json"});
  EXPECT_EQ(done.exit_code, 1) << done.err;
  const json summary = json::parse(done.out, nullptr, false);
  ASSERT_TRUE(summary.is_object()) << done.out;
  const json& result = summary["results"].back();
  EXPECT_EQ(result["id"], meant.check);
  EXPECT_EQ(result["outcome"], "failed") << done.out;
  EXPECT_NE(result["sentences"].dump().find(meant.sentence), std::string::npos) << done.out;
  EXPECT_FALSE(result["remedy"].get<std::string>().empty());
}

INSTANTIATE_TEST_SUITE_P(
    Verify, BrokenPlugin,
    ::testing::Values(
        Meant{"no_note", "file.note", "has no Sluice note"},
        Meant{"wrong_major", "file.note", "version 2"},
        Meant{"null_entry", "entry.opens", "returned nothing from"},
        Meant{"duplicate_id", "entry.opens", "two descriptors with the id org.broken.twin"},
        Meant{"throws_in_create", "create.repeatable", "no luck today"},
        Meant{"throws_in_submit", "batch.rules", "submit"},
        Meant{"crashes_in_submit", "batch.completed-once",
              "ended by signal 6 (Aborted), in submit"},
        Meant{"never_completes", "batch.completed-once", "did not complete by the end of stop"},
        Meant{"completes_twice", "batch.completed-once", "was completed twice"},
        Meant{"writes_after_completing", "batch.let-go", "batch_settle was called for a batch"},
        Meant{"hangs_in_stop", "stop.prompt", "did not come back within 15 s, in stop"},
        Meant{"thread_in_configure", "configure.quiet", "it started a thread"},
        Meant{"socket_in_configure", "configure.quiet", "it opened a socket"},
        Meant{"unknown_need", "entry.opens", "needs sluice.timer/2"},
        Meant{"two_symbols", "file.exports", "org_broken_helper"},
        Meant{"nonsense_verdicts", "batch.verdicts", "settled with 4711, which is no verdict"},
        Meant{"leaks_records", "batch.no-leaks", "neither gave away nor freed"}),
    [](const auto& each) { return std::string(each.param.plugin); });

TEST(GoodPlugin, PassesEveryCheck) {
  const auto done = run_sluice({"verify", broken_file("good"), "--walks", "50"});
  EXPECT_EQ(done.exit_code, 0) << done.out << done.err;
  EXPECT_NE(done.out.find(" 0 failed, 0 warnings"), std::string::npos) << done.out;
}

// What `check` and `run` refuse before anything starts: exit 78 and why, at the line of the stage.
class RefusedPlugin : public ::testing::TestWithParam<Meant> {};

TEST_P(RefusedPlugin, IsRefusedWithASentence) {
  const TemporaryFolder folder;
  const auto file = folder.write("p.yaml", pipeline_with(GetParam().plugin)).string();
  for (const char* verb : {"check", "run"}) {
    const auto done = run_sluice({verb, file});
    EXPECT_EQ(done.exit_code, kConfigExit) << done.out << done.err;
    EXPECT_NE(done.err.find("stages.bad.plugin: "), std::string::npos) << done.err;
    EXPECT_NE(done.err.find(GetParam().sentence), std::string::npos) << done.err;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Host, RefusedPlugin,
    ::testing::Values(Meant{"no_note", "", "has no Sluice note"},
                      Meant{"wrong_major", "", "version 2"},
                      Meant{"null_entry", "", "returned nothing from sluice_plugin_entry_v1"},
                      Meant{"duplicate_id", "", "two descriptors with the id org.broken.twin"},
                      Meant{"throws_in_create", "", "could not be created"},
                      Meant{"unknown_need", "", "needs sluice.timer/2"}),
    [](const auto& each) { return std::string(each.param.plugin); });

// What only shows at work. The host goes on, and its log says what the plugin did wrong.
class SurvivedPlugin : public ::testing::TestWithParam<Meant> {
 protected:
  // One of them leaks on purpose; where a sanitizer looks for leaks, it must not end the host for
  // it.
  static void SetUpTestSuite() {
    const char* given = std::getenv("ASAN_OPTIONS");
    setenv("ASAN_OPTIONS", (std::string(given ? given : "") + ":detect_leaks=0").c_str(), 1);
  }
};

TEST_P(SurvivedPlugin, DoesNoHarm) {
  const TemporaryFolder folder;
  TestHost host(folder.write("p.yaml", pipeline_with(GetParam().plugin)), {});
  host.start();
  const Crawl crawl("c");
  ASSERT_EQ(deliver(host.http(), crawl.page(some_page())).status, 202);
  ASSERT_EQ(deliver(host.http(), crawl.completed()).status, 200);
  const json ledger = host.await_quiet(crawl.id());
  EXPECT_EQ(ledger["pending"], 0) << ledger.dump();
  EXPECT_EQ(host.stop(), 0) << host.process().err();
  const std::string said = host.process().out() + host.process().err();
  EXPECT_NE(said.find(GetParam().sentence), std::string::npos) << said;
}

INSTANTIATE_TEST_SUITE_P(
    Host, SurvivedPlugin,
    ::testing::Values(
        Meant{"completes_twice", "", "it called batch_complete for a batch that it had completed"},
        Meant{"writes_after_completing", "", "it called batch_settle for a batch that it had"},
        Meant{"nonsense_verdicts", "", "it settled a record with 4711, which is no verdict"},
        Meant{"leaks_records", "", "it stopped while still holding buffers, records or batches"},
        Meant{"thread_in_configure", "", "nothing was left in flight"},
        Meant{"socket_in_configure", "", "nothing was left in flight"},
        Meant{"two_symbols", "", "nothing was left in flight"}),
    [](const auto& each) { return std::string(each.param.plugin); });

TEST(BrokenPlugins, OneThatNeverCompletesMakesTheHostAskForARestart) {
  const TemporaryFolder folder;
  TestHost host(
      folder.write("p.yaml", pipeline_with("never_completes", ", timeout: 200ms, concurrency: 1")),
      {});
  host.start();
  const Crawl crawl("c");
  ASSERT_EQ(deliver(host.http(), crawl.page(some_page())).status, 202);
  ASSERT_EQ(deliver(host.http(), crawl.page(some_page())).status, 202);
  EXPECT_EQ(host.process().wait(patient(seconds(60))).value_or(-1), 75) << host.process().err();
  const std::string said = host.process().out() + host.process().err();
  EXPECT_NE(said.find("bad"), std::string::npos) << said;
}

TEST(BrokenPlugins, OneThatHangsInStopIsNamedAndLeftBehind) {
  const TemporaryFolder folder;
  TestHost host(folder.write("p.yaml", pipeline_with("hangs_in_stop")), {});
  host.start();
  EXPECT_EQ(host.stop(), by_signal(SIGABRT));
  const std::string said = host.process().out() + host.process().err();
  EXPECT_NE(said.find("a plugin does not come back"), std::string::npos) << said;
  EXPECT_NE(said.find("in plugin org.broken.hangs-in-stop 1.0.0 (bad), stop"), std::string::npos)
      << said;
}

TEST(BrokenPlugins, OneThatEndsTheProcessIsNamedAndThePageIsThereAfterwards) {
  const TemporaryFolder folder;
  const auto file = folder.write("p.yaml", pipeline_with("crashes_in_submit"));
  const Crawl crawl("c");
  {
    TestHost host(file, {});
    host.start();
    // The page is on disk before any stage sees it; the process may end before its answer is out.
    const auto status = deliver(host.http(), crawl.page(some_page())).status;
    ASSERT_TRUE(status == 202 || status == 0) << status;
    EXPECT_EQ(host.process().wait(patient(seconds(30))).value_or(-1), by_signal(SIGABRT));
    EXPECT_NE(
        host.process().err().find("in plugin org.broken.crashes-in-submit 1.0.0 (bad), submit"),
        std::string::npos)
        << host.process().err();
  }
  folder.write("p.yaml", pipeline_with("good"));
  TestHost host(file, {});
  host.start();
  ASSERT_EQ(deliver(host.http(), crawl.completed()).status, 200);
  EXPECT_EQ(host.await_quiet(crawl.id())["indexed"], 1);
  EXPECT_EQ(host.stop(), 0);
}

}  // namespace
}  // namespace sluice::testing
