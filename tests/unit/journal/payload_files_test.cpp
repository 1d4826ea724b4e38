// What the log alone tells: entries, wherever a loss of power left them.
#include "journal/payload_files.hpp"
#include "journal/payload_log.hpp"

#include "journal/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

namespace sluice::journal {
namespace {

constexpr std::uint64_t kSecret = 42;

class FindEntries : public testing::Test {
 protected:
  // Each a transaction of its own, in a segment for two of them.
  void store(std::int64_t first, std::int64_t last) {
    for (std::int64_t seq = first; seq <= last; ++seq) store(seq, "page " + std::to_string(seq));
  }
  Place store(std::int64_t seq, const std::string& payload) {
    const Place place = log_.append({.seq = seq, .document_id = std::to_string(seq)}, payload);
    log_.keep();
    log_.write();
    log_.committed();
    return place;
  }
  std::string found(std::int64_t from, std::uint64_t secret = kSecret) const {
    std::string numbers;
    for (const auto& one : find_entries(folder_.path(), secret, from)) {
      EXPECT_EQ(one.entry.document_id, std::to_string(one.entry.seq));
      EXPECT_TRUE(read_payload(folder_.path(), one.place));
      numbers += one.entry.document_id + " ";
    }
    return numbers;
  }

  TemporaryFolder folder_;
  PayloadLog log_{
      folder_.path(), {}, {.segment_bytes = 2 * std::int64_t{kBlock}, .secret = kSecret}};
};

TEST_F(FindEntries, GivesThemBackAsTheyWereAppended) {
  const PayloadEntry odd{.seq = 7,
                         .group = std::string("a\0b", 3),
                         .document_id = "https://example.com/ü",
                         .source = "crawl",
                         .cookie = std::numeric_limits<std::uint64_t>::max(),
                         .op = std::numeric_limits<std::uint32_t>::max(),
                         .received_at = 1'234'567'890'123};
  const Place place = log_.append(odd, "text");
  log_.keep();
  log_.write();
  const auto entries = find_entries(folder_.path(), kSecret, 1);
  ASSERT_EQ(entries.size(), 1U);
  const auto& [entry, where] = entries.front();
  EXPECT_EQ(entry.seq, odd.seq);
  EXPECT_EQ(entry.group, odd.group);
  EXPECT_EQ(entry.document_id, odd.document_id);
  EXPECT_EQ(entry.source, odd.source);
  EXPECT_EQ(entry.cookie, odd.cookie);
  EXPECT_EQ(entry.op, odd.op);
  EXPECT_EQ(entry.received_at, odd.received_at);
  EXPECT_EQ(where.segment, place.segment);
  EXPECT_EQ(where.offset, place.offset);
  EXPECT_EQ(where.bytes, place.bytes);
  EXPECT_EQ(where.checksum, place.checksum);
}

TEST_F(FindEntries, FromANumberOnInTheirOrderWhateverTheirFiles) {
  store(1, 9);
  EXPECT_EQ(found(1), "1 2 3 4 5 6 7 8 9 ");
  EXPECT_EQ(found(4), "4 5 6 7 8 9 ");
  EXPECT_EQ(found(10), "");
}

TEST_F(FindEntries, OfATransactionAndBehindOneThatIsShorterThanWhatWasThere) {
  store(1, std::string(7'000, 'x'));
  log_.seal();
  log_.free(1);
  log_.append({.seq = 2, .document_id = "2"}, "short");
  log_.append({.seq = 3, .document_id = "3"}, "short");
  log_.keep();
  log_.write();
  EXPECT_EQ(found(1), "2 3 ") << "the first is written over";
}

TEST_F(FindEntries, NotThoseWhosePayloadsAreNotWhole) {
  store(1, 1);
  const Place torn = store(2, std::string(1'000, 'x'));
  store(3, 4);
  std::fstream(folder_.path() / std::to_string(torn.segment), std::ios::in | std::ios::out)
      .seekp(torn.offset + 999)
      .put('y');
  EXPECT_EQ(found(1), "1 3 4 ");
  std::filesystem::resize_file(folder_.path() / std::to_string(torn.segment),
                               static_cast<std::uintmax_t>(torn.offset) + 10);
  EXPECT_EQ(found(1), "1 3 4 ");
}

TEST_F(FindEntries, NothingThatAPageOnlySaysItIs) {
  const std::string forged = head_of({.seq = 99, .document_id = "99"}, "", checksum_of(""), 1);
  std::string page(3 * kBlock, ' ');
  for (const std::size_t block : {1, 2}) {  // behind the page's own head and its name
    page.replace(block * kBlock - kHeadBytes - 1, forged.size(), forged);
  }
  const Place place = store(1, page);
  EXPECT_EQ(found(1), "1 ");
  // Not even where the head is lost that says that all of this is a page.
  std::fstream(folder_.path() / std::to_string(place.segment), std::ios::in | std::ios::out)
      .write(std::string(kHeadBytes, 'x').data(), kHeadBytes);
  EXPECT_EQ(found(1), "");
  EXPECT_NE(found(1, 1), "") << "this test's page would deceive whoever knew the secret";
}

TEST_F(FindEntries, NoneInFilesOfOthers) {
  store(1, 1);
  std::ofstream(folder_.path() / "notes.txt") << "not ours";
  std::ofstream(folder_.path() / "17") << std::string(20'000, 'z');
  std::filesystem::create_directory(folder_.path() / "18");
  EXPECT_EQ(found(1), "1 ");
}

TEST_F(FindEntries, OnceWhereAFolderThatWasPutBackHasANumberTwice) {
  store(5, "one");
  store(5, "another");
  EXPECT_EQ(found(1), "5 ");
}

}  // namespace
}  // namespace sluice::journal
