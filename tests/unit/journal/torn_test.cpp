// Payloads that did not reach the disk before the power went, as the next start finds them.
#include "journal/journal.hpp"

#include "journal/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
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
    auto made = Journal::open(*commits, {.segment_bytes = 2'500});
    if (!made) throw std::runtime_error(made.error().message);
    journal = *std::move(made);
    commits->start();
  }

  std::unique_ptr<GroupCommit> commits;
  std::unique_ptr<Journal> journal;
};

class Torn : public testing::Test {
 protected:
  void append(const std::string& document) {
    PoweredHost host(folder_.path());
    ASSERT_TRUE(host.commits
                    ->run([&](SQLite::Database& database) {
                      host.journal->append(database, {.group = "crawl",
                                                      .document_id = document,
                                                      .payload = std::string(1'000, document[0])});
                    })
                    .ok());
  }

  // The machine has started anew.
  void reboot() {
    auto commits = GroupCommit::open(folder_.path(), {});
    ASSERT_TRUE(commits.ok());
    (*commits)->writer().exec("UPDATE payloads_checked SET boot = 'another'");
  }

  // Each host begins a segment of its own, as what was open keeps the earlier ones.
  std::filesystem::path segment(int number) const {
    return folder_.path() / "payloads" / std::to_string(number);
  }

  std::vector<std::string> torn() const {
    const PoweredHost host(folder_.path());
    std::vector<std::string> documents;
    for (const auto& head : host.journal->torn()) {
      EXPECT_EQ(head.group, "crawl");
      documents.push_back(head.document_id);
    }
    return documents;
  }

  TemporaryFolder folder_;
};

TEST_F(Torn, IsFoundAfterTheMachineStartedAnew) {
  append("a");
  append("b");
  append("c");
  std::filesystem::resize_file(segment(1), 10);
  std::filesystem::remove(segment(3));
  reboot();
  EXPECT_EQ(torn(), (std::vector<std::string>{"a", "c"}));
}

TEST_F(Torn, IsNotLookedForWhileTheMachineRuns) {
  append("a");
  std::filesystem::resize_file(segment(1), 10);
  EXPECT_TRUE(torn().empty());
}

TEST_F(Torn, IsNothingThatIsWhole) {
  append("a");
  append("b");
  reboot();
  EXPECT_TRUE(torn().empty());
}

TEST_F(Torn, CanBeRemovedAndItsFileIsWrittenAnew) {
  append("a");
  std::filesystem::remove(segment(1));
  reboot();
  PoweredHost host(folder_.path());
  ASSERT_EQ(host.journal->torn().size(), 1U);
  const std::vector<std::int64_t> seqs{host.journal->torn().front().seq};
  std::int64_t again = 0;
  ASSERT_TRUE(host.commits
                  ->run([&](SQLite::Database& database) {
                    host.journal->remove(database, seqs);
                    again = host.journal->append(database, {.payload = "again"});
                  })
                  .ok());
  EXPECT_EQ(host.journal->open_count(), 1U);
  const auto read = host.journal->read({{seqs.front(), again}});
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->size(), 1U);
  EXPECT_EQ(read->front().payload, "again");
}

TEST_F(Torn, IsReadAsDamagedWhereverElseItTurnsUp) {
  append("a");
  std::filesystem::resize_file(segment(1), 10);
  const PoweredHost host(folder_.path());
  const auto read = host.journal->read({{1}});
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->size(), 1U);
  EXPECT_NE(read->front().damage.find("are damaged: check the disk"), std::string::npos);
}

}  // namespace
}  // namespace sluice::journal
