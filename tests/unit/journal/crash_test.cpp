// kill -9 at random moments: what was acknowledged is there, what was acknowledged as removed is
// not.
#include "journal/group_commit.hpp"
#include "journal/journal.hpp"

#include "journal/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>

namespace sluice::journal {
namespace {

// What the child tells: positive: appended, negative: removed. Small enough to be written whole.
using Word = std::int64_t;

std::string payload_of(std::int64_t seq) {
  return std::string(5'000 + seq % 10'000, static_cast<char>('a' + seq % 26));
}

// Appends and removes until it is killed, telling of what was acknowledged.
[[noreturn]] void write_until_killed(const std::filesystem::path& folder, int out) {
  auto commits = GroupCommit::open(folder, {.checkpoint_pages = 100});
  if (!commits) ::_exit(1);
  auto journal = Journal::open(**commits);
  if (!journal) ::_exit(1);
  (*commits)->start();
  const auto tell = [out](Word word) {
    if (::write(out, &word, sizeof word) != sizeof word) ::_exit(1);
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0;; ++i) {
        std::int64_t seq = 0;
        const auto stored = (*commits)->run([&](SQLite::Database& database) {
          Journal::Entry entry{.group = "c"};
          seq = (*journal)->append(database, entry);
          (*journal)->remove(database, {{seq}});  // now that the number is known
          entry.payload = payload_of(seq + 1);
          seq = (*journal)->append(database, entry);
        });
        if (!stored) ::_exit(1);
        tell(seq);
        if (i % 2 == 0) continue;
        const auto removed = (*commits)->run(
            [&](SQLite::Database& database) { (*journal)->remove(database, {{seq}}); });
        if (!removed) ::_exit(1);
        tell(-seq);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  ::_exit(1);
}

TEST(Crash, LosesNothingThatWasAcknowledged) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  TemporaryFolder folder;
  std::set<std::int64_t> kept;
  std::set<std::int64_t> removed;
  for (int round = 0; round < 20; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) write_until_killed(folder.path(), ends[1]);
    ::close(ends[1]);
    // The clock starts with the first word, so that opening does not use up the time.
    Word word = 0;
    ASSERT_EQ(::read(ends[0], &word, sizeof word), static_cast<ssize_t>(sizeof word));
    std::thread killer([child, wait = std::chrono::microseconds(random() % 60'000)] {
      std::this_thread::sleep_for(wait);
      ::kill(child, SIGKILL);
    });
    do {
      if (word > 0) {
        kept.insert(word);
      } else {
        kept.erase(-word);
        removed.insert(-word);
      }
    } while (::read(ends[0], &word, sizeof word) == static_cast<ssize_t>(sizeof word));
    killer.join();
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    ::close(ends[0]);

    auto commits = GroupCommit::open(folder.path(), {});
    ASSERT_TRUE(commits.ok()) << commits.error().message;
    auto journal = Journal::open(**commits);
    ASSERT_TRUE(journal.ok()) << journal.error().message;
    std::map<std::int64_t, std::string> found;
    const auto heads = (*journal)->heads(0, 1'000'000);
    ASSERT_TRUE(heads.ok());
    EXPECT_EQ((*journal)->open_count(), heads->size());
    std::vector<std::int64_t> seqs;
    for (const auto& head : *heads) seqs.push_back(head.seq);
    const auto entries = (*journal)->read(seqs);
    ASSERT_TRUE(entries.ok());
    for (const auto& entry : *entries) {
      found[entry.seq] = entry.payload;
      EXPECT_FALSE(removed.contains(entry.seq)) << entry.seq;
      EXPECT_EQ(entry.payload, payload_of(entry.seq)) << entry.seq;
    }
    // At most one acknowledged number per thread may be gone: its removal was durable, but the
    // child died before it could tell.
    std::size_t gone = 0;
    for (auto seq = kept.begin(); seq != kept.end();) {
      if (found.contains(*seq)) {
        ++seq;
      } else {
        ++gone;
        removed.insert(*seq);
        seq = kept.erase(seq);
      }
    }
    EXPECT_LE(gone, 4U);
  }
  EXPECT_GT(kept.size(), 20U);
  EXPECT_GT(removed.size(), 20U);
}

}  // namespace
}  // namespace sluice::journal
