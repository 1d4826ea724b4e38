// Keeping pages, finding them again, and forgetting the oldest.
#include "content/archive.hpp"

#include "base/uuid.hpp"
#include "journal/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace sluice::content {
namespace {

using namespace std::chrono_literals;

class TurnedClock final : public Clock {
 public:
  Steady::time_point now() const override { return Steady::time_point(time.time_since_epoch()); }
  Wall::time_point wall() const override { return time; }

  Wall::time_point time{std::chrono::hours(24 * 365 * 50)};  // turned only while no work runs
};

constexpr Retention kGenerous{24h * 30, 1 << 20};

class ArchiveTest : public ::testing::Test {
 protected:
  ArchiveTest() { open(kGenerous); }

  void open(Retention retention) {
    archive_.reset();
    commits_.reset();
    auto opened = journal::GroupCommit::open(folder_.path(), {.sync = journal::Sync::kOff});
    if (!opened) throw std::runtime_error(opened.error().message);
    commits_ = *std::move(opened);
    auto made = Archive::open(*commits_, clock_, retention);
    if (!made) throw std::runtime_error(made.error().message);
    archive_ = *std::move(made);
    commits_->start();
  }

  void store(const std::string& document, const std::string& crawl, const std::string& text) {
    const std::string packed = archive_->pack(text);
    const auto stored = commits_->run([&](SQLite::Database& database) {
      archive_->store(database, {document, crawl, clock_.time, packed});
    });
    ASSERT_TRUE(stored.ok()) << stored.error().message;
  }
  void pass_a_transaction() {
    ASSERT_TRUE(commits_->run([](SQLite::Database&) {}).ok());
  }
  // The text of its newest version; empty: there is none.
  std::string newest(const std::string& document) {
    auto found = archive_->versions(uuid_of_url(document), {1, 0});
    if (!found) throw std::runtime_error(found.error().message);
    return found->items.empty() ? std::string() : found->items.front().bytes;
  }

  journal::TemporaryFolder folder_;
  TurnedClock clock_;
  std::unique_ptr<journal::GroupCommit> commits_;
  std::unique_ptr<Archive> archive_;
};

TEST_F(ArchiveTest, FindsTheNewestVersion) {
  store("https://e.test/a", "one", "first");
  store("https://e.test/b", "one", "other");
  store("https://e.test/a", "two", "second");

  EXPECT_EQ(newest("https://e.test/a"), "second");
  EXPECT_EQ(newest("https://e.test/b"), "other");
  EXPECT_EQ(newest("https://e.test/c"), "");
  const auto found = archive_->versions(uuid_of_url("https://e.test/a"), {1, 0});
  ASSERT_TRUE(found && !found->items.empty());
  const StoredPage& page = found->items.front();
  EXPECT_EQ(page.content_id, uuid_of_url("https://e.test/a"));
  EXPECT_EQ(page.crawl_id, "two");
  EXPECT_EQ(page.stored_at, clock_.time);
}

TEST_F(ArchiveTest, ListsVersionsNewestFirst) {
  for (int i = 0; i < 5; ++i) store("https://e.test/a", "c" + std::to_string(i), std::to_string(i));
  const auto all = archive_->versions(uuid_of_url("https://e.test/a"), {3, 1});
  ASSERT_TRUE(all);
  EXPECT_EQ(all->total, 5U);
  ASSERT_EQ(all->items.size(), 3U);
  EXPECT_EQ(all->items[0].bytes, "3");
  EXPECT_EQ(all->items[2].bytes, "1");
}

// For those who know where to find the pages after it.
TEST_F(ArchiveTest, LeavesOutWhatCameAfterANumber) {
  for (int i = 0; i < 3; ++i) store("https://e.test/a", "c", std::to_string(i));
  open(kGenerous);
  const auto newest = archive_->newest_at_start();
  for (int i = 3; i < 5; ++i) store("https://e.test/a", "c", std::to_string(i));
  for (const auto& part : {archive_->versions(uuid_of_url("https://e.test/a"), {1, 1, newest}),
                           archive_->of_crawl("c", {1, 1, newest})}) {
    ASSERT_TRUE(part);
    EXPECT_EQ(part->total, 3U);
    ASSERT_EQ(part->items.size(), 1U);
    EXPECT_EQ(part->items[0].bytes, "1");
  }
}

TEST_F(ArchiveTest, ListsACrawlInPartsThatDoNotOverlap) {
  for (int i = 0; i < 7; ++i) store("https://e.test/" + std::to_string(i), "c", std::to_string(i));
  store("https://e.test/x", "", "of no crawl");
  std::string seen;
  for (std::size_t offset = 0; offset < 9; offset += 3) {
    const auto part = archive_->of_crawl("c", {3, offset});
    ASSERT_TRUE(part);
    EXPECT_EQ(part->total, 7U);
    for (const auto& page : part->items) seen += page.bytes;
  }
  EXPECT_EQ(seen, "6543210");
  EXPECT_EQ(archive_->of_crawl("", {10, 0})->total, 0U);
}

TEST_F(ArchiveTest, TakesNothingElseForAnId) {
  store("https://e.test/a", "c", "text");
  std::string id = uuid_of_url("https://e.test/a");
  for (const std::string& wrong :
       {std::string(), std::string("17"), std::string(36, 'x'), id + "0", id.substr(1) + "g"}) {
    const auto found = archive_->versions(wrong, {1, 0});
    ASSERT_TRUE(found) << wrong;
    EXPECT_TRUE(found->items.empty()) << wrong;
  }
}

TEST_F(ArchiveTest, StopsAtAnAnswersMostBytes) {
  const std::string big(Archive::kMostBytesAtOnce / 2 + 1, 'x');
  for (int i = 0; i < 4; ++i) store("https://e.test/" + std::to_string(i), "c", big);
  const auto part = archive_->of_crawl("c", {10, 0});
  ASSERT_TRUE(part);
  EXPECT_EQ(part->total, 4U);
  EXPECT_EQ(part->items.size(), 2U);
}

TEST_F(ArchiveTest, ForgetsWhatIsTooOld) {
  store("https://e.test/a", "c", "old");
  clock_.time += kGenerous.keep;
  EXPECT_EQ(newest("https://e.test/a"), "");  // not shown any more, even before it is gone
  EXPECT_GT(archive_->bytes(), 0U);
  store("https://e.test/b", "c", "new");
  EXPECT_EQ(newest("https://e.test/b"), "new");
  EXPECT_EQ(archive_->bytes(), archive_->pack("new").size());
}

TEST_F(ArchiveTest, ForgetsTheOldestWhenThereIsTooMuch) {
  std::string text;
  for (unsigned i = 0; i < 2000; ++i) text += std::to_string(i * i * 7919U);
  const std::size_t size = archive_->pack(text).size();
  open({kGenerous.keep, 3 * size});
  for (int i = 0; i < 10; ++i) store("https://e.test/" + std::to_string(i), "c", text);
  EXPECT_EQ(archive_->of_crawl("c", {10, 0})->total, 3U);
  EXPECT_EQ(archive_->bytes(), 3 * size);
  EXPECT_EQ(newest("https://e.test/9"), text);
  EXPECT_EQ(newest("https://e.test/6"), "");
}

TEST_F(ArchiveTest, RemembersPagesAndTheirSizeOverARestart) {
  store("https://e.test/a", "c", "text");
  const auto bytes = archive_->bytes();
  EXPECT_GT(bytes, 0U);
  open(kGenerous);
  EXPECT_EQ(newest("https://e.test/a"), "text");
  EXPECT_EQ(archive_->bytes(), bytes);
}

TEST_F(ArchiveTest, EmptiesWhenNothingIsToBeKept) {
  store("https://e.test/a", "c", "text");
  open({0ms, 1 << 20});
  EXPECT_FALSE(archive_->keeps_pages());
  pass_a_transaction();
  EXPECT_EQ(archive_->bytes(), 0U);
  EXPECT_EQ(newest("https://e.test/a"), "");
}

TEST_F(ArchiveTest, DoesNotCountAPageOfAWorkThatFailed) {
  const std::string packed = archive_->pack("text");
  const auto failed = commits_->run([&](SQLite::Database& database) {
    archive_->store(database, {"https://e.test/a", "c", clock_.time, packed});
    throw std::runtime_error("no");
  });
  EXPECT_FALSE(failed.ok());
  pass_a_transaction();
  EXPECT_EQ(archive_->bytes(), 0U);
  EXPECT_EQ(newest("https://e.test/a"), "");
}

}  // namespace
}  // namespace sluice::content
