// The log and what lies beside it, put on the disk together.
#include "journal/disk_sync.hpp"
#include "journal/checkpointer.hpp"
#include "journal/group_commit.hpp"

#include "journal/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <future>

namespace sluice::journal {
namespace {

class FakeCompanion final : public Companion {
 public:
  bool is_dirty() const override { return is_dirty_; }
  bool sync() override {
    ++syncs_;
    errno = failure_;
    return failure_ == 0;
  }
  void may_grow(bool /*may*/) override {}

  std::atomic<bool> is_dirty_{true};
  std::atomic<int> syncs_{0};
  std::atomic<int> failure_{0};
};

TEST(DiskSyncTest, SyncsCompanionsThatAreDirty) {
  const TemporaryFolder folder;
  const auto commits = GroupCommit::open(folder.path(), {});  // makes the log
  ASSERT_TRUE(commits.ok());
  FakeCompanion one, other;
  other.is_dirty_ = false;
  DiskSync disk((*commits)->file(), {&one, &other});
  EXPECT_TRUE(disk.sync());
  EXPECT_EQ(one.syncs_, 1);
  one.is_dirty_ = false;
  EXPECT_TRUE(disk.sync());
  EXPECT_EQ(one.syncs_, 1);
}

TEST(DiskSyncTest, FailsWithTheReasonOfTheOneThatDoes) {
  const TemporaryFolder folder;
  const auto commits = GroupCommit::open(folder.path(), {});
  ASSERT_TRUE(commits.ok());
  FakeCompanion broken, whole;
  broken.failure_ = EIO;
  DiskSync disk((*commits)->file(), {&broken, &whole});
  EXPECT_FALSE(disk.sync());
  EXPECT_EQ(errno, EIO);
  broken.failure_ = 0;
  EXPECT_TRUE(disk.sync());
}

TEST(DiskSyncTest, FailsWithoutALog) {
  const TemporaryFolder folder;
  FakeCompanion whole;
  DiskSync disk(folder.path() / "none.db", {&whole});
  EXPECT_FALSE(disk.sync());
  EXPECT_EQ(errno, ENOENT);
}

// What a disk did not take may still be asked for: nothing that waited for it happens.
TEST(CheckpointerSync, TellsNobodyOfOneThatFailed) {
  const TemporaryFolder folder;
  const auto commits = GroupCommit::open(folder.path(), {});
  ASSERT_TRUE(commits.ok());
  std::promise<void> failed;
  std::atomic<bool> is_told{false};
  {
    Checkpointer checkpointer({.file = (*commits)->file(),
                               .threshold_pages = 1'000,
                               .sync = Sync::kInterval,
                               .put_on_disk = [&failed] {
                                 failed.set_value();
                                 return false;
                               }});
    checkpointer.after_sync([&is_told] { is_told = true; });
    checkpointer.log_is(1);
    EXPECT_EQ(failed.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);
  }
  EXPECT_FALSE(is_told);
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
