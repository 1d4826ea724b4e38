// The write-ahead log stays short, under load and when idle.
#include "journal/group_commit.hpp"
#include "journal/journal.hpp"

#include "journal/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <stdexcept>
#include <thread>

namespace sluice::journal {
namespace {

using namespace std::chrono_literals;

std::uintmax_t log_bytes(const GroupCommit& commits) {
  std::error_code none;
  const auto bytes = std::filesystem::file_size(commits.file().string() + "-wal", none);
  return none ? 0 : bytes;
}

TEST(Checkpointer, KeepsTheLogShortUnderSteadyWriting) {
  TemporaryFolder folder;
  auto commits = GroupCommit::open(folder.path(), {.checkpoint_pages = 200});
  ASSERT_TRUE(commits.ok());
  auto journal = Journal::open(**commits);
  ASSERT_TRUE(journal.ok());
  (*commits)->start();
  // 100 MB through a log that is copied from 0.8 MB on: without starting over it would be as long.
  constexpr int kWorks = 1000;
  std::promise<void> ended;
  for (int i = 0; i < kWorks; ++i) {
    (*commits)->submit(
        [&](SQLite::Database& database) {
          const auto seq = (*journal)->append(database, {.payload = std::string(100'000, 'x')});
          (*journal)->remove(database, {{seq}});
        },
        [&, i](const Result<void>& result) {
          EXPECT_TRUE(result.ok());
          if (i + 1 == kWorks) ended.set_value();
        });
    // Small groups, so that the checkpoints have many gaps to fall into.
    if (i % 4 == 3) {
      EXPECT_TRUE((*commits)->run([](SQLite::Database&) {}).ok());
    }
  }
  ended.get_future().wait();
  EXPECT_LT(log_bytes(**commits), 50U << 20);
}

TEST(Checkpointer, EmptiesTheLogWhenIdle) {
  TemporaryFolder folder;
  auto commits = GroupCommit::open(folder.path(), {});
  ASSERT_TRUE(commits.ok());
  auto journal = Journal::open(**commits);
  ASSERT_TRUE(journal.ok());
  (*commits)->start();
  ASSERT_TRUE(
      (*commits)->run([&](SQLite::Database& database) { (*journal)->append(database, {}); }).ok());
  EXPECT_GT(log_bytes(**commits), 0U);
  const auto deadline = Steady::now() + 20s;
  while (log_bytes(**commits) > 0 && Steady::now() < deadline) std::this_thread::sleep_for(50ms);
  EXPECT_EQ(log_bytes(**commits), 0U);
}

}  // namespace
}  // namespace sluice::journal
