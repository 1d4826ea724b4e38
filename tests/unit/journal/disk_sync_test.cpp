// The log and what lies beside it, put on the disk together.
#include "journal/disk_sync.hpp"
#include "journal/checkpointer.hpp"
#include "journal/group_commit.hpp"

#include "journal/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <future>
#include <string>
#include <vector>

namespace sluice::journal {
namespace {

class FakeCompanion final : public Companion {
 public:
  bool sync() override {
    ++syncs_;
    errno = failure_;
    return failure_ == 0;
  }
  void may_grow(bool /*may*/) override {}

  std::atomic<int> syncs_{0};
  std::atomic<int> failure_{0};
};

class DiskSyncTest : public testing::Test {
 protected:
  DiskSyncTest() : commits_(*GroupCommit::open(folder_.path(), {})) {}

  TemporaryFolder folder_;
  std::unique_ptr<GroupCommit> commits_;  // makes the log
  FakeCompanion companion_;
  const std::vector<Companion*> companions_{&companion_};
  std::vector<std::string> told_;
  std::promise<void> broke_;
  DiskSync disk_{commits_->file(), companions_, [this](const Error& error) {
                   told_.push_back(error.message);
                   broke_.set_value();
                 }};
};

TEST_F(DiskSyncTest, IsOfEverythingInTheFolder) {
  EXPECT_TRUE(disk_.sync());
  EXPECT_TRUE(disk_.sync());
  EXPECT_EQ(companion_.syncs_, 2);
  EXPECT_TRUE(disk_.state());
}

TEST_F(DiskSyncTest, OnceFailedIsNotTriedAgainAndToldOnce) {
  companion_.failure_ = EIO;
  EXPECT_FALSE(disk_.sync());
  companion_.failure_ = 0;
  EXPECT_FALSE(disk_.sync()) << "a later success would say nothing of what was lost";
  EXPECT_EQ(companion_.syncs_, 1);
  EXPECT_FALSE(disk_.state());
  EXPECT_EQ(told_, (std::vector<std::string>{
                       "the disk of " + folder_.path().string() +
                       " did not take what was written (Input/output error): nothing is "
                       "acknowledged any more, and the host ends; check that disk before it is "
                       "started again"}));
}

TEST_F(DiskSyncTest, IsFollowedOnceByWhatWaitedForIt) {
  int ran = 0;
  disk_.after_sync([&ran] { ++ran; });
  EXPECT_EQ(ran, 0);
  EXPECT_TRUE(disk_.sync());
  EXPECT_EQ(ran, 1);
  EXPECT_TRUE(disk_.sync());
  EXPECT_EQ(ran, 1);
}

TEST_F(DiskSyncTest, IsBrokenToEverybodyOnceSomebodyElseSawItFail) {
  disk_.broke("fsync failed");
  disk_.broke("and again");
  EXPECT_FALSE(disk_.sync());
  EXPECT_EQ(companion_.syncs_, 0);
  EXPECT_EQ(told_.size(), 1U);
  EXPECT_NE(disk_.state().error().message.find("(fsync failed)"), std::string::npos);
}

TEST_F(DiskSyncTest, FailsWithoutALog) {
  DiskSync none(folder_.path() / "none.db", companions_, [](const Error&) {});
  const auto failed = none.sync();
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message.find("No such file"), std::string::npos);
}

// What a disk did not take may still be asked for: nothing that waited for it happens.
TEST_F(DiskSyncTest, ThatFailedIsToldToNobodyWhoWaitedForIt) {
  companion_.failure_ = EIO;
  std::atomic<bool> is_told{false};
  {
    Checkpointer checkpointer({.file = commits_->file(), .threshold_pages = 1'000, .disk = &disk_});
    disk_.after_sync([&is_told] { is_told = true; });
    checkpointer.log_is(1);
    EXPECT_EQ(broke_.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);
  }
  EXPECT_FALSE(is_told);
}

TEST_F(DiskSyncTest, ThatFailedLeavesTheLogAsItIs) {
  commits_->writer().exec("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
  const auto log = commits_->file().string() + "-wal";
  const auto length = std::filesystem::file_size(log);
  ASSERT_GT(length, 0U);
  disk_.broke("fsync failed");
  Checkpointer checkpointer({.file = commits_->file(), .threshold_pages = 1'000, .disk = &disk_});
  SQLite::Database database(commits_->file().string(), SQLite::OPEN_READWRITE);
  checkpointer.copy(database, SQLITE_CHECKPOINT_TRUNCATE);
  EXPECT_EQ(std::filesystem::file_size(log), length);
}

// What waits for the disk after a transaction comes whatever the mode, and never after a failure.
class WhenOnDisk : public testing::TestWithParam<Sync>, private Gatherer {
 protected:
  WhenOnDisk() : commits_(*GroupCommit::open(folder_.path(), {.sync = GetParam()})) {
    commits_->add(*this);
    commits_->start();
  }
  ~WhenOnDisk() override { commits_->stop(); }

  void keep() override {}
  void drop() override {}
  void flush(SQLite::Database&) override {}
  void committed() override {
    commits_->when_on_disk([this] { on_disk_.set_value(); });
  }
  void rolled_back() override {}

  TemporaryFolder folder_;
  std::promise<void> on_disk_;
  std::unique_ptr<GroupCommit> commits_;
};

TEST_P(WhenOnDisk, Comes) {
  auto comes = on_disk_.get_future();
  EXPECT_FALSE(
      commits_->run([](SQLite::Database&) { throw std::runtime_error("not this one"); }).ok());
  EXPECT_EQ(comes.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  ASSERT_TRUE(
      commits_->run([](SQLite::Database& database) { database.exec("CREATE TABLE t(x)"); }).ok());
  EXPECT_EQ(comes.wait_for(std::chrono::seconds(30)), std::future_status::ready);
}

INSTANTIATE_TEST_SUITE_P(EachSync, WhenOnDisk,
                         testing::Values(Sync::kAlways, Sync::kInterval, Sync::kOff));

}  // namespace
}  // namespace sluice::journal
