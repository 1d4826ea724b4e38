// Payloads in segments: where they go, what comes back, what the disk gets back.
#include "journal/payload_log.hpp"

#include "journal/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <system_error>
#include <vector>

namespace sluice::journal {
namespace {

constexpr std::int64_t kBlocks = kBlock;
constexpr PayloadLog::Options kTiny{.segment_bytes = 2 * kBlocks};

std::set<std::string> files_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.insert(entry.path().filename());
  }
  return names;
}

std::string bytes(std::size_t count, char with = 'x') { return std::string(count, with); }

Place appended(PayloadLog& log, const std::string& payload, std::int64_t seq = 1) {
  const Place place = log.append({.seq = seq, .document_id = "d"}, payload);
  log.keep();
  return place;
}

// A transaction of its own.
Place stored(PayloadLog& log, const std::string& payload, std::int64_t seq = 1) {
  const Place place = appended(log, payload, seq);
  log.write();
  log.committed();
  return place;
}

std::string read(const PayloadLog& log, const Place& place) {
  const auto payload = log.read(place);
  return payload ? *payload : "? " + payload.error().message;
}

// What the disk says to one payload more.
std::error_code refusal(PayloadLog& log, std::size_t count) {
  try {
    stored(log, bytes(count));
    return {};
  } catch (const std::system_error& failure) {
    log.rolled_back();
    return failure.code();
  }
}

class PayloadLogOf : public testing::TestWithParam<Writes> {
 protected:
  PayloadLog::Options tiny() const {
    PayloadLog::Options options = kTiny;
    options.writes = GetParam();
    return options;
  }

  TemporaryFolder folder_;
};

TEST_P(PayloadLogOf, GivesBackWhatItTook) {
  PayloadLog log(folder_.path(), {}, tiny());
  std::vector<std::pair<Place, std::string>> kept;
  for (const std::size_t count : {0, 1, 400, 4'095, 4'096, 50'000, 30}) {
    const std::string payload = bytes(count, static_cast<char>('a' + count % 26));
    kept.emplace_back(stored(log, payload), payload);
  }
  for (const auto& [place, payload] : kept) EXPECT_EQ(read(log, place), payload);
}

TEST_P(PayloadLogOf, WritesATransactionAtOnceFromABlockOn) {
  PayloadLog log(folder_.path(), {}, {.writes = GetParam()});
  const Place first = appended(log, "one");
  const Place second = appended(log, "two");
  EXPECT_FALSE(log.read(first));
  log.write();
  log.committed();
  EXPECT_EQ(read(log, first), "one");
  EXPECT_EQ(read(log, second), "two");
  EXPECT_LT(second.offset, kBlocks);
  const Place third = stored(log, "three");
  EXPECT_EQ(third.offset, kBlocks + first.offset);
}

TEST_P(PayloadLogOf, WritesOverWhatWasNotCommitted) {
  PayloadLog log(folder_.path(), {}, {.writes = GetParam()});
  const Place kept = stored(log, "kept");
  const Place undone = appended(log, bytes(9'000));
  log.write();
  log.rolled_back();
  const Place again = stored(log, "again");
  EXPECT_EQ(again.offset, undone.offset);
  EXPECT_EQ(read(log, again), "again");
  EXPECT_EQ(read(log, kept), "kept");
}

TEST_P(PayloadLogOf, LeavesOutWhatAWorkTakesBack) {
  PayloadLog log(folder_.path(), {}, {.writes = GetParam()});
  const Place first = appended(log, "first");
  const Place dropped = log.append({.seq = 2}, "dropped");
  log.drop();
  const Place second = appended(log, "second");
  log.write();
  log.committed();
  EXPECT_EQ(read(log, first), "first");
  EXPECT_EQ(read(log, second), "second");
  EXPECT_FALSE(log.read(dropped));
}

TEST_P(PayloadLogOf, WritesABigTransactionInParts) {
  PayloadLog log(folder_.path(), {}, {.writes = GetParam()});
  std::vector<Place> places;
  for (int i = 0; i < 9; ++i) places.push_back(appended(log, bytes(1 << 20, char('a' + i))));
  EXPECT_GT(std::filesystem::file_size(folder_.path() / "1"), std::uintmax_t{4 << 20});
  log.write();
  log.committed();
  for (std::size_t i = 0; i < places.size(); ++i) {
    EXPECT_EQ(read(log, places[i]), bytes(1 << 20, static_cast<char>('a' + i)));
  }
}

TEST_P(PayloadLogOf, ASegmentIsNoBiggerThanItsSizeUnlessOnePayloadIs) {
  PayloadLog log(folder_.path(), {}, tiny());
  for (int i = 0; i < 10; ++i) stored(log, bytes(3'000));
  stored(log, bytes(40'000));
  std::size_t bigger = 0;
  for (const auto& name : files_in(folder_.path())) {
    bigger += std::filesystem::file_size(folder_.path() / name) > 2 * kBlock ? 1 : 0;
  }
  EXPECT_EQ(bigger, 1U);
}

TEST_P(PayloadLogOf, WritesSparesAnewAndGivesTheRestBack) {
  PayloadLog log(folder_.path(), {}, tiny());
  std::vector<std::int64_t> segments(5);
  for (auto& segment : segments) segment = stored(log, bytes(7'000)).segment;
  log.seal();
  for (const std::int64_t segment : segments) log.free(segment);
  EXPECT_EQ(files_in(folder_.path()).size(), 2U);  // the spares
  const Place again = stored(log, "new");
  EXPECT_LT(again.offset, kBlocks);
  EXPECT_LE(again.segment, segments.back());
  EXPECT_EQ(files_in(folder_.path()).size(), 2U);
  EXPECT_EQ(read(log, again), "new");
}

TEST_P(PayloadLogOf, KeepsWhatIsUsedAcrossARestart) {
  Place kept, dropped;
  {
    PayloadLog log(folder_.path(), {}, tiny());
    dropped = stored(log, bytes(7'000, 'd'));
    kept = stored(log, bytes(7'000, 'k'));
  }
  const std::vector<std::int64_t> used{kept.segment};
  PayloadLog log(folder_.path(), used, tiny());
  for (int i = 0; i < 5; ++i) EXPECT_NE(stored(log, bytes(7'000, 'n')).segment, kept.segment);
  EXPECT_EQ(read(log, kept), bytes(7'000, 'k'));
  EXPECT_FALSE(log.read(dropped));  // its file was spare
}

TEST_P(PayloadLogOf, RefusesWhatTheDiskHasNoRoomFor) {
  auto options = tiny();
  options.max_bytes = 5 * kBlocks;
  PayloadLog log(folder_.path(), {}, options);
  EXPECT_EQ(refusal(log, 7'000), std::error_code());
  EXPECT_EQ(refusal(log, 7'000), std::error_code());
  EXPECT_EQ(refusal(log, 7'000), std::errc::no_space_on_device);
  EXPECT_EQ(refusal(log, 600), std::error_code());  // a smaller one still fits
}

TEST_P(PayloadLogOf, WhenItMayNotGrowItWritesOverWhatIsSpare) {
  PayloadLog log(folder_.path(), {}, tiny());
  const Place first = stored(log, bytes(7'000, 'a'));
  stored(log, bytes(200, 'b'));  // begins the second
  log.may_grow(false);
  EXPECT_EQ(refusal(log, 6'000), std::errc::no_space_on_device);
  log.free(first.segment);
  const Place third = stored(log, bytes(6'000, 'c'));
  EXPECT_EQ(third.segment, first.segment);
  EXPECT_EQ(read(log, third), bytes(6'000, 'c'));
}

TEST_P(PayloadLogOf, CanBeSyncedAtAnyTime) {
  PayloadLog log(folder_.path(), {}, tiny());
  EXPECT_TRUE(log.sync());
  stored(log, "one");
  EXPECT_TRUE(log.sync());
  EXPECT_TRUE(log.sync());
}

INSTANTIATE_TEST_SUITE_P(Writes, PayloadLogOf, testing::Values(Writes::kThrough, Writes::kCached),
                         [](const auto& tested) {
                           return tested.param == Writes::kThrough ? "Through" : "Cached";
                         });

// Of shared memory there is nothing behind the page cache.
TEST(PayloadLog, DoesWithoutDirectWritesWhereThereAreNone) {
  const TemporaryFolder folder("/dev/shm");
  PayloadLog log(folder.path(), {}, kTiny);
  const Place place = stored(log, bytes(5'000));
  EXPECT_EQ(read(log, place), bytes(5'000));
}

TEST(PayloadLog, KnowsWhatIsNotWhole) {
  const TemporaryFolder folder;
  PayloadLog log(folder.path(), {}, {});
  const Place first = stored(log, bytes(100, 'a'));
  const Place second = stored(log, bytes(100, 'b'));
  const auto file = folder.path() / std::to_string(first.segment);
  std::fstream(file, std::ios::in | std::ios::out).seekp(first.offset + 50).put('X');
  EXPECT_EQ(log.read(first).error().fault, Fault::kNotFound);
  EXPECT_TRUE(log.read(second));
  std::filesystem::resize_file(file, static_cast<std::uintmax_t>(second.offset) + 50);
  EXPECT_EQ(log.read(second).error().fault, Fault::kNotFound);
  std::filesystem::remove(file);
  EXPECT_EQ(log.read(first).error().fault, Fault::kNotFound);
}

TEST(PayloadLog, TellsWhatIsNotWholeFromWhatCannotBeRead) {
  const TemporaryFolder folder;
  PayloadLog log(folder.path(), {}, {});
  const Place place = stored(log, "text");
  const auto file = folder.path() / std::to_string(place.segment);
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  const auto payload = log.read(place);
  ASSERT_FALSE(payload);
  EXPECT_EQ(payload.error().fault, Fault::kIo);
  EXPECT_NE(payload.error().message.find("cannot be read (Is a directory)"), std::string::npos)
      << payload.error().message;
}

}  // namespace
}  // namespace sluice::journal
