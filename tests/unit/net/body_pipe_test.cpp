// BodyPipe: parts, room, and how either end learns that the other has gone.
#include "net/body_pipe.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace sluice::net {
namespace {

using ReaderState = BodyReader::State;

TEST(BodyPipe, PassesPartsInTheirOrderUntilTheEnd) {
  auto [writer, reader] = make_body_pipe();
  std::string bytes = "old";
  EXPECT_EQ(reader.take(bytes), ReaderState::kWait);
  EXPECT_EQ(bytes, "");
  EXPECT_TRUE(writer.put("one "));
  EXPECT_TRUE(writer.put("two "));
  EXPECT_EQ(reader.take(bytes), ReaderState::kMore);
  EXPECT_EQ(bytes, "one two ");
  EXPECT_TRUE(writer.put("three"));
  EXPECT_TRUE(writer.end());
  EXPECT_EQ(reader.take(bytes), ReaderState::kWhole);
  EXPECT_EQ(bytes, "three");
  EXPECT_FALSE(writer.put("more"));
}

TEST(BodyPipe, HasRoomUntilItHoldsItsCapacity) {
  int wakes = 0;
  auto [writer, reader] = make_body_pipe(4);
  writer.on_change([&] { ++wakes; });
  std::string bytes;
  EXPECT_TRUE(writer.put("123"));
  EXPECT_TRUE(writer.has_room());
  EXPECT_EQ(reader.take(bytes), ReaderState::kMore);
  EXPECT_EQ(wakes, 0) << "it was not full";
  EXPECT_TRUE(writer.put("a part that is larger"));
  EXPECT_FALSE(writer.has_room());
  EXPECT_EQ(reader.take(bytes), ReaderState::kMore);
  EXPECT_EQ(wakes, 1);
  EXPECT_TRUE(writer.has_room());
}

TEST(BodyPipe, WakesTheReaderForTheFirstPartAndForTheEnd) {
  int wakes = 0;
  auto [writer, reader] = make_body_pipe();
  reader.on_change([&] { ++wakes; });
  EXPECT_TRUE(writer.put("a"));
  EXPECT_TRUE(writer.put("b"));
  EXPECT_EQ(wakes, 1) << "it has not looked yet";
  std::string bytes;
  reader.take(bytes);
  EXPECT_TRUE(writer.put("c"));
  EXPECT_TRUE(writer.end());
  EXPECT_EQ(wakes, 3);
}

TEST(BodyPipe, ShowsThatTheBodyIsNotWhole) {
  auto [writer, reader] = make_body_pipe();
  {
    BodyWriter gone = std::move(writer);
    EXPECT_TRUE(gone.put("half"));
  }
  std::string bytes;
  EXPECT_EQ(reader.take(bytes), ReaderState::kMore);
  EXPECT_EQ(bytes, "half");
  EXPECT_EQ(reader.take(bytes), ReaderState::kBroken);
  EXPECT_EQ(reader.take(bytes), ReaderState::kBroken);
}

TEST(BodyPipe, TellsTheWriterThatNobodyReads) {
  int wakes = 0;
  auto [writer, reader] = make_body_pipe();
  { const BodyReader gone = std::move(reader); }
  writer.on_change([&] { ++wakes; });
  EXPECT_EQ(wakes, 1) << "it had gone before";
  EXPECT_FALSE(writer.has_reader());
  EXPECT_FALSE(writer.put("lost"));
  EXPECT_FALSE(writer.end());
}

TEST(BodyPipe, LetsABodyBeRewrittenOnItsWay) {
  auto [writer, reader] = make_body_pipe();
  writer.rewrite([](std::string_view part, PartKind kind, std::string& out) {
    out.append(part).append(kind == PartKind::kLast ? "!" : "-");
    return part != "bad";
  });
  EXPECT_TRUE(writer.put("a"));
  EXPECT_TRUE(writer.put("b"));
  std::string bytes;
  reader.take(bytes);
  EXPECT_EQ(bytes, "a-b-");
  EXPECT_FALSE(writer.put("bad"));
  EXPECT_EQ(reader.take(bytes), ReaderState::kBroken);
}

TEST(BodyPipe, LetsARewriteEndTheBody) {
  auto [writer, reader] = make_body_pipe();
  writer.rewrite([](std::string_view part, PartKind kind, std::string& out) {
    out.append(part).append(kind == PartKind::kLast ? "!" : "");
    return true;
  });
  EXPECT_TRUE(writer.put("a"));
  EXPECT_TRUE(writer.end());
  std::string bytes;
  EXPECT_EQ(reader.take(bytes), ReaderState::kWhole);
  EXPECT_EQ(bytes, "a!");
}

// As the two connections use it: each side on a thread of its own, waiting when there is nothing
// for it to do.
TEST(BodyPipe, HoldsNoMoreThanItsCapacityAndOnePartBetweenTwoThreads) {
  constexpr std::size_t kParts = 20'000;
  const std::string part(100, 'x');
  auto [writer, reader] = make_body_pipe(1000);
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t news = 0;  // guarded by mutex
  const auto wake = [&] {
    const std::scoped_lock lock(mutex);
    ++news;
    changed.notify_all();
  };
  const auto wait = [&](std::size_t& seen) {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(30), [&] { return news != seen; }));
    seen = news;
  };
  writer.on_change(wake);
  reader.on_change(wake);
  std::thread source([&, end = std::move(writer)]() mutable {
    std::size_t seen = 0;
    for (std::size_t i = 0; i < kParts; ++i) {
      while (!end.has_room()) wait(seen);
      ASSERT_TRUE(end.put(part));
    }
    EXPECT_TRUE(end.end());
  });
  std::size_t total = 0;
  std::size_t most = 0;
  std::size_t seen = 0;
  std::string bytes;
  for (auto state = ReaderState::kWait; state != ReaderState::kWhole;) {
    state = reader.take(bytes);
    ASSERT_NE(state, ReaderState::kBroken);
    if (state == ReaderState::kWait) wait(seen);
    total += bytes.size();
    most = std::max(most, bytes.size());
  }
  source.join();
  EXPECT_EQ(total, kParts * part.size());
  EXPECT_LE(most, 1000 + part.size());
}

}  // namespace
}  // namespace sluice::net
