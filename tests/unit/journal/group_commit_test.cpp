// The writer: order, sharing, isolation of failures, the lock on the folder.
#include "journal/group_commit.hpp"

#include "journal/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>

namespace sluice::journal {
namespace {

std::unique_ptr<GroupCommit> open(const TemporaryFolder& folder,
                                  GroupCommit::Options options = {}) {
  auto opened = GroupCommit::open(folder.path() / "data", std::move(options));
  if (!opened) throw std::runtime_error(opened.error().message);
  (*opened)->writer().exec("CREATE TABLE IF NOT EXISTS numbers(n INTEGER)");
  return *std::move(opened);
}

GroupCommit::Work insert(int number) {
  return [number](SQLite::Database& database) {
    database.exec("INSERT INTO numbers VALUES (" + std::to_string(number) + ")");
  };
}

int count(const GroupCommit& commits) {
  SQLite::Database reader(commits.file().string(), SQLite::OPEN_READONLY);
  return reader.execAndGet("SELECT count(*) FROM numbers").getInt();
}

// Keeps the writer busy until opened, so that what is submitted meanwhile waits together.
class Gate {
 public:
  explicit Gate(GroupCommit& commits) {
    commits.submit(
        [this](SQLite::Database&) {
          reached_.set_value();
          opened_.get_future().wait();
        },
        [](const Result<void>&) {});
    reached_.get_future().wait();
  }
  void open() { opened_.set_value(); }

 private:
  std::promise<void> reached_, opened_;
};

TEST(GroupCommit, RunsWorksInOrderAndTellsInOrder) {
  TemporaryFolder folder;
  auto commits = open(folder);
  commits->start();
  std::vector<int> ran, told;
  for (int i = 0; i < 1000; ++i) {
    commits->submit([&ran, i](SQLite::Database&) { ran.push_back(i); },
                    [&told, i](const Result<void>& result) {
                      if (result.ok()) told.push_back(i);
                    });
  }
  commits->stop();
  ASSERT_EQ(ran.size(), 1000U);
  EXPECT_TRUE(std::is_sorted(ran.begin(), ran.end()));
  EXPECT_EQ(ran, told);
}

// How many works each transaction had.
class Sizes final : public Gatherer {
 public:
  void keep() override { ++size_; }
  void drop() override {}
  void flush(SQLite::Database&) override {}
  void committed() override { sizes.push_back(std::exchange(size_, 0)); }
  void rolled_back() override { size_ = 0; }

  std::vector<std::size_t> sizes;

 private:
  std::size_t size_ = 0;
};

TEST(GroupCommit, SharesOneCommitAmongWorksThatWait) {
  TemporaryFolder folder;
  Sizes groups;
  auto commits = open(folder);
  commits->add(groups);
  commits->start();
  Gate gate(*commits);
  for (int i = 0; i < 100; ++i) commits->submit(insert(i), [](const Result<void>&) {});
  gate.open();
  commits->stop();
  EXPECT_EQ(groups.sizes, (std::vector<std::size_t>{1, 100}));
  EXPECT_EQ(count(*commits), 100);
}

TEST(GroupCommit, NeverPutsMoreThanItsLimitIntoOneTransaction) {
  TemporaryFolder folder;
  Sizes groups;
  auto commits = open(folder, {.max_works = 40});
  commits->add(groups);
  commits->start();
  Gate gate(*commits);
  for (int i = 0; i < 100; ++i) commits->submit(insert(i), [](const Result<void>&) {});
  gate.open();
  commits->stop();
  EXPECT_EQ(groups.sizes, (std::vector<std::size_t>{1, 40, 40, 20}));
}

TEST(GroupCommit, SaysForHowManyWorksItSynced) {
  TemporaryFolder folder;
  std::size_t works = 0;
  auto commits = open(folder, {.on_group = [&](std::size_t some) { works += some; }});
  commits->start();
  for (int i = 0; i < 100; ++i) commits->submit(insert(i), [](const Result<void>&) {});
  commits->stop();
  EXPECT_EQ(works, 100U);
}

TEST(GroupCommit, TellsOnlyAfterTheCommit) {
  TemporaryFolder folder;
  auto commits = open(folder);
  commits->start();
  std::promise<int> seen;
  commits->submit(insert(1), [&](const Result<void>&) { seen.set_value(count(*commits)); });
  EXPECT_EQ(seen.get_future().get(), 1);
}

TEST(GroupCommit, UndoesAWorkThatThrowsAndNoOther) {
  TemporaryFolder folder;
  auto commits = open(folder);
  commits->start();
  Gate gate(*commits);
  std::vector<Result<void>> results;
  const auto note = [&](const Result<void>& result) { results.push_back(result); };
  commits->submit(insert(1), note);
  commits->submit(
      [](SQLite::Database& database) {
        insert(2)(database);
        throw std::runtime_error("no such luck");
      },
      note);
  commits->submit(
      [](SQLite::Database& database) { database.exec("INSERT INTO nowhere VALUES (1)"); }, note);
  commits->submit([](SQLite::Database&) { throw 7; }, note);
  commits->submit(insert(3), note);
  gate.open();
  commits->stop();
  ASSERT_EQ(results.size(), 5U);
  EXPECT_TRUE(results[0].ok());
  ASSERT_FALSE(results[1].ok());
  EXPECT_EQ(results[1].error().message, "no such luck");
  ASSERT_FALSE(results[2].ok());
  EXPECT_EQ(results[2].error().fault, Fault::kInternal);
  EXPECT_FALSE(results[3].ok());
  EXPECT_TRUE(results[4].ok());
  EXPECT_EQ(count(*commits), 2);
}

TEST(GroupCommit, UndoesALonelyWorkThatThrows) {
  TemporaryFolder folder;
  auto commits = open(folder);
  commits->start();
  const auto failed = commits->run([](SQLite::Database& database) {
    insert(1)(database);
    throw std::runtime_error("alone");
  });
  EXPECT_FALSE(failed.ok());
  EXPECT_TRUE(commits->run(insert(2)).ok());
  EXPECT_EQ(count(*commits), 1);
}

TEST(GroupCommit, FinishesWhatWasSubmittedAndRefusesLaterWorks) {
  TemporaryFolder folder;
  auto commits = open(folder);
  commits->start();
  std::atomic<int> told{0};
  for (int i = 0; i < 500; ++i)
    commits->submit(insert(i), [&](const Result<void>& result) { told += result.ok(); });
  commits->stop();
  EXPECT_EQ(told, 500);
  const auto late = commits->run(insert(0));
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().fault, Fault::kUnavailable);
  EXPECT_EQ(late.error().message, "nothing more is stored in " + (folder.path() / "data").string() +
                                      ": the host is stopping");
  EXPECT_EQ(count(*commits), 500);
}

TEST(GroupCommit, TakesWorksFromManyThreadsWhileOthersRead) {
  TemporaryFolder folder;
  auto commits = open(folder);
  commits->start();
  std::atomic<bool> stop{false};
  std::thread reader([&] {
    int last = 0;
    while (!stop) {
      const int now = count(*commits);
      EXPECT_GE(now, last);
      last = now;
    }
  });
  std::vector<std::thread> writers;
  for (int t = 0; t < 4; ++t) {
    writers.emplace_back([&] {
      for (int i = 0; i < 100; ++i) EXPECT_TRUE(commits->run(insert(i)).ok());
    });
  }
  for (auto& writer : writers) writer.join();
  stop = true;
  reader.join();
  EXPECT_EQ(count(*commits), 400);
}

TEST(GroupCommit, WorksWithoutSyncingEachCommit) {
  for (const Sync sync : {Sync::kInterval, Sync::kOff}) {
    TemporaryFolder folder;
    auto commits = open(folder, {.sync = sync});
    commits->start();
    for (int i = 0; i < 50; ++i) EXPECT_TRUE(commits->run(insert(i)).ok());
    commits.reset();
    EXPECT_EQ(count(*open(folder)), 50);
  }
}

// Notes what the writer tells it.
class Notes final : public Gatherer {
 public:
  void keep() override { text += "k"; }
  void drop() override { text += "d"; }
  void flush(SQLite::Database&) override {
    text += "f";
    if (fails) throw std::runtime_error("flush failed");
  }
  void committed() override { text += "c"; }
  void rolled_back() override { text += "r"; }

  std::string text;
  bool fails = false;
};

TEST(GroupCommit, TellsGatherersWhatBecameOfEachWorkAndTransaction) {
  TemporaryFolder folder;
  Notes notes;
  auto commits = open(folder);
  commits->add(notes);
  commits->start();
  Gate gate(*commits);
  const auto ignore = [](const Result<void>&) {};
  commits->submit(insert(1), ignore);
  commits->submit([](SQLite::Database&) { throw std::runtime_error("no"); }, ignore);
  std::promise<void> told;
  commits->submit(insert(2), [&](const Result<void>&) { told.set_value(); });
  gate.open();
  told.get_future().wait();
  EXPECT_FALSE(commits->run([](SQLite::Database&) { throw std::runtime_error("no"); }).ok());
  commits->stop();
  EXPECT_EQ(notes.text, std::string("kfc") + "kdkfc" + "r");
}

TEST(GroupCommit, FailsAllWorksOfATransactionThatCannotBeFlushed) {
  TemporaryFolder folder;
  Notes notes;
  notes.fails = true;
  auto commits = open(folder);
  commits->add(notes);
  commits->start();
  const auto failed = commits->run(insert(1));
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().message, "flush failed");
  commits->stop();
  EXPECT_EQ(notes.text, "kfr");
  EXPECT_EQ(count(*commits), 0);
}

TEST(GroupCommit, MakesItsFolderForTheOwnerAndHisGroup) {
  TemporaryFolder folder;
  auto commits = open(folder);
  struct stat info {};
  ASSERT_EQ(::stat((folder.path() / "data").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777 & ~0750U, 0U);
}

TEST(GroupCommit, KeepsASecondProcessOutAndNamesTheFirst) {
  TemporaryFolder folder;
  int ready[2];
  int done[2];
  ASSERT_EQ(::pipe(ready), 0);
  ASSERT_EQ(::pipe(done), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto commits = GroupCommit::open(folder.path() / "data", {});
    char byte = commits.ok() ? 'y' : 'n';
    if (::write(ready[1], &byte, 1) == 1 && ::read(done[0], &byte, 1) == 1) ::_exit(0);
    ::_exit(1);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  ASSERT_EQ(byte, 'y');
  const auto second = GroupCommit::open(folder.path() / "data", {});
  ASSERT_EQ(::write(done[1], &byte, 1), 1);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().fault, Fault::kBusy);
  EXPECT_EQ(second.error().message, "the data folder " + (folder.path() / "data").string() +
                                        " is in use by process " + std::to_string(child) +
                                        ": stop it, or use another folder");
  EXPECT_TRUE(GroupCommit::open(folder.path() / "data", {}).ok());
  for (const int end : {ready[0], ready[1], done[0], done[1]}) ::close(end);
}

TEST(GroupCommit, SaysWhyAFolderCannotBeUsed) {
  const auto opened = GroupCommit::open("/proc/sluice", {});
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().fault, Fault::kIo);
  EXPECT_EQ(
      opened.error().message,
      "the data folder /proc/sluice cannot be made (No such file or directory): create it, or "
      "choose another one as `data`");
}

TEST(GroupCommit, SaysThatAFileIsNotADatabase) {
  TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() / "data");
  {
    FILE* file = std::fopen((folder.path() / "data" / "host.db").c_str(), "w");
    for (int i = 0; i < 1000; ++i) std::fputs("not a database ", file);
    std::fclose(file);
  }
  const auto opened = GroupCommit::open(folder.path() / "data", {});
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().fault, Fault::kIo);
  EXPECT_EQ(opened.error().message, "the database in " + (folder.path() / "data").string() +
                                        " is damaged (file is not a database): restore it from a "
                                        "copy, or move it away to start empty");
}

}  // namespace
}  // namespace sluice::journal
