// The power goes: what was acknowledged was on the disk, and what was not is new when it comes
// again. The disk's part is played by cutting off, or putting back, what it would not have had.
#include "support/test_host.hpp"

#include <SQLiteCpp/Database.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

namespace sluice::testing {
namespace {

// The one file of payloads.
std::filesystem::path payloads_of(const TestHost& host) {
  const std::filesystem::directory_iterator files(host.folder() / "data" / "payloads");
  return files->path();
}

void start_machine_anew(const TestHost& host) {
  SQLite::Database database((host.folder() / "data" / "host.db").string(), SQLite::OPEN_READWRITE);
  database.exec("UPDATE payloads_checked SET boot = 'another'");
}

// A host that holds what it was sent, and a crawl.
class PowerLossOf : public ::testing::Test {
 protected:
  explicit PowerLossOf(const std::string& sync)
      : host{PipelineFile{.top = "mode: batch\njournal: {sync: " + sync + "}\n"}} {}
  void SetUp() override { host.start(); }

  TestHost host;
  const Crawl crawl{"dark"};
  PageMaker maker{"dark"};
};

class PowerLoss : public PowerLossOf {
 protected:
  PowerLoss() : PowerLossOf("always") {}
};

class PowerLossWithInterval : public PowerLossOf {
 protected:
  PowerLossWithInterval() : PowerLossOf("interval") {}
};

// 202 is for what the log has: the database may be as old as a tenth of a second.
TEST_F(PowerLoss, TakesNoPageThatWasAcknowledged) {
  const TestPage early = maker.make();
  ASSERT_EQ(deliver(host.http(), crawl.page(early)).status, 202U);
  host.stop(SIGTERM);
  const auto database = host.folder() / "data" / "host.db";
  const auto on_disk = host.folder() / "on-disk.db";
  std::filesystem::copy(database, on_disk);
  host.start();
  std::vector<TestPage> pages{early};
  for (int i = 0; i < 20; ++i) {
    pages.push_back(maker.make());
    ASSERT_EQ(deliver(host.http(), crawl.page(pages.back())).status, 202U);
  }

  host.stop(SIGKILL);
  std::filesystem::rename(on_disk, database);
  std::filesystem::remove(database.string() + "-wal");
  std::filesystem::remove(database.string() + "-shm");
  start_machine_anew(host);
  host.start();
  EXPECT_NE(host.process().err().find("are back from the log of payloads"), std::string::npos)
      << host.process().err();
  EXPECT_EQ(host.crawl("dark")["received"], 21);
  EXPECT_EQ(host.crawl("dark")["pending"], 21);
  EXPECT_EQ(deliver(host.http(), crawl.page(pages.back())).status, 200U);  // it has it already

  ASSERT_EQ(deliver(host.http(), crawl.completed()).status, 200U);
  const auto ledger = host.await_crawl("dark");
  EXPECT_EQ(ledger["indexed"], 21) << ledger;
  EXPECT_TRUE(adds_up(ledger)) << ledger;
  for (const auto& page : pages) EXPECT_TRUE(host.finds_one(page.word)) << page.url;
}

TEST_F(PowerLossWithInterval, MakesAPageNewThatNobodyWasToldOf) {
  const TestPage told = maker.make();
  const TestPage lost = maker.make();
  ASSERT_EQ(deliver(host.http(), crawl.page(told)).status, 202U);
  const auto payloads = payloads_of(host);
  const auto on_disk = std::filesystem::file_size(payloads);
  ASSERT_EQ(deliver(host.http(), crawl.page(lost)).status, 202U);
  EXPECT_EQ(host.crawl("dark")["received"], 2);

  host.stop(SIGKILL);
  std::filesystem::resize_file(payloads, on_disk + 7);
  start_machine_anew(host);
  host.start();
  EXPECT_NE(host.process().err().find("did not reach the disk before the power went"),
            std::string::npos)
      << host.process().err();
  EXPECT_EQ(host.crawl("dark")["received"], 1);

  ASSERT_EQ(deliver(host.http(), crawl.page(lost)).status, 202U);
  ASSERT_EQ(deliver(host.http(), crawl.completed()).status, 200U);
  const auto ledger = host.await_crawl("dark");
  EXPECT_EQ(ledger["indexed"], 2) << ledger;
  EXPECT_TRUE(adds_up(ledger)) << ledger;
  for (const auto& page : {told, lost}) EXPECT_TRUE(host.finds_one(page.word)) << page.url;
}

TEST_F(PowerLoss, LeavesAloneWhatIsWhole) {
  const TestPage page = maker.make();
  ASSERT_EQ(deliver(host.http(), crawl.page(page)).status, 202U);
  host.stop(SIGKILL);
  start_machine_anew(host);
  host.start();
  EXPECT_EQ(host.process().err().find("before the power went"), std::string::npos);
  EXPECT_EQ(deliver(host.http(), crawl.page(page)).status, 200U);  // it has it already
  deliver(host.http(), crawl.completed());
  EXPECT_EQ(host.await_crawl("dark")["indexed"], 1);
}

}  // namespace
}  // namespace sluice::testing
