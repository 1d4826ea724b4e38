// Open records: numbers, reading, heads, the count.
#include "journal/journal.hpp"

#include "journal/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>

namespace sluice::journal {
namespace {

using namespace std::chrono_literals;

struct OpenHost {
  explicit OpenHost(const TemporaryFolder& folder) {
    auto opened = GroupCommit::open(folder.path(), {});
    if (!opened) throw std::runtime_error(opened.error().message);
    commits = *std::move(opened);
    auto made = Journal::open(*commits);
    if (!made) throw std::runtime_error(made.error().message);
    journal = *std::move(made);
    commits->start();
  }

  std::int64_t append(const Journal::Entry& entry) {
    std::int64_t seq = 0;
    EXPECT_TRUE(
        commits->run([&](SQLite::Database& database) { seq = journal->append(database, entry); })
            .ok());
    return seq;
  }
  void remove(std::vector<std::int64_t> seqs) {
    EXPECT_TRUE(
        commits->run([&](SQLite::Database& database) { journal->remove(database, seqs); }).ok());
  }

  std::unique_ptr<GroupCommit> commits;
  std::unique_ptr<Journal> journal;
};

Journal::Entry entry(const std::string& document) {
  return {.group = "crawl",
          .document_id = document,
          .source = "source",
          .payload = "body of " + document};
}

TEST(Journal, GivesBackWhatItTook) {
  TemporaryFolder folder;
  OpenHost host(folder);
  const std::string nuls("a\0b\0", 4);
  const Journal::Entry odd{.group = nuls,
                           .document_id = "https://example.com/ü",
                           .source = "",
                           .cookie = std::numeric_limits<std::uint64_t>::max(),
                           .op = std::numeric_limits<std::uint32_t>::max(),
                           .payload = nuls,
                           .received_at = Wall::time_point(1234567890123ms)};
  const std::int64_t first = host.append(odd);
  const std::int64_t second = host.append({});
  const auto read = host.journal->read({{second, 999, first}});
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ((*read)[0].seq, second);
  EXPECT_EQ((*read)[0].payload, "");
  const Journal::StoredEntry& back = (*read)[1];
  EXPECT_EQ(back.seq, first);
  EXPECT_EQ(back.group, odd.group);
  EXPECT_EQ(back.document_id, odd.document_id);
  EXPECT_EQ(back.source, odd.source);
  EXPECT_EQ(back.cookie, odd.cookie);
  EXPECT_EQ(back.op, odd.op);
  EXPECT_EQ(back.payload, odd.payload);
  EXPECT_EQ(back.received_at, odd.received_at);
}

TEST(Journal, KeepsBigPayloads) {
  TemporaryFolder folder;
  OpenHost host(folder);
  std::string big(30 << 20, '\0');
  for (std::size_t i = 0; i < big.size(); i += 997) big[i] = static_cast<char>(i);
  const std::int64_t seq = host.append({.payload = big});
  const auto read = host.journal->read({{seq}});
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->size(), 1U);
  EXPECT_TRUE(read->front().payload == big);
}

TEST(Journal, NeverReusesANumber) {
  TemporaryFolder folder;
  std::int64_t last = 0;
  for (int run = 0; run < 3; ++run) {
    OpenHost host(folder);
    for (int i = 0; i < 3; ++i) {
      const std::int64_t seq = host.append(entry("d"));
      EXPECT_GT(seq, last);
      last = seq;
    }
    host.remove({last - 2, last - 1, last});
    EXPECT_EQ(host.journal->open_count(), 0U);
  }
}

TEST(Journal, NeverReusesANumberAfterAFailure) {
  TemporaryFolder folder;
  std::int64_t lost = 0;
  {
    OpenHost host(folder);
    const auto failed = host.commits->run([&](SQLite::Database& database) {
      lost = host.journal->append(database, entry("d"));
      throw std::runtime_error("no");
    });
    EXPECT_FALSE(failed.ok());
    EXPECT_EQ(host.journal->open_count(), 0U);
    EXPECT_GT(host.append(entry("d")), lost);
  }
  OpenHost host(folder);
  EXPECT_GT(host.append(entry("d")), lost + 1);
}

TEST(Journal, ListsHeadsInOrderAPageAtATime) {
  TemporaryFolder folder;
  OpenHost host(folder);
  std::vector<std::int64_t> seqs;
  for (int i = 0; i < 25; ++i) seqs.push_back(host.append(entry(std::to_string(i))));
  host.remove({seqs[3], seqs[4], 4711});
  std::vector<std::string> documents;
  std::int64_t after = 0;
  for (;;) {
    const auto heads = host.journal->heads(after, 10);
    ASSERT_TRUE(heads.ok());
    if (heads->empty()) break;
    EXPECT_LE(heads->size(), 10U);
    for (const auto& head : *heads) {
      EXPECT_GT(head.seq, after);
      after = head.seq;
      EXPECT_EQ(head.bytes, ("body of " + head.document_id).size());
      EXPECT_EQ(head.group, "crawl");
      documents.push_back(head.document_id);
    }
  }
  EXPECT_EQ(documents.size(), 23U);
  EXPECT_EQ(documents[3], "5");
}

TEST(Journal, CountsOpenRecordsAlsoAfterARestart) {
  TemporaryFolder folder;
  {
    OpenHost host(folder);
    std::vector<std::int64_t> seqs;
    for (int i = 0; i < 7; ++i) seqs.push_back(host.append(entry("d")));
    host.remove({seqs[0], seqs[1], seqs[1], 4711});
    EXPECT_EQ(host.journal->open_count(), 5U);
  }
  EXPECT_EQ(OpenHost(folder).journal->open_count(), 5U);
}

TEST(Journal, ReadsWhileItIsWritten) {
  TemporaryFolder folder;
  OpenHost host(folder);
  std::thread writer([&] {
    for (int i = 0; i < 300; ++i) host.remove({host.append(entry("d"))});
  });
  for (int i = 0; i < 300; ++i) {
    const auto heads = host.journal->heads(0, 10);
    ASSERT_TRUE(heads.ok()) << heads.error().message;
    EXPECT_LE(heads->size(), 1U);
  }
  writer.join();
}

}  // namespace
}  // namespace sluice::journal
