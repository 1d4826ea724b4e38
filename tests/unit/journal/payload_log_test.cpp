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

constexpr PayloadLog::Options kTiny{.segment_bytes = 1'000, .max_bytes = 0};

std::set<std::string> files_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.insert(entry.path().filename());
  }
  return names;
}

TEST(PayloadLog, GivesBackWhatItTook) {
  const TemporaryFolder folder;
  PayloadLog log(folder.path(), {}, kTiny);
  std::vector<std::pair<Place, std::string>> kept;
  for (const std::size_t bytes : {0, 1, 400, 999, 1'000, 5'000, 30}) {
    const std::string payload(bytes, static_cast<char>('a' + bytes % 26));
    kept.emplace_back(log.append(payload), payload);
  }
  for (const auto& [place, payload] : kept) EXPECT_EQ(log.read(place), payload);
}

TEST(PayloadLog, ASegmentIsNoBiggerThanItsSizeUnlessOnePayloadIs) {
  const TemporaryFolder folder;
  PayloadLog log(folder.path(), {}, kTiny);
  for (int i = 0; i < 10; ++i) log.append(std::string(300, 'x'));
  log.append(std::string(4'000, 'y'));
  std::size_t bigger = 0;
  for (const auto& name : files_in(folder.path())) {
    bigger += std::filesystem::file_size(folder.path() / name) > 1'000 ? 1 : 0;
  }
  EXPECT_EQ(bigger, 1U);
}

TEST(PayloadLog, KnowsWhatIsNotWhole) {
  const TemporaryFolder folder;
  PayloadLog log(folder.path(), {}, {});
  const Place first = log.append(std::string(100, 'a'));
  const Place second = log.append(std::string(100, 'b'));
  const auto file = folder.path() / std::to_string(first.segment);
  std::fstream(file, std::ios::in | std::ios::out).seekp(first.offset + 50).put('X');
  EXPECT_FALSE(log.read(first));
  EXPECT_TRUE(log.read(second));
  std::filesystem::resize_file(file, static_cast<std::uintmax_t>(second.offset) + 50);
  EXPECT_FALSE(log.read(second));
  std::filesystem::remove(file);
  EXPECT_FALSE(log.read(first));
}

TEST(PayloadLog, WritesSparesAnewAndGivesTheRestBack) {
  const TemporaryFolder folder;
  PayloadLog log(folder.path(), {}, kTiny);
  std::vector<std::int64_t> segments(5);
  for (auto& segment : segments) segment = log.append(std::string(900, 'x')).segment;
  log.seal();
  for (const std::int64_t segment : segments) log.free(segment);
  EXPECT_EQ(files_in(folder.path()).size(), 2U);  // the spares
  const Place again = log.append("new");
  EXPECT_EQ(again.offset, 0);
  EXPECT_LE(again.segment, segments.back());
  EXPECT_EQ(files_in(folder.path()).size(), 2U);
  EXPECT_EQ(log.read(again), "new");
}

TEST(PayloadLog, KeepsWhatIsUsedAcrossARestart) {
  const TemporaryFolder folder;
  Place kept, dropped;
  {
    PayloadLog log(folder.path(), {}, kTiny);
    dropped = log.append(std::string(900, 'd'));
    kept = log.append(std::string(900, 'k'));
  }
  const std::vector<std::int64_t> used{kept.segment};
  PayloadLog log(folder.path(), used, kTiny);
  for (int i = 0; i < 5; ++i) {
    const Place place = log.append(std::string(900, 'n'));
    EXPECT_NE(place.segment, kept.segment);
  }
  EXPECT_EQ(log.read(kept), std::string(900, 'k'));
  EXPECT_FALSE(log.read(dropped));  // its file was spare
}

TEST(PayloadLog, RefusesWhatTheDiskHasNoRoomFor) {
  const TemporaryFolder folder;
  PayloadLog log(folder.path(), {}, {.segment_bytes = 1'000, .max_bytes = 2'500});
  const auto refusal = [&](std::size_t bytes) {
    try {
      log.append(std::string(bytes, 'x'));
      return std::error_code();
    } catch (const std::system_error& failure) {
      return failure.code();
    }
  };
  EXPECT_EQ(refusal(900), std::error_code());
  EXPECT_EQ(refusal(900), std::error_code());
  EXPECT_EQ(refusal(900), std::errc::no_space_on_device);
  EXPECT_EQ(refusal(600), std::error_code());  // a smaller one still fits
}

TEST(PayloadLog, WhenItMayNotGrowItWritesOverWhatIsSpare) {
  const TemporaryFolder folder;
  PayloadLog log(folder.path(), {}, kTiny);
  const Place first = log.append(std::string(900, 'a'));
  log.append(std::string(200, 'b'));  // begins the second
  log.may_grow(false);
  EXPECT_THROW(log.append(std::string(300, 'c')), std::system_error);
  log.free(first.segment);
  const Place third = log.append(std::string(300, 'c'));
  EXPECT_EQ(third.segment, first.segment);
  EXPECT_EQ(log.read(third), std::string(300, 'c'));
}

TEST(PayloadLog, IsDirtyUntilItIsSynced) {
  const TemporaryFolder folder;
  PayloadLog log(folder.path(), {}, kTiny);
  EXPECT_FALSE(log.is_dirty());
  log.append("one");
  EXPECT_TRUE(log.is_dirty());
  EXPECT_TRUE(log.sync());
  EXPECT_FALSE(log.is_dirty());
  EXPECT_TRUE(log.sync());
}

}  // namespace
}  // namespace sluice::journal
