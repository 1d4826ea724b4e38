// What is on the disk is what a restarted index answers from, however the process ended.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "agreement.hpp"
#include "index/keyword_index.hpp"
#include "scratch_folder.hpp"

namespace bm25 {
namespace {

class RestartTest : public testing::Test {
 protected:
  void open(const Settings& settings = {}) {
    index_.reset();
    index_ = std::make_unique<KeywordIndex>(folder_.path(), settings);
  }
  void write(int batches) {
    for (int i = 0; i < batches; ++i) {
      const std::vector<Write> batch = pages_.batch(30);
      ASSERT_FALSE(index_->write(batch));
      apply_batch(reference_, batch);
    }
  }
  void expect_agreement() { bm25::expect_agreement(*index_, reference_, pages_, 30); }
  std::filesystem::path snapshot() const { return folder_.path() / "keyword.snapshot"; }

  ScratchFolder folder_;
  std::unique_ptr<KeywordIndex> index_;
  ReferenceIndex reference_;
  RandomPages pages_{11};
};

TEST_F(RestartTest, AnswersTheSameFromItsSnapshot) {
  open();
  write(30);
  open();
  EXPECT_TRUE(std::filesystem::exists(snapshot()));
  expect_agreement();
  write(10);
  expect_agreement();
}

TEST_F(RestartTest, AnswersTheSameFromAnOldSnapshotAndWhatChangedSince) {
  open();
  write(30);
  index_->save();
  const auto kept = folder_.path() / "kept";
  std::filesystem::copy_file(snapshot(), kept);
  write(20);
  index_.reset();
  std::filesystem::rename(kept, snapshot());
  open();
  expect_agreement();
}

TEST_F(RestartTest, AnswersTheSameWithoutASnapshot) {
  open();
  write(30);
  index_.reset();
  std::filesystem::remove(snapshot());
  open();
  expect_agreement();
}

TEST_F(RestartTest, AnswersTheSameWhateverHappenedToTheSnapshot) {
  open();
  write(30);
  index_.reset();
  const auto size = std::filesystem::file_size(snapshot());
  const auto kept = folder_.path() / "kept";
  std::filesystem::copy_file(snapshot(), kept);
  for (std::uintmax_t at = 0; at < size; at += size / 25 + 1) {
    std::filesystem::copy_file(kept, snapshot(), std::filesystem::copy_options::overwrite_existing);
    if (at % 2 == 0) {
      std::filesystem::resize_file(snapshot(), at);
    } else {
      std::fstream file(snapshot(), std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(static_cast<std::streamoff>(at));
      file.put('\x55');
    }
    open();
    expect_agreement();
  }
}

TEST_F(RestartTest, AnalysesAnewWhenSettingsChange) {
  open();
  write(30);
  Settings settings;
  settings.analyzer.stemming = false;
  open(settings);
  reference_ = ReferenceIndex(settings.analyzer);
  RandomPages same(11);
  for (int i = 0; i < 30; ++i) apply_batch(reference_, same.batch(30));
  expect_agreement();
}

TEST_F(RestartTest, IgnoresTheSnapshotOfAnotherDatabase) {
  open();
  write(30);
  index_.reset();
  const ScratchFolder other;
  {
    KeywordIndex index(other.path(), {});
    RandomPages pages(99);
    for (int i = 0; i < 30; ++i) ASSERT_FALSE(index.write(pages.batch(30)));
  }
  std::filesystem::copy_file(other.path() / "keyword.snapshot", snapshot(),
                             std::filesystem::copy_options::overwrite_existing);
  open();
  expect_agreement();
}

TEST_F(RestartTest, IgnoresASnapshotFromAfterABackup) {
  open();
  write(10);
  index_.reset();
  const auto backup = folder_.path() / "backup";
  std::filesystem::copy_file(folder_.path() / "keyword.db", backup);
  const auto reference = reference_;
  open();
  write(20);
  index_.reset();
  for (const char* file : {"keyword.db-wal", "keyword.db-shm"}) {
    std::filesystem::remove(folder_.path() / file);
  }
  std::filesystem::rename(backup, folder_.path() / "keyword.db");
  reference_ = reference;
  open();
  expect_agreement();
}

TEST_F(RestartTest, SavesWhileItIsWritten) {
  open();
  write(10);
  for (int i = 0; i < 20; ++i) {
    index_->save();
    write(2);
  }
  open();
  expect_agreement();
}

// The child writes batches that both know and tells after each that it is done; the parent kills
// it.
TEST_F(RestartTest, HoldsEveryAcknowledgedBatchAfterAKill) {
  for (int round = 0; round < 5; ++round) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    const std::uint32_t seed = 1'000 + static_cast<std::uint32_t>(round);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      KeywordIndex index(folder_.path(), Settings());
      RandomPages pages(seed);
      while (true) {
        if (index.write(pages.batch(30))) ::_exit(1);
        if (::write(pipe[1], "x", 1) != 1) ::_exit(1);
        if (pages.below(20) == 0) index.save();
      }
    }
    ::close(pipe[1]);
    char byte = 0;
    int acknowledged = 0;
    while (acknowledged < 10 + 7 * round && ::read(pipe[0], &byte, 1) == 1) ++acknowledged;
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status));
    while (::read(pipe[0], &byte, 1) == 1) ++acknowledged;
    ::close(pipe[0]);

    open();
    RandomPages pages(seed);
    for (int i = 0; i < acknowledged; ++i) {
      apply_batch(reference_, pages.batch(30));
      pages.below(20);
    }
    ReferenceIndex with_next = reference_;
    apply_batch(with_next, pages.batch(30));
    RandomPages queries(5);
    RandomPages same_queries(5);
    // The batch under way may be in as a whole, or not at all.
    const std::string without = difference(*index_, reference_, queries, 30);
    if (!without.empty()) {
      reference_ = with_next;
      EXPECT_EQ(difference(*index_, reference_, same_queries, 30), "") << without;
    }
    index_.reset();
  }
}

}  // namespace
}  // namespace bm25
