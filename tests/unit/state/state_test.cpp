// Keys of instances: apart from each other, durable, bounded.
#include "state/state.hpp"

#include "journal/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace sluice::state {
namespace {

using journal::TemporaryFolder;

std::unique_ptr<State> open(const TemporaryFolder& folder) {
  auto opened = State::open(folder.path());
  if (!opened) throw std::runtime_error(opened.error().message);
  return *std::move(opened);
}

TEST(State, KeepsKeysOfInstancesApart) {
  TemporaryFolder folder;
  auto state = open(folder);
  ASSERT_TRUE(state->put({"a", "k"}, "1").ok());
  ASSERT_TRUE(state->put({"b", "k"}, "2").ok());
  ASSERT_TRUE(state->put({"a", "k"}, "3").ok());
  EXPECT_EQ(state->get({"a", "k"}).value(), "3");
  EXPECT_EQ(state->get({"b", "k"}).value(), "2");
  EXPECT_EQ(state->get({"c", "k"}).value(), std::nullopt);
  ASSERT_TRUE(state->erase({"a", "k"}).ok());
  ASSERT_TRUE(state->erase({"a", "k"}).ok());
  EXPECT_EQ(state->get({"a", "k"}).value(), std::nullopt);
  EXPECT_EQ(state->get({"b", "k"}).value(), "2");
}

TEST(State, KeepsAnyBytes) {
  TemporaryFolder folder;
  auto state = open(folder);
  const std::string odd("\0\xff%_\0", 5);
  ASSERT_TRUE(state->put({"a", odd}, odd).ok());
  ASSERT_TRUE(state->put({"a", ""}, "").ok());
  EXPECT_EQ(state->get({"a", odd}).value(), odd);
  EXPECT_EQ(state->get({"a", ""}).value(), "");
}

TEST(State, ScansAPrefixInOrder) {
  TemporaryFolder folder;
  auto state = open(folder);
  for (const char* key : {"crawl/2", "crawl/1", "crawl", "other", "crawl/\xff"})
    ASSERT_TRUE(state->put({"a", key}, key).ok());
  ASSERT_TRUE(state->put({"b", "crawl/3"}, "").ok());
  const auto found = state->scan({"a", "crawl/"});
  ASSERT_TRUE(found.ok());
  ASSERT_EQ(found->size(), 3U);
  EXPECT_EQ((*found)[0].first, "crawl/1");
  EXPECT_EQ((*found)[1].second, "crawl/2");
  EXPECT_EQ((*found)[2].first, "crawl/\xff");
  EXPECT_EQ(state->scan({"a", ""})->size(), 5U);
  EXPECT_TRUE(state->scan({"", "x"})->empty());
}

TEST(State, RefusesWhatIsTooBig) {
  TemporaryFolder folder;
  auto state = open(folder);
  EXPECT_TRUE(state->put({"a", "k"}, std::string(State::kMostBytes, 'x')).ok());
  const auto value = state->put({"a", "k"}, std::string(State::kMostBytes + 1, 'x'));
  ASSERT_FALSE(value.ok());
  EXPECT_EQ(value.error().fault, Fault::kInvalid);
  EXPECT_EQ(value.error().message,
            "the value of the state key \"k\" has 1048577 bytes: at most 1048576 fit, keep bigger "
            "things in files of the plugin's own");
  const auto key = state->put({"a", std::string(1025, 'k')}, "");
  ASSERT_FALSE(key.ok());
  EXPECT_EQ(key.error().message,
            "a state key of 1025 bytes is too long: keys are at most 1024 bytes");
  EXPECT_EQ(state->get({"a", "k"})->value().size(), State::kMostBytes);
}

TEST(State, IsTheSameAfterARestart) {
  TemporaryFolder folder;
  std::string owner;
  {
    auto state = open(folder);
    ASSERT_TRUE(state->put({"a", "k"}, "v").ok());
    owner = state->owner_id();
  }
  auto state = open(folder);
  EXPECT_EQ(state->get({"a", "k"}).value(), "v");
  EXPECT_EQ(state->owner_id(), owner);
}

TEST(State, MakesAnOwnerIdOfItsOwnForEachFolder) {
  TemporaryFolder one, two;
  const std::string first = open(one)->owner_id();
  EXPECT_TRUE(std::regex_match(
      first, std::regex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")))
      << first;
  EXPECT_NE(first, open(two)->owner_id());
}

TEST(State, SaysWhyItCannotBeOpened) {
  const auto opened = State::open("/nowhere/at/all");
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().fault, Fault::kIo);
  EXPECT_EQ(opened.error().message,
            "the database in /nowhere/at/all cannot be opened for writing (unable to open database "
            "file): check the owner and the permissions of the folder");
}

TEST(State, TakesManyThreads) {
  TemporaryFolder folder;
  auto state = open(folder);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const std::string instance(1, static_cast<char>('a' + t));
      for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(state->put({instance, std::to_string(i)}, instance).ok());
        EXPECT_EQ(state->scan({instance, ""})->size(), static_cast<std::size_t>(i + 1));
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace sluice::state
