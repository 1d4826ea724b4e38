// Backlog: what waits on disk, and what becomes of it when the sinks hold a newer version.
#include "flow/backlog.hpp"

#include "data/codec.hpp"
#include "journal/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace sluice::flow {
namespace {

template <class T>
T made(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

class BacklogTest : public ::testing::Test {
 protected:
  using Seqs = std::vector<int64_t>;

  BacklogTest()
      : commits_(made(journal::GroupCommit::open(folder_.path(), {.sync = journal::Sync::kOff}))),
        journal_(made(journal::Journal::open(*commits_))) {
    commits_->start();
  }
  ~BacklogTest() override {
    loop_.stop();
    backlog_.reset();
    commits_->stop();
  }

  void make(Backlog::Policy policy = {}) {
    backlog_ = std::make_unique<Backlog>(
        loop_, *journal_, budget_, policy, "fingerprint",
        Backlog::Hooks{[this](Delivery::Page page) { loaded_.push_back(page.version()); },
                       [this](Delivery::Page page) { superseded_.push_back(page.version()); },
                       [this](journal::Journal::StoredEntry entry) {
                         damaged_.push_back(entry.document_id + ": " + entry.damage);
                       },
                       [this](const std::string& why) { unreadable_.push_back(why); }});
    loop_.start();
  }
  // A page in the journal, as one that the backlog may take.
  journal::Journal::Head accepted(const std::string& crawl, const std::string& id) {
    journal::Journal::Entry entry;
    entry.group = crawl;
    entry.document_id = id;
    entry.payload = data::encode(*data::make_document(id, data::make_buffer("text")));
    entry.received_at = Wall::now();
    int64_t seq = 0;
    EXPECT_TRUE(
        commits_->run([&](SQLite::Database& database) { seq = journal_->append(database, entry); })
            .ok());
    return {seq, crawl, id, entry.payload.size(), entry.received_at};
  }
  void add(const journal::Journal::Head& head) {
    loop_.run([&] { backlog_->add(head, Backlog::Origin::kAccepted); });
  }
  template <class Condition>
  bool eventually(Condition&& holds) {
    const auto deadline = Steady::now() + std::chrono::seconds(30);
    while (Steady::now() < deadline) {
      bool is_true = false;
      loop_.run([&] { is_true = holds(); });
      if (is_true) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return false;
  }

  journal::TemporaryFolder folder_;
  SystemClock clock_;
  Loop loop_{clock_};
  Budget budget_{{100, 1 << 20}};
  std::vector<std::string> damaged_, unreadable_;
  std::unique_ptr<journal::GroupCommit> commits_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<Backlog> backlog_;
  Seqs loaded_;      // the loop's
  Seqs superseded_;  // the loop's
};

TEST_F(BacklogTest, AHeldPageIsSupersededAsSoonAsANewerVersionIsInTheSinks) {
  make({.is_holding = true});
  const auto old = accepted("slow", "a");
  const auto other = accepted("slow", "b");
  add(old);
  add(other);

  loop_.run([&] { backlog_->indexed("a", other.seq + 1); });

  EXPECT_TRUE(eventually([&] { return superseded_ == Seqs{old.seq}; }));
  EXPECT_TRUE(loaded_.empty());
  EXPECT_EQ(backlog_->held(), 1U);
  EXPECT_EQ(backlog_->waiting(), 1U);
  loop_.run([&] { backlog_->close("slow"); });
  EXPECT_TRUE(eventually([&] { return loaded_ == Seqs{other.seq}; }));
}

TEST_F(BacklogTest, APageIsSupersededWhileItIsRead) {
  make();
  const auto old = accepted("slow", "a");
  loop_.run([&] {
    backlog_->add(old, Backlog::Origin::kAccepted);
    EXPECT_TRUE(backlog_->is_reading());
    backlog_->indexed("a", old.seq + 1);
  });
  EXPECT_TRUE(eventually([&] { return superseded_ == Seqs{old.seq}; }));
  EXPECT_TRUE(loaded_.empty());
}

TEST_F(BacklogTest, APageIsNotSupersededByAnOlderVersion) {
  make({.is_holding = true});
  const auto old = accepted("quick", "a");
  const auto later = accepted("slow", "a");
  add(later);
  loop_.run([&] { backlog_->indexed("a", old.seq); });
  EXPECT_EQ(backlog_->held(), 1U);
  loop_.run([&] { backlog_->close("slow"); });
  EXPECT_TRUE(eventually([&] { return loaded_ == Seqs{later.seq}; }));
  EXPECT_TRUE(superseded_.empty());
}

// An event that turns out to bring nothing new has a claim on the memory meanwhile.
TEST_F(BacklogTest, GoesOnWithTheRoomThatAnEventGaveBack) {
  make();
  budget_.on_room([this](Load) { loop_.post([this] { backlog_->pump(); }); });  // as the graph does
  ASSERT_TRUE(budget_.take({100, 1}));
  const auto page = accepted("crawl", "a");
  add(page);
  EXPECT_FALSE(backlog_->is_reading());
  budget_.give_back({100, 1});
  EXPECT_TRUE(eventually([&] { return loaded_ == Seqs{page.seq}; }));
}

TEST_F(BacklogTest, OnePageThatCannotBeReadHoldsNoOtherUp) {
  const auto lost = accepted("crawl", "lost");
  const auto whole = accepted("crawl", "whole");
  const auto files = std::filesystem::directory_iterator(folder_.path() / "payloads");
  std::fstream(files->path(), std::ios::in | std::ios::out).seekp(90).write("damaged", 7);
  make();
  add(lost);
  add(whole);
  EXPECT_TRUE(eventually([&] { return loaded_ == Seqs{whole.seq} && damaged_.size() == 1; }));
  loop_.run([&] {
    EXPECT_EQ(backlog_->waiting(), 0U);
    EXPECT_EQ(damaged_.front().find("lost: its bytes in"), 0U) << damaged_.front();
  });
  EXPECT_TRUE(unreadable_.empty());
}

TEST_F(BacklogTest, APageThatCannotBeReadYetIsSupersededAllTheSame) {
  const auto older = accepted("crawl", "id");
  const auto rename = [&](const char* from, const char* to) {
    const std::string sql = std::string("ALTER TABLE ") + from + " RENAME TO " + to;
    ASSERT_TRUE(commits_->run([&](SQLite::Database& database) { database.exec(sql); }).ok());
  };
  make();
  rename("records", "away");
  add(older);
  ASSERT_TRUE(eventually([&] { return unreadable_.size() == 1 && !backlog_->is_reading(); }));
  loop_.run([&] { backlog_->indexed("id", older.seq + 1); });
  std::this_thread::sleep_for(std::chrono::milliseconds(200));  // past a sweep
  rename("away", "records");
  EXPECT_TRUE(eventually([&] { return superseded_ == Seqs{older.seq}; }));
  loop_.run([&] { EXPECT_TRUE(loaded_.empty()); });
}

TEST_F(BacklogTest, WhatIsPutBackWhileANewerVersionEndsIsSuperseded) {
  make();
  const auto old = accepted("slow", "a");
  loop_.run([&] {
    backlog_->pause();
    backlog_->put_back(old, Backlog::Origin::kRecovered);
    backlog_->indexed("a", old.seq + 1);
    backlog_->resume();
  });
  EXPECT_TRUE(eventually([&] { return superseded_ == Seqs{old.seq}; }));
}

}  // namespace
}  // namespace sluice::flow
