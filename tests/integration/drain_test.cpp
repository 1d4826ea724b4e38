// SIGTERM: the host finishes what it can in time, and keeps the rest for the next start.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace sluice::testing {
namespace {

constexpr int kAlarmedExit = 75;

TEST(Drain, EndsWellUnderLoadAndLosesNothing) {
  TestHost host;
  host.start();
  const Crawl crawl("load");
  const auto pages = PageMaker("load").make(300);
  std::atomic<std::size_t> answered{0};  // relaxed: a count to wait for, nothing else
  std::vector<TestPage> accepted;
  std::thread sender([&] {
    for (const auto& page : pages) {
      const Answer answer = deliver(host.http(), crawl.page(page));
      if (answer.status == 202) accepted.push_back(page);
      if (answer.status == 0) break;
      answered.fetch_add(1, std::memory_order_relaxed);
    }
  });
  EXPECT_TRUE(eventually([&] { return answered.load(std::memory_order_relaxed) >= 20; }));

  const auto began = std::chrono::steady_clock::now();
  host.process().send(SIGTERM);
  const auto code = host.process().wait(patient(seconds(30)));
  const auto took = std::chrono::steady_clock::now() - began;
  sender.join();

  EXPECT_EQ(code, 0) << host.process().err();
  EXPECT_LT(took, patient(seconds(22)));
  host.start();
  const auto ledger = host.await_quiet(crawl.id());
  EXPECT_GE(ledger["indexed"], accepted.size()) << ledger;
  EXPECT_TRUE(adds_up(ledger)) << ledger;
  for (const auto& page : accepted) EXPECT_EQ(host.found(page.word), 1U) << page.word;
}

TEST(Drain, LeavesInTheJournalWhatDoesNotFinishInTime) {
  TestHost host;
  const auto hold = host.files().write("hold", "");
  const PipelineFile file{.top = "timeouts: {drain: 1s}\n",
                          .moody = "hold_while: " + hold.string(),
                          .moody_stage = ", timeout: 10m"};
  host.set_file(file);
  host.start();
  const Crawl crawl("held");
  const auto pages = PageMaker("held").make(5);
  deliver(host.http(), crawl.pages(pages));

  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(host.stop(SIGTERM), 0) << host.process().err();
  EXPECT_LT(std::chrono::steady_clock::now() - began, patient(seconds(8)));
  EXPECT_NE(host.process().err().find("the journal keeps pages for the next start pages=5"),
            std::string::npos)
      << host.process().err();

  std::filesystem::remove(hold);
  host.start();
  const auto ledger = host.await_quiet(crawl.id());
  EXPECT_EQ(ledger["indexed"], pages.size()) << ledger;
  for (const auto& page : pages) EXPECT_EQ(host.found(page.word), 1U) << page.word;
}

TEST(Drain, DoesNotStopAStageThatIsStillAtWork) {
  TestHost host;
  const auto hold = host.files().write("hold", "");
  host.set_file({.top = "timeouts: {drain: 100ms}\n",
                 .moody = "hold_while: " + hold.string(),
                 .moody_stage = ", timeout: 10m"});
  host.start();
  ASSERT_EQ(deliver(host.http(), Crawl("busy").page(PageMaker("busy").make())).status, 202U);
  ASSERT_TRUE(eventually([&] {
    const auto metrics = host.http().get("/metrics").body;
    return metrics.find("sluice_stage_in_flight{stage=\"moody\"} 1") != std::string::npos;
  }));

  EXPECT_EQ(host.stop(SIGTERM), 0) << host.process().err();
  const std::string log = host.process().err();
  EXPECT_NE(log.find("moody"), std::string::npos) << log;
  EXPECT_NE(log.find("calls into it have not come back"), std::string::npos) << log;
  EXPECT_NE(log.find("stuck_workers=1"), std::string::npos) << log;
}

TEST(Drain, AnAlarmMeanwhileIsInTheExitCode) {
  TestHost host;
  const auto hold = host.files().write("hold", "");
  const TestPage page = PageMaker("fatal").make();
  host.set_file({.moody = "hold_while: " + hold.string() + ", fatal_word: " + page.word,
                 .moody_stage = ", timeout: 10m"});
  host.start();
  ASSERT_EQ(deliver(host.http(), Crawl("fatal").page(page)).status, 202U);
  host.process().send(SIGTERM);
  ASSERT_TRUE(eventually([&] { return host.http().get("/health/ready").status == 503; }));

  std::filesystem::remove(hold);

  EXPECT_EQ(host.process().wait(patient(seconds(20))), kAlarmedExit) << host.process().err();
  EXPECT_NE(host.process().err().find("that was one too many"), std::string::npos);
}

TEST(Drain, EndsAtOnceWhenThereIsNothingToDo) {
  TestHost host;
  host.start();
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(host.stop(SIGTERM), 0) << host.process().err();
  EXPECT_LT(std::chrono::steady_clock::now() - began, patient(seconds(5)));
  host.start();
  EXPECT_EQ(host.stop(SIGINT), 0) << host.process().err();
}

TEST(Drain, IsNotReadyWhileItDrains) {
  TestHost host;
  const auto hold = host.files().write("hold", "");
  host.set_file({.moody = "hold_while: " + hold.string(), .moody_stage = ", timeout: 10m"});
  host.start();
  const Crawl crawl("draining");
  PageMaker maker("draining");
  ASSERT_EQ(deliver(host.http(), crawl.page(maker.make())).status, 202U);
  EXPECT_EQ(host.http().get("/health/ready").status, 200U);

  host.process().send(SIGTERM);

  EXPECT_TRUE(eventually([&] { return host.http().get("/health/ready").status == 503; }));
  EXPECT_EQ(host.http().get("/health/live").status, 200U);
  const Answer late = deliver(host.http(), crawl.page(maker.make()));
  EXPECT_EQ(late.status, 503U) << late;
  EXPECT_FALSE(late.header("Retry-After").empty());
  std::filesystem::remove(hold);
  EXPECT_EQ(host.process().wait(patient(seconds(20))), 0) << host.process().err();
}

}  // namespace
}  // namespace sluice::testing
