// What happens when there is no room: simulated by a limit on the bytes of payloads.
#include "journal/group_commit.hpp"
#include "journal/journal.hpp"

#include "journal/temporary_folder.hpp"

#include <SQLiteCpp/Statement.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

namespace sluice::journal {
namespace {

using namespace std::chrono_literals;

constexpr Journal::Options kSmall{.segment_bytes = 128 << 10, .max_bytes = 1'200'000};

constexpr std::size_t kRemoved = 30;  // pages: two segments and some

struct Host {
  explicit Host(const TemporaryFolder& folder) {
    auto opened = GroupCommit::open(folder.path(), {.reserve_bytes = 64 << 10});
    if (!opened) throw std::runtime_error(opened.error().message);
    commits = *std::move(opened);
    auto made = Journal::open(*commits, kSmall);
    if (!made) throw std::runtime_error(made.error().message);
    journal = *std::move(made);
    commits->start();
  }

  Result<std::int64_t> append(const std::string& payload) {
    std::int64_t seq = 0;
    auto stored = commits->run([&](SQLite::Database& database) {
      seq = journal->append(database,
                            {.group = "c", .document_id = "d", .source = "s", .payload = payload});
    });
    if (!stored) return std::move(stored).error();
    return seq;
  }

  Result<void> remove(std::int64_t seq) {
    return commits->run([&](SQLite::Database& database) { journal->remove(database, {{seq}}); });
  }

  std::unique_ptr<GroupCommit> commits;
  std::unique_ptr<Journal> journal;
};

TEST(DiskFull, IsAnErrorThatNamesTheFolderAndLosesNothing) {
  TemporaryFolder folder;
  Host host(folder);
  const std::string payload(10'000, 'x');
  std::vector<std::int64_t> stored;
  std::optional<Error> error;
  for (int i = 0; i < 1000 && !error; ++i) {
    auto seq = host.append(payload);
    if (seq) {
      stored.push_back(*seq);
    } else {
      error = seq.error();
    }
  }
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault, Fault::kIo);
  EXPECT_EQ(error->message, "no room is left for the database in " + folder.path().string() +
                                ": nothing of this was stored; free some space and send it again");
  EXPECT_GT(stored.size(), 50U);
  EXPECT_EQ(host.journal->open_count(), stored.size());
  const auto read = host.journal->read(stored);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->size(), stored.size());
}

TEST(DiskFull, LetsDeletesThroughAndRecoversByThem) {
  TemporaryFolder folder;
  Host host(folder);
  const std::string payload(10'000, 'x');
  std::vector<std::int64_t> stored;
  for (auto seq = host.append(payload); seq.ok(); seq = host.append(payload))
    stored.push_back(*seq);
  // Deletes and appends that do not fit wait together: the deletes go through all the same.
  std::vector<bool> removed;
  for (std::size_t i = 0; i < kRemoved; ++i) {
    host.commits->submit(
        [&](SQLite::Database& database) {
          host.journal->append(database, {.payload = std::string(5'000'000, 'y')});
        },
        [](const Result<void>& result) { EXPECT_FALSE(result.ok()); });
    host.commits->submit(
        [&, i](SQLite::Database& database) { host.journal->remove(database, {{stored[i]}}); },
        [&](const Result<void>& result) { removed.push_back(result.ok()); });
  }
  // Their room is there once the disk knows that they are gone: a moment after they were told.
  Result<std::int64_t> again = host.append(payload);
  for (int tries = 0; !again && tries < 1'000; ++tries) {
    std::this_thread::sleep_for(10ms);
    again = host.append(payload);
  }
  for (int i = 1; i < 8 && again; ++i) again = host.append(payload);
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(removed, std::vector<bool>(kRemoved, true));
  EXPECT_EQ(host.journal->open_count(), stored.size() - kRemoved + 8);
}

// What is small and changes is in the database, and that can be full as well.
TEST(DiskFull, OfTheDatabaseFailsTheWorkThatNeedsRoom) {
  TemporaryFolder folder;
  auto opened = GroupCommit::open(folder.path(), {.reserve_bytes = 64 << 10, .max_pages = 100});
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  GroupCommit& commits = **opened;
  commits.writer().exec("CREATE TABLE notes(text TEXT)");
  commits.start();
  const auto note = [&](std::size_t bytes) {
    return commits.run([bytes](SQLite::Database& database) {
      SQLite::Statement add(database, "INSERT INTO notes VALUES (?)");
      add.bind(1, std::string(bytes, 'n'));
      add.exec();
    });
  };
  const auto too_much = note(5'000'000);
  ASSERT_FALSE(too_much.ok());
  EXPECT_NE(too_much.error().message.find("no room is left"), std::string::npos);
  EXPECT_TRUE(note(1'000).ok());
}

TEST(DiskFull, ReusesTheRoomOfWhatWasRemoved) {
  TemporaryFolder folder;
  Host host(folder);
  // Ten times what fits, but never more than a little at a time.
  const std::string payload(100'000, 'x');
  for (int i = 0; i < 120; ++i) {
    const auto seq = host.append(payload);
    ASSERT_TRUE(seq.ok()) << seq.error().message;
    ASSERT_TRUE(host.remove(*seq).ok());
  }
  EXPECT_EQ(host.journal->open_count(), 0U);
}

TEST(DiskFull, FailsOneBigWorkWithoutTheLaterOnesOfItsGroup) {
  TemporaryFolder folder;
  Host host(folder);
  std::vector<bool> results;
  const auto note = [&](const Result<void>& result) { results.push_back(result.ok()); };
  const auto append = [&](std::size_t bytes) {
    host.commits->submit(
        [&, bytes](SQLite::Database& database) {
          host.journal->append(database, {.payload = std::string(bytes, 'z')});
        },
        note);
  };
  append(5'000'000);
  for (int i = 0; i < 20; ++i) append(1'000);
  host.commits->stop();
  ASSERT_EQ(results.size(), 21U);
  EXPECT_FALSE(results.front());
  EXPECT_EQ(host.journal->open_count(),
            static_cast<std::uint64_t>(std::count(results.begin(), results.end(), true)));
  EXPECT_TRUE(results.back());
}

}  // namespace
}  // namespace sluice::journal
