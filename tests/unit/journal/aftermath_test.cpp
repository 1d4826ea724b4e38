// What did not reach the disk before the power went, as the next start finds it.
#include "journal/aftermath.hpp"
#include "journal/journal.hpp"

#include "journal/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace sluice::journal {
namespace {

struct PoweredHost {
  explicit PoweredHost(const std::filesystem::path& folder) {
    auto opened = GroupCommit::open(folder, {});
    if (!opened) throw std::runtime_error(opened.error().message);
    commits = *std::move(opened);
    auto made = Journal::open(*commits, {.segment_bytes = 8'000});
    if (!made) throw std::runtime_error(made.error().message);
    journal = *std::move(made);
    commits->start();
    aftermath = journal->take_aftermath();
  }

  // What the app does about it, but for the ledger.
  void take_over() {
    ASSERT_TRUE(commits
                    ->run([&](SQLite::Database& database) {
                      std::vector<std::int64_t> torn;
                      for (const auto& one : aftermath.torn) torn.push_back(one.seq);
                      journal->remove(database, torn);
                      for (const auto& one : aftermath.lost) journal->restore(database, one);
                      journal->taken_over(database);
                    })
                    .ok());
  }

  std::int64_t append(const std::string& document) {
    std::int64_t seq = 0;
    EXPECT_TRUE(commits
                    ->run([&](SQLite::Database& database) {
                      seq = journal->append(database, {.group = "crawl",
                                                       .document_id = document,
                                                       .source = "source",
                                                       .cookie = 7,
                                                       .payload = std::string(1'000, document[0])});
                    })
                    .ok());
    return seq;
  }

  std::string open_documents() const {
    std::string documents;
    const auto heads = journal->heads(0, 100);
    EXPECT_TRUE(heads.ok());
    for (const auto& head : *heads) documents += head.document_id;
    return documents;
  }

  std::unique_ptr<GroupCommit> commits;
  std::unique_ptr<Journal> journal;
  Aftermath aftermath;
};

class AftermathTest : public testing::Test {
 protected:
  // Of a host that starts, takes it and stops.
  std::int64_t append(const std::string& document) {
    PoweredHost host(folder_.path());
    host.take_over();
    return host.append(document);
  }

  // The machine has started anew.
  void reboot() {
    auto commits = GroupCommit::open(folder_.path(), {});
    ASSERT_TRUE(commits.ok());
    (*commits)->writer().exec("UPDATE payloads_checked SET boot = 'another'");
  }

  // What the disk has of the database, and that this is all it ever got.
  void database_is_on_disk() {
    std::filesystem::copy(folder_.path() / "host.db", disk_.path() / "host.db",
                          std::filesystem::copy_options::overwrite_existing);
  }
  void power_goes() {
    std::filesystem::copy(disk_.path() / "host.db", folder_.path() / "host.db",
                          std::filesystem::copy_options::overwrite_existing);
    reboot();
  }

  // Each host begins a segment of its own, as what was open keeps the earlier ones.
  std::filesystem::path segment(int number) const {
    return folder_.path() / "payloads" / std::to_string(number);
  }

  std::string torn() const {
    const PoweredHost host(folder_.path());
    std::string documents;
    for (const auto& one : host.aftermath.torn) {
      EXPECT_EQ(one.group, "crawl");
      documents += one.document_id;
    }
    return documents;
  }
  std::string lost() const {
    const PoweredHost host(folder_.path());
    std::string documents;
    for (const auto& one : host.aftermath.lost) {
      EXPECT_EQ(one.entry.group, "crawl");
      EXPECT_EQ(one.entry.source, "source");
      EXPECT_EQ(one.entry.cookie, 7U);
      documents += one.entry.document_id;
    }
    return documents;
  }

  TemporaryFolder folder_, disk_;
};

using Torn = AftermathTest;
using Lost = AftermathTest;

TEST_F(Torn, IsFoundAfterTheMachineStartedAnew) {
  append("a");
  append("b");
  append("c");
  std::filesystem::resize_file(segment(1), 10);
  std::filesystem::remove(segment(3));
  reboot();
  EXPECT_EQ(torn(), "ac");
}

TEST_F(Torn, IsFoundUntilSomethingWasDoneAboutIt) {
  append("a");
  std::filesystem::resize_file(segment(1), 10);
  reboot();
  EXPECT_EQ(torn(), "a");  // and that start ended early
  EXPECT_EQ(torn(), "a");
  PoweredHost(folder_.path()).take_over();
  EXPECT_EQ(torn(), "");
}

TEST_F(Torn, IsNotLookedForWhileTheMachineRuns) {
  append("a");
  std::filesystem::resize_file(segment(1), 10);
  EXPECT_EQ(torn(), "");
}

TEST_F(Torn, IsNothingThatIsWhole) {
  append("a");
  append("b");
  reboot();
  EXPECT_EQ(torn(), "");
  EXPECT_EQ(lost(), "");
}

TEST_F(Torn, IsNothingThatTheDiskDoesNotGive) {
  append("a");
  std::filesystem::remove(segment(1));
  std::filesystem::create_directory(segment(1));
  reboot();
  EXPECT_EQ(torn(), "") << "it was acknowledged: whoever asks for it is told";
}

TEST_F(Torn, CanBeRemovedAndItsFileIsWrittenAnew) {
  append("a");
  std::filesystem::remove(segment(1));
  reboot();
  PoweredHost host(folder_.path());
  ASSERT_EQ(host.aftermath.torn.size(), 1U);
  const std::int64_t before = host.aftermath.torn.front().seq;
  host.take_over();
  const std::int64_t again = host.append("again");
  EXPECT_EQ(host.journal->open_count(), 1U);
  const auto read = host.journal->read({{before, again}});
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->size(), 1U);
  EXPECT_EQ(read->front().document_id, "again");
}

TEST_F(Torn, IsReadAsDamagedWhereverElseItTurnsUp) {
  const std::int64_t seq = append("a");
  std::filesystem::resize_file(segment(1), 10);
  const PoweredHost host(folder_.path());
  const auto read = host.journal->read({{seq}});
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->size(), 1U);
  EXPECT_NE(read->front().damage.find("are damaged: check the disk"), std::string::npos);
}

TEST_F(Lost, IsBroughtBackFromTheLog) {
  append("a");
  database_is_on_disk();
  append("b");
  append("c");
  power_goes();
  EXPECT_EQ(lost(), "bc");
  PoweredHost host(folder_.path());
  host.take_over();
  EXPECT_EQ(host.open_documents(), "abc");
  EXPECT_EQ(host.journal->open_count(), 3U);
  const auto read = host.journal->read({{host.aftermath.lost.back().entry.seq}});
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->size(), 1U);
  EXPECT_EQ(read->front().payload, std::string(1'000, 'c'));
  EXPECT_EQ(read->front().source, "source");
}

TEST_F(Lost, IsLookedForUntilItIsBack) {
  append("a");
  database_is_on_disk();
  append("b");
  power_goes();
  EXPECT_EQ(lost(), "b");  // and that start ended early
  EXPECT_EQ(lost(), "b");
  PoweredHost(folder_.path()).take_over();
  EXPECT_EQ(lost(), "");
  reboot();
  EXPECT_EQ(lost(), "");
}

TEST_F(Lost, IsNothingThatWasRemovedBeforeTheDatabaseReachedTheDisk) {
  {
    PoweredHost host(folder_.path());
    host.take_over();
    const std::int64_t done = host.append("a");
    host.append("b");
    ASSERT_TRUE(
        host.commits
            ->run([&](SQLite::Database& database) { host.journal->remove(database, {{done}}); })
            .ok());
  }
  database_is_on_disk();
  append("c");
  power_goes();
  EXPECT_EQ(lost(), "c");
}

TEST_F(Lost, NumbersAreNotGivenOutAgain) {
  append("a");
  database_is_on_disk();
  const std::int64_t lost = append("b");
  power_goes();
  EXPECT_GT(append("c"), lost);
  const PoweredHost host(folder_.path());
  EXPECT_EQ(host.open_documents(), "abc");
}

// Killed between the write to the log and the commit: nobody was told, and it is not confused with
// what the next run writes.
TEST_F(Lost, NumbersOfWhatWasNeverCommittedAreNotGivenOutAgain) {
  std::int64_t uncommitted = 0;
  {
    PoweredHost host(folder_.path());
    host.take_over();
    for (const char* file : {"host.db", "host.db-wal"}) {
      std::filesystem::copy(folder_.path() / file, disk_.path() / file);
    }
    uncommitted = host.append("a");
  }
  for (const char* file : {"host.db", "host.db-wal"}) {
    std::filesystem::copy(disk_.path() / file, folder_.path() / file,
                          std::filesystem::copy_options::overwrite_existing);
  }
  EXPECT_GT(append("b"), uncommitted);
}

}  // namespace
}  // namespace sluice::journal
