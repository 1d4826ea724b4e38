// Which request a scripted failure takes.
#include "fakes/server/failure.hpp"

#include <gtest/gtest.h>

namespace sluice::fakes {
namespace {

const Request kGet{.method = "GET", .target = "/a?x=1", .headers = {}, .body = {}};
const Request kPut{.method = "PUT", .target = "/b", .headers = {}, .body = {}};

TEST(Script, TakesAsManyAsItWasToldAndNoMore) {
  Script script;
  script.add({.times = 2});
  EXPECT_TRUE(script.take(kGet));
  EXPECT_TRUE(script.take(kPut));
  EXPECT_FALSE(script.take(kGet));
}

TEST(Script, LooksAtMethodAndPath) {
  Script script;
  script.add({.method = "PUT", .path = "/b"});
  EXPECT_FALSE(script.take(kGet));
  EXPECT_FALSE(script.take({.method = "PUT", .target = "/a", .headers = {}, .body = {}}));
  EXPECT_TRUE(script.take(kPut));
}

TEST(Script, TakesEachSoManieth) {
  Script script;
  script.add({.times = kUntilCleared, .every = 3});
  std::string taken;
  for (int i = 0; i < 7; ++i) taken += script.take(kGet) ? 'x' : '.';
  EXPECT_EQ(taken, "..x..x.");
}

TEST(Script, OldestComesFirstAndClearForgetsAll) {
  Script script;
  script.add({.how = Failure::How::kClose});
  script.add({.how = Failure::How::kReset, .times = kUntilCleared});
  EXPECT_EQ(script.take(kGet)->how, Failure::How::kClose);
  EXPECT_EQ(script.take(kGet)->how, Failure::How::kReset);
  script.clear();
  EXPECT_FALSE(script.take(kGet));
}

TEST(Request, TakesItsTargetApart) {
  EXPECT_EQ(kGet.path(), "/a");
  EXPECT_EQ(kGet.query(), "x=1");
  EXPECT_EQ(kPut.query(), "");
}

TEST(Request, FindsHeadersWithoutCase) {
  const Request request{.method = {}, .target = {}, .headers = {{"Api-Key", "k"}}, .body = {}};
  EXPECT_EQ(request.header("api-key"), "k");
  EXPECT_EQ(request.header("other"), "");
}

}  // namespace
}  // namespace sluice::fakes
