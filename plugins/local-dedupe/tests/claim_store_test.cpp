// ClaimStore: each rule by itself, what outlives a restart, and the words for what goes wrong.
#include "claim_store.hpp"

#include "common/sqlite/sqlite_sentence.hpp"
#include "scratch_folder.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Transaction.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace local_dedupe {

void PrintTo(Answer answer, std::ostream* out) {
  constexpr const char* kNames[] = {"New", "Changed", "Same", "Busy", "Unchanged"};
  *out << kNames[static_cast<std::size_t>(answer)];
}

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

Digest digest(std::uint8_t fill) {
  Digest out{};
  out.fill(fill);
  return out;
}

// Two hosts, a and b, on one file, and a clock turned by hand.
class ClaimStoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<ClaimStore> open(const std::string& owner) {
    return std::make_unique<ClaimStore>(
        Settings{.file = scratch_ / "claims.sqlite", .owner = owner}, [this] { return now_; });
  }
  Answer claim(ClaimStore& store, const Key& key, Milliseconds lease = Milliseconds{}) {
    Answer answer{};
    const auto failure = store.claim({&key, 1}, lease, {&answer, 1});
    EXPECT_FALSE(failure) << failure->sentence;
    return answer;
  }
  void settle(ClaimStore& store, const Key& key, Ending ending) {
    const auto failure = store.settle({&key, 1}, ending);
    EXPECT_FALSE(failure) << failure->sentence;
  }
  // A crawl before this one has done the page with this digest.
  void done_before(const Key& key) {
    claim(*a_, {.scope = "earlier", .id = key.id, .digest = key.digest});
    settle(*a_, {.scope = "earlier", .id = key.id, .digest = key.digest}, Ending::kDone);
  }

  ScratchFolder scratch_;
  Milliseconds now_ = hours(500'000);  // some day in 2027
  std::unique_ptr<ClaimStore> a_ = open("a");
  std::unique_ptr<ClaimStore> b_ = open("b");
  const Key page_{.scope = "crawl", .id = "https://e.example/", .digest = digest(1)};
  const Key changed_{.scope = "crawl", .id = "https://e.example/", .digest = digest(2)};
};

TEST_F(ClaimStoreTest, AnUnknownPageIsNew) { EXPECT_EQ(claim(*a_, page_), Answer::kNew); }

TEST_F(ClaimStoreTest, AnothersLiveLeaseIsBusy) {
  claim(*a_, page_);
  EXPECT_EQ(claim(*b_, page_), Answer::kBusy);
}

TEST_F(ClaimStoreTest, OnesOwnLeaseIsTakenUpAgain) {
  claim(*a_, page_);
  EXPECT_EQ(claim(*a_, page_), Answer::kNew);
}

TEST_F(ClaimStoreTest, OnesOwnLeaseIsTakenUpAgainAfterARestart) {
  claim(*a_, page_);
  a_ = open("a");
  EXPECT_EQ(claim(*b_, page_), Answer::kBusy);
  EXPECT_EQ(claim(*a_, page_), Answer::kNew);
}

TEST_F(ClaimStoreTest, AnExpiredLeaseGoesToWhoAsksNext) {
  claim(*a_, page_);
  now_ += minutes(10) - Milliseconds(1);
  EXPECT_EQ(claim(*b_, page_), Answer::kBusy);
  now_ += Milliseconds(1);
  EXPECT_EQ(claim(*b_, page_), Answer::kNew);
  EXPECT_EQ(claim(*a_, page_), Answer::kBusy);
}

TEST_F(ClaimStoreTest, TheCallsLeaseWinsOverTheSettings) {
  claim(*a_, page_, seconds(5));
  now_ += seconds(5);
  EXPECT_EQ(claim(*b_, page_), Answer::kNew);
}

TEST_F(ClaimStoreTest, GivenUpWorkGivesTheLeaseBack) {
  claim(*a_, page_);
  settle(*a_, page_, Ending::kGivenUp);
  EXPECT_EQ(claim(*b_, page_), Answer::kNew);
}

TEST_F(ClaimStoreTest, GivingUpLateLeavesAnothersLeaseAlone) {
  claim(*a_, page_, seconds(1));
  now_ += seconds(1);
  claim(*b_, page_);
  settle(*a_, page_, Ending::kGivenUp);
  EXPECT_EQ(claim(*a_, page_), Answer::kBusy);
}

TEST_F(ClaimStoreTest, DoneInThisScopeIsSameWhateverTheDigest) {
  claim(*a_, page_);
  settle(*a_, page_, Ending::kDone);
  EXPECT_EQ(claim(*a_, page_), Answer::kSame);
  EXPECT_EQ(claim(*b_, changed_), Answer::kSame);
}

TEST_F(ClaimStoreTest, DoneElsewhereWithThisDigestIsUnchangedAndThenSame) {
  done_before(page_);
  EXPECT_EQ(claim(*b_, page_), Answer::kUnchanged);
  EXPECT_EQ(claim(*b_, page_), Answer::kSame);
}

TEST_F(ClaimStoreTest, DoneElsewhereWithAnotherDigestIsChanged) {
  done_before(page_);
  EXPECT_EQ(claim(*a_, changed_), Answer::kChanged);
  settle(*a_, changed_, Ending::kDone);
  EXPECT_EQ(claim(*b_, {.scope = "next", .id = changed_.id, .digest = changed_.digest}),
            Answer::kUnchanged);
}

TEST_F(ClaimStoreTest, AFormerDigestIsForgottenOnceWorkOnAnotherBegins) {
  done_before(page_);
  EXPECT_EQ(claim(*a_, changed_), Answer::kChanged);
  EXPECT_EQ(claim(*a_, {.scope = "next", .id = page_.id, .digest = page_.digest}), Answer::kNew);
}

TEST_F(ClaimStoreTest, GivingUpLateForgetsWhatAnotherHasDoneMeanwhile) {
  claim(*a_, page_, seconds(1));
  now_ += seconds(1);
  claim(*b_, changed_);
  settle(*b_, changed_, Ending::kDone);
  settle(*a_, page_, Ending::kGivenUp);
  EXPECT_EQ(claim(*b_, {.scope = "next", .id = page_.id, .digest = changed_.digest}), Answer::kNew);
}

TEST_F(ClaimStoreTest, ADeletedPageIsNewWhenItComesBackAsItWas) {
  done_before(page_);
  const Key deletion{.scope = "", .id = page_.id};
  EXPECT_EQ(claim(*a_, deletion), Answer::kChanged);
  settle(*a_, deletion, Ending::kDone);
  EXPECT_EQ(claim(*b_, page_), Answer::kNew);
}

TEST_F(ClaimStoreTest, APageMayBeDeletedTwice) {
  const Key deletion{.scope = "", .id = page_.id};
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(claim(*a_, deletion), Answer::kNew);
    settle(*a_, deletion, Ending::kDone);
  }
}

TEST_F(ClaimStoreTest, WithoutAScopeOnlyTheDigestDecides) {
  const Key page{.scope = "", .id = page_.id, .digest = digest(1)};
  const Key changed{.scope = "", .id = page_.id, .digest = digest(2)};
  EXPECT_EQ(claim(*a_, page), Answer::kNew);
  EXPECT_EQ(claim(*b_, page), Answer::kBusy);
  settle(*a_, page, Ending::kDone);
  EXPECT_EQ(claim(*a_, page), Answer::kUnchanged);
  EXPECT_EQ(claim(*a_, page), Answer::kUnchanged);
  EXPECT_EQ(claim(*a_, changed), Answer::kChanged);
}

TEST_F(ClaimStoreTest, OneHostAtATimeWorksOnADocumentWhateverTheScope) {
  const Key elsewhere{.scope = "other", .id = page_.id, .digest = digest(2)};
  const Key deletion{.scope = "", .id = page_.id};
  claim(*a_, page_);
  EXPECT_EQ(claim(*b_, elsewhere), Answer::kBusy);
  EXPECT_EQ(claim(*b_, deletion), Answer::kBusy);
  EXPECT_EQ(claim(*a_, elsewhere), Answer::kNew);  // its own lease, taken up again
  settle(*a_, elsewhere, Ending::kDone);
  EXPECT_EQ(claim(*b_, deletion), Answer::kChanged);
}

TEST_F(ClaimStoreTest, OfKeysOfOneDocumentInOneCallTheFirstWins) {
  const std::vector<Key> keys{page_, changed_, {.scope = "other", .id = page_.id}};
  std::vector<Answer> answers(keys.size());
  ASSERT_FALSE(a_->claim(keys, {}, answers));
  EXPECT_EQ(answers, (std::vector{Answer::kNew, Answer::kBusy, Answer::kBusy}));
}

TEST_F(ClaimStoreTest, AScopeIsForgottenWhenUnusedForItsTtl) {
  claim(*a_, page_);
  settle(*a_, page_, Ending::kDone);
  now_ += hours(1) - Milliseconds(1);
  EXPECT_EQ(claim(*a_, page_), Answer::kSame);  // a use: the hour starts again
  now_ += hours(1) - Milliseconds(1);
  EXPECT_EQ(claim(*a_, page_), Answer::kSame);
  now_ += hours(1);
  EXPECT_EQ(claim(*a_, changed_), Answer::kChanged);
}

TEST_F(ClaimStoreTest, ADigestIsForgottenWhenNotSeenForLong) {
  done_before(page_);
  now_ += hours(719);
  EXPECT_EQ(claim(*a_, page_), Answer::kUnchanged);  // seen: remembered from now on
  now_ += hours(719);
  EXPECT_EQ(claim(*a_, page_), Answer::kUnchanged);
  now_ += hours(720);
  EXPECT_EQ(claim(*a_, page_), Answer::kNew);
}

TEST_F(ClaimStoreTest, AClockThatGoesBackMakesNobodyWaitLongerThanOneLease) {
  claim(*a_, page_);
  now_ -= hours(24 * 365);
  EXPECT_EQ(claim(*b_, page_), Answer::kBusy);
  now_ += minutes(10);
  EXPECT_EQ(claim(*b_, page_), Answer::kNew);
}

TEST_F(ClaimStoreTest, IdsMayHoldAnyBytes) {
  const std::string id("a\0b\xFF", 4);
  const Key key{.scope = std::string_view("\0", 1), .id = id, .digest = digest(1)};
  claim(*a_, key);
  settle(*a_, key, Ending::kDone);
  EXPECT_EQ(claim(*a_, key), Answer::kSame);
  EXPECT_EQ(claim(*a_, {.scope = key.scope, .id = "a", .digest = digest(1)}), Answer::kNew);
}

TEST_F(ClaimStoreTest, ExpiredRowsGoAwayStepByStep) {
  std::vector<std::string> ids;
  for (int i = 0; i < 1000; ++i) ids.push_back(std::to_string(i));
  std::vector<Key> keys;
  for (const std::string& id : ids) keys.push_back({.scope = "crawl", .id = id});
  ASSERT_FALSE(a_->settle(keys, Ending::kDone));
  const auto rows = [&](const char* table) {
    SQLite::Database look((scratch_ / "claims.sqlite").string(), SQLite::OPEN_READONLY);
    return look.execAndGet("SELECT count(*) FROM " + std::string(table)).getInt();
  };
  ASSERT_EQ(rows("done"), 1000);
  now_ += hours(721);
  claim(*a_, page_);
  EXPECT_EQ(rows("done"), 936);  // 64 a call, however many are due
  EXPECT_EQ(rows("pages"), 936);
  for (int i = 0; i < 20; ++i) claim(*a_, page_);
  EXPECT_EQ(rows("done"), 0);
  EXPECT_EQ(rows("pages"), 0);
  EXPECT_EQ(rows("scopes"), 1);
}

TEST_F(ClaimStoreTest, OfTwoHostsWithSeveralThreadsOneGetsEachPage) {
  constexpr int kPages = 60;
  std::atomic<int> taken = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      ClaimStore& store = t < 2 ? *a_ : *b_;
      for (int i = t % 2; i < kPages; i += 2) {  // each host asks for each page once
        const std::string id = std::to_string(i);
        const Key key{.scope = "crawl", .id = id, .digest = digest(1)};
        if (claim(store, key) != Answer::kNew) continue;
        settle(store, key, Ending::kDone);
        ++taken;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken, kPages);
}

TEST_F(ClaimStoreTest, ALockedFileIsAFailureThatChangesNothing) {
  ClaimStore hasty({.file = scratch_ / "claims.sqlite", .owner = "c", .patience = Milliseconds(20)},
                   [this] { return now_; });
  Answer answer{};
  {
    SQLite::Database other((scratch_ / "claims.sqlite").string(), SQLite::OPEN_READWRITE);
    const SQLite::Transaction lock(other, SQLite::TransactionBehavior::IMMEDIATE);
    const auto failure = hasty.claim({&page_, 1}, {}, {&answer, 1});
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->sentence,
              "The file '" + (scratch_ / "claims.sqlite").string() +
                  "' is locked by another process; stop that process or wait for it.");
  }
  EXPECT_EQ(claim(*b_, page_), Answer::kNew);
}

TEST_F(ClaimStoreTest, WritesThatFailChangeNothingAndTheNextOnesWork) {
  // In a process of its own: the limit cannot be lifted again without a race.
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const auto store = open("a");
    const auto size = std::filesystem::file_size(scratch_ / "claims.sqlite-wal");
    const rlimit tight{size, RLIM_INFINITY};
    const rlimit wide{RLIM_INFINITY, RLIM_INFINITY};
    Answer answer{};
    setrlimit(RLIMIT_FSIZE, &tight);
    const auto failure = store->claim({&page_, 1}, {}, {&answer, 1});
    setrlimit(RLIMIT_FSIZE, &wide);
    if (!failure) _exit(1);
    if (store->claim({&page_, 1}, {}, {&answer, 1}) || answer != Answer::kNew) _exit(2);
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(claim(*b_, page_), Answer::kBusy);
}

TEST_F(ClaimStoreTest, RefusesAFileThatIsSomethingElse) {
  {
    SQLite::Database other((scratch_ / "other.sqlite").string(),
                           SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    other.exec("CREATE TABLE theirs (x)");
  }
  std::ofstream(scratch_ / "text.sqlite") << std::string(4096, 'x');
  const auto refusal = [&](const char* name) -> std::string {
    try {
      ClaimStore store({.file = scratch_ / name, .owner = "a"});
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "none";
  };
  EXPECT_NE(refusal("other.sqlite").find("belongs to another program"), std::string::npos);
  EXPECT_NE(refusal("text.sqlite").find("damaged or not a database"), std::string::npos);
  EXPECT_NE(refusal("missing/claims.sqlite").find("check that its folder exists"),
            std::string::npos);
}

TEST(SqliteSentence, SaysWhatToDoAboutAFullDisk) {
  EXPECT_EQ(
      plugin_common::sentence_for(SQLite::Exception("x", SQLITE_FULL), "/d/c.sqlite", "pages"),
      "The disk that holds '/d/c.sqlite' is full; free some space, the pages wait until then.");
}

}  // namespace
}  // namespace local_dedupe
