// Filing, finding and dropping what was given up.
#include "flow/dead_letters.hpp"

#include "journal/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>

namespace sluice::flow {
namespace {

using namespace std::chrono_literals;
using journal::TemporaryFolder;

const Wall::time_point kTime(1'700'000'000'000ms);

struct DeadLettersTest : ::testing::Test {
  DeadLettersTest() {
    auto opened = journal::GroupCommit::open(folder.path(), {.sync = journal::Sync::kOff});
    if (!opened) throw std::runtime_error(opened.error().message);
    commits = *std::move(opened);
    auto made = DeadLetters::open(*commits);
    if (!made) throw std::runtime_error(made.error().message);
    letters = *std::move(made);
    commits->start();
  }

  std::int64_t file(const DeadLetter& letter) {
    std::int64_t id = 0;
    EXPECT_TRUE(
        commits->run([&](SQLite::Database& database) { id = letters->file(database, letter); })
            .ok());
    return id;
  }
  bool erase(std::int64_t id) {
    bool erased = false;
    EXPECT_TRUE(
        commits->run([&](SQLite::Database& database) { erased = letters->erase(database, id); })
            .ok());
    return erased;
  }

  TemporaryFolder folder;
  std::unique_ptr<journal::GroupCommit> commits;
  std::unique_ptr<DeadLetters> letters;
};

DeadLetter letter(const std::string& document, const std::string& stage,
                  std::chrono::seconds at = 0s) {
  return {.document_id = document,
          .url = "https://example.com/" + document,
          .crawl_id = "crawl",
          .stage = stage,
          .reason = "the server said no",
          .attempts = 3,
          .first_at = kTime + at,
          .last_at = kTime + at,
          .payload = std::string("bytes\0of ", 9) + document};
}

TEST_F(DeadLettersTest, GivesBackWhatWasFiled) {
  const std::int64_t id = file(letter("a", "embed"));
  const auto found = letters->find(id);
  ASSERT_TRUE(found.ok());
  ASSERT_TRUE(found->has_value());
  const DeadLetter& back = **found;
  const DeadLetter sent = letter("a", "embed");
  EXPECT_EQ(back.id, id);
  EXPECT_EQ(back.document_id, sent.document_id);
  EXPECT_EQ(back.url, sent.url);
  EXPECT_EQ(back.crawl_id, sent.crawl_id);
  EXPECT_EQ(back.stage, sent.stage);
  EXPECT_EQ(back.reason, sent.reason);
  EXPECT_EQ(back.attempts, 3U);
  EXPECT_EQ(back.first_at, sent.first_at);
  EXPECT_EQ(back.last_at, sent.last_at);
  EXPECT_EQ(back.payload, sent.payload);
  EXPECT_EQ(letters->find(id + 1).value(), std::nullopt);
}

TEST_F(DeadLettersTest, DropsThoseOfADocumentThatTheSinksHoldANewerVersionOf) {
  const auto filed = [&](const std::string& document, const std::string& crawl,
                         std::int64_t version) {
    DeadLetter one = letter(document, "embed");
    one.crawl_id = crawl;
    one.version = version;
    return file(one);
  };
  const auto old = filed("a", "c1", 3);
  const auto late = filed("a", "c2", 9);
  const auto other = filed("b", "c1", 3);
  EXPECT_TRUE(
      commits->run([&](SQLite::Database& db) { letters->drop_superseded(db, "a", 5); }).ok());
  EXPECT_FALSE(letters->find(old)->has_value());
  ASSERT_TRUE(letters->find(late)->has_value());
  EXPECT_EQ(letters->find(late)->value().version, 9);
  EXPECT_TRUE(letters->find(other)->has_value());
}

TEST_F(DeadLettersTest, AddsUpWhatIsFiledAgain) {
  const std::int64_t id = file(letter("a", "embed"));
  file(letter("b", "embed"));
  DeadLetter again = letter("a", "embed", 60s);
  again.reason = "worse";
  again.payload = "newer";
  EXPECT_EQ(file(again), id);
  const auto found = letters->find(id);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ((*found)->attempts, 6U);
  EXPECT_EQ((*found)->first_at, kTime);
  EXPECT_EQ((*found)->last_at, kTime + 60s);
  EXPECT_EQ((*found)->reason, "worse");
  EXPECT_EQ((*found)->payload, "newer");
  EXPECT_NE(file(letter("a", "vectors")), id);
}

TEST_F(DeadLettersTest, ListsNewestFirstWithoutPayloads) {
  for (int i = 0; i < 25; ++i)
    file(letter(std::to_string(i), i % 2 == 0 ? "embed" : "vectors", std::chrono::seconds(i)));
  const auto all = letters->list({}, 10, 5);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->total, 25U);
  ASSERT_EQ(all->items.size(), 10U);
  EXPECT_EQ(all->items.front().document_id, "19");
  EXPECT_TRUE(all->items.front().payload.empty());
  const auto some = letters->list({.stage = "embed"}, 100, 0);
  EXPECT_EQ(some->total, 13U);
  EXPECT_EQ(some->items.size(), 13U);
  EXPECT_EQ(letters->list({.stage = "embed", .document_id = "3"}, 100, 0)->total, 0U);
  EXPECT_EQ(letters->list({.crawl_id = "crawl", .document_id = "3"}, 100, 0)->total, 1U);
  EXPECT_EQ(letters->list({.crawl_id = "' OR 1=1 --"}, 100, 0)->total, 0U);
}

TEST_F(DeadLettersTest, DropsALetterOnce) {
  const std::int64_t id = file(letter("a", "embed"));
  EXPECT_TRUE(erase(id));
  EXPECT_FALSE(erase(id));
  EXPECT_EQ(letters->find(id).value(), std::nullopt);
  EXPECT_GT(file(letter("a", "embed")), id) << "an id is not used for another letter";
}

TEST_F(DeadLettersTest, CountsByStage) {
  file(letter("a", "embed"));
  file(letter("b", "embed"));
  file(letter("a", "vectors"));
  const auto counts = letters->count_by_stage();
  ASSERT_TRUE(counts.ok());
  ASSERT_EQ(counts->size(), 2U);
  EXPECT_EQ((*counts)[0].stage, "embed");
  EXPECT_EQ((*counts)[0].letters, 2U);
  EXPECT_EQ((*counts)[1].letters, 1U);
}

}  // namespace
}  // namespace sluice::flow
