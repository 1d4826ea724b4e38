// RedisClaims on a real Redis: each rule by itself, the layout of the keys, and how long they last.
#include "redis_claims.hpp"

#include "hash.hpp"
#include "two_hosts.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <sstream>
#include <thread>
#include <vector>

namespace redis_dedupe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::optional<sluice::fakes::RedisServer> server;  // one for all tests here, emptied before each

class RedisClaimsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server.emplace(); }
  static void TearDownTestSuite() { server.reset(); }
  void SetUp() override { ASSERT_EQ(server->ask({"FLUSHALL"}), "OK"); }

  static std::unique_ptr<RedisClaims> open(const std::string& owner) {
    return std::make_unique<RedisClaims>(settings_for(server->url(), owner));
  }
  // Milliseconds until the key is gone.
  static long time_left(std::string_view key) { return std::stol(server->ask({"PTTL", key})); }
  // Until the lease of the page is gone; false when that takes far too long.
  static bool wait_for_expiry(std::string_view key) {
    const auto deadline = std::chrono::steady_clock::now() + seconds(20);
    while (server->ask({"EXISTS", key}) != "0") {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(milliseconds(2));
    }
    return true;
  }
  static std::vector<std::string> keys() {
    std::istringstream lines(server->ask({"KEYS", "*"}));
    std::vector<std::string> all;
    for (std::string line; std::getline(lines, line);) all.push_back(line);
    std::sort(all.begin(), all.end());
    return all;
  }
  // A crawl before this one has done the page with this digest.
  void done_before(const Key& key) {
    const Key earlier{.scope = "earlier", .id = key.id, .digest = key.digest};
    claim(*a_, earlier);
    settle(*a_, earlier, Ending::kDone);
  }

  std::unique_ptr<RedisClaims> a_ = open("a");
  std::unique_ptr<RedisClaims> b_ = open("b");
  const Key page_ = page();
  const Key changed_ = changed_page();
};

constexpr const char* kLeaseKey = "crawl:crawl:lease:https://e.example/";
// sha256 of "https://e.example/"
constexpr const char* kPageKey =
    "page:c9246d2616ac1e191ccd238216b1d742b19bb3756563be9284d823b58a4a8587";
constexpr const char* kPageLeaseKey =
    "page:c9246d2616ac1e191ccd238216b1d742b19bb3756563be9284d823b58a4a8587:lease";

TEST_F(RedisClaimsTest, AnUnknownPageIsNew) { EXPECT_EQ(claim(*a_, page_), Answer::kNew); }

TEST_F(RedisClaimsTest, AnothersLiveLeaseIsBusy) {
  claim(*a_, page_);
  EXPECT_EQ(claim(*b_, page_), Answer::kBusy);
}

TEST_F(RedisClaimsTest, OnesOwnLeaseIsTakenUpAgainAfterARestart) {
  claim(*a_, page_);
  EXPECT_EQ(claim(*a_, page_), Answer::kNew);
  a_ = open("a");
  EXPECT_EQ(claim(*b_, page_), Answer::kBusy);
  EXPECT_EQ(claim(*a_, page_), Answer::kNew);
}

TEST_F(RedisClaimsTest, AnExpiredLeaseGoesToWhoAsksNext) {
  claim(*a_, page_, milliseconds(30));
  ASSERT_TRUE(wait_for_expiry(kLeaseKey));
  EXPECT_EQ(claim(*b_, page_), Answer::kNew);
  EXPECT_EQ(claim(*a_, page_), Answer::kBusy);
}

TEST_F(RedisClaimsTest, ALeaseLastsAsLongAsTheCallOrElseTheSettingSays) {
  for (const char* key : {kLeaseKey, kPageLeaseKey}) {
    claim(*a_, page_, seconds(5));
    EXPECT_LE(time_left(key), 5'000);
    claim(*a_, page_);
    EXPECT_GT(time_left(key), 590'000);
    EXPECT_LE(time_left(key), 600'000);
  }
}

TEST_F(RedisClaimsTest, GivenUpWorkGivesTheLeaseBack) {
  claim(*a_, page_);
  settle(*a_, page_, Ending::kGivenUp);
  EXPECT_EQ(keys(), std::vector<std::string>{});
  EXPECT_EQ(claim(*b_, page_), Answer::kNew);
}

TEST_F(RedisClaimsTest, WhoLostTheLeaseTakesNobodysLeaseAway) {
  claim(*a_, page_, milliseconds(30));
  ASSERT_TRUE(wait_for_expiry(kLeaseKey));
  claim(*b_, page_);
  settle(*a_, page_, Ending::kGivenUp);
  EXPECT_EQ(claim(*a_, page_), Answer::kBusy);
  settle(*a_, page_, Ending::kDone);  // done it is, and nobody does it again
  EXPECT_EQ(server->ask({"GET", kLeaseKey}), "b");
  EXPECT_EQ(claim(*b_, page_), Answer::kSame);
}

TEST_F(RedisClaimsTest, DoneInThisScopeIsSameWhateverTheDigest) {
  claim(*a_, page_);
  settle(*a_, page_, Ending::kDone);
  EXPECT_EQ(claim(*a_, page_), Answer::kSame);
  EXPECT_EQ(claim(*b_, changed_), Answer::kSame);
}

TEST_F(RedisClaimsTest, DoneElsewhereWithThisDigestIsUnchangedAndThenSame) {
  done_before(page_);
  EXPECT_EQ(claim(*b_, page_), Answer::kUnchanged);
  EXPECT_EQ(claim(*b_, page_), Answer::kSame);
}

TEST_F(RedisClaimsTest, DoneElsewhereWithAnotherDigestIsChanged) {
  done_before(page_);
  EXPECT_EQ(claim(*a_, changed_), Answer::kChanged);
  settle(*a_, changed_, Ending::kDone);
  EXPECT_EQ(claim(*b_, {.scope = "next", .id = changed_.id, .digest = changed_.digest}),
            Answer::kUnchanged);
}

TEST_F(RedisClaimsTest, AFormerDigestIsForgottenOnceWorkOnAnotherBegins) {
  done_before(page_);
  EXPECT_EQ(claim(*a_, changed_), Answer::kChanged);
  EXPECT_EQ(server->ask({"EXISTS", kPageKey}), "0");
  EXPECT_EQ(claim(*a_, {.scope = "next", .id = page_.id, .digest = page_.digest}), Answer::kNew);
}

TEST_F(RedisClaimsTest, GivingUpLateForgetsWhatAnotherHasDoneMeanwhile) {
  claim(*a_, page_, milliseconds(30));
  ASSERT_TRUE(wait_for_expiry(kLeaseKey));
  claim(*b_, changed_);
  settle(*b_, changed_, Ending::kDone);
  settle(*a_, page_, Ending::kGivenUp);
  EXPECT_EQ(claim(*b_, {.scope = "next", .id = page_.id, .digest = changed_.digest}), Answer::kNew);
}

TEST_F(RedisClaimsTest, ADeletedPageIsNewWhenItComesBackAsItWas) {
  done_before(page_);
  const Key deletion{.scope = "", .id = page_.id, .digest = {}};
  EXPECT_EQ(claim(*a_, deletion), Answer::kChanged);
  settle(*a_, deletion, Ending::kDone);
  EXPECT_EQ(server->ask({"EXISTS", kPageKey}), "0");
  EXPECT_EQ(claim(*b_, page_), Answer::kNew);
}

TEST_F(RedisClaimsTest, APageMayBeDeletedTwice) {
  const Key deletion{.scope = "", .id = page_.id, .digest = {}};
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(claim(*a_, deletion), Answer::kNew);
    settle(*a_, deletion, Ending::kDone);
  }
}

TEST_F(RedisClaimsTest, UnchangedGivesOnesOwnOldLeaseBack) {
  claim(*a_, page_);
  done_before(page_);
  EXPECT_EQ(claim(*a_, page_), Answer::kUnchanged);
  EXPECT_EQ(server->ask({"EXISTS", kLeaseKey}), "0");
}

TEST_F(RedisClaimsTest, WithoutAScopeOnlyTheDigestDecides) {
  const Key page{.scope = "", .id = page_.id, .digest = digest(1)};
  const Key changed{.scope = "", .id = page_.id, .digest = digest(2)};
  EXPECT_EQ(claim(*a_, page), Answer::kNew);
  EXPECT_EQ(claim(*b_, page), Answer::kBusy);
  settle(*a_, page, Ending::kDone);
  EXPECT_EQ(claim(*a_, page), Answer::kUnchanged);
  EXPECT_EQ(claim(*a_, page), Answer::kUnchanged);
  EXPECT_EQ(claim(*a_, changed), Answer::kChanged);
}

TEST_F(RedisClaimsTest, OneHostAtATimeWorksOnADocumentWhateverTheCrawl) {
  const Key elsewhere{.scope = "other", .id = page_.id, .digest = digest(2)};
  const Key deletion{.scope = "", .id = page_.id, .digest = {}};
  claim(*a_, page_);
  EXPECT_EQ(claim(*b_, elsewhere), Answer::kBusy);
  EXPECT_EQ(claim(*b_, deletion), Answer::kBusy);
  EXPECT_EQ(claim(*a_, elsewhere), Answer::kNew);  // its own lease, taken up again
  settle(*a_, elsewhere, Ending::kDone);
  EXPECT_EQ(claim(*b_, deletion), Answer::kChanged);
}

TEST_F(RedisClaimsTest, OfKeysOfOneDocumentInOneCallTheFirstWins) {
  const std::vector<Key> keys{page_, changed_, {.scope = "other", .id = page_.id, .digest = {}}};
  std::vector<Answer> answers(keys.size());
  ASSERT_FALSE(a_->claim(keys, {}, answers));
  EXPECT_EQ(answers, (std::vector{Answer::kNew, Answer::kBusy, Answer::kBusy}));
}

TEST_F(RedisClaimsTest, NoKeysAreNoRoundTrip) {
  EXPECT_FALSE(a_->claim({}, {}, {}));
  EXPECT_FALSE(a_->settle({}, Ending::kDone));
  EXPECT_EQ(server->ask({"CLIENT", "LIST"}).find("name=sluice"), std::string::npos);
}

TEST_F(RedisClaimsTest, IdsMayHoldAnyBytes) {
  const std::string id("a\0b\xFF\r\n", 6);
  const Key key{.scope = std::string_view("\0", 1), .id = id, .digest = digest(1)};
  claim(*a_, key);
  settle(*a_, key, Ending::kDone);
  EXPECT_EQ(claim(*a_, key), Answer::kSame);
  EXPECT_EQ(claim(*a_, {.scope = key.scope, .id = "a", .digest = digest(1)}), Answer::kNew);
}

// The layout that other programs read: see docs.
TEST_F(RedisClaimsTest, KeysAreTheOnesThatOtherProgramsKnow) {
  claim(*a_, page_);
  EXPECT_EQ(keys(), (std::vector<std::string>{kLeaseKey, kPageLeaseKey}));
  EXPECT_EQ(server->ask({"GET", kLeaseKey}), "a");
  EXPECT_EQ(server->ask({"GET", kPageLeaseKey}), "a");
  settle(*a_, page_, Ending::kDone);
  EXPECT_EQ(keys(), (std::vector<std::string>{"crawl:crawl:processed", kPageKey}));
  EXPECT_EQ(server->ask({"SMEMBERS", "crawl:crawl:processed"}), "https://e.example/");
  std::string hex;
  for (int i = 0; i < 32; ++i) hex += "01";
  EXPECT_EQ(server->ask({"GET", kPageKey}), hex);
}

TEST_F(RedisClaimsTest, HonoursASetThatAnotherProgramFilled) {
  server->ask({"SADD", "crawl:crawl:processed", page_.id});
  EXPECT_EQ(claim(*a_, page_), Answer::kSame);
}

TEST_F(RedisClaimsTest, PrefixAndHashTagsAreInEveryName) {
  Settings settings = settings_for(server->url(), "a");
  settings.prefix = "site:";
  settings.has_hash_tags = true;
  RedisClaims tagged(settings);
  claim(tagged, page_);
  settle(tagged, page_, Ending::kDone);
  claim(tagged, {.scope = "crawl", .id = "x", .digest = {}});
  EXPECT_EQ(keys(),
            (std::vector<std::string>{"site:crawl:{crawl}:lease:x", "site:crawl:{crawl}:processed",
                                      "site:page:" + sha256_hex("x") + ":lease",
                                      std::string("site:") + kPageKey}));
}

TEST_F(RedisClaimsTest, WhatIsKeptGoesAwayByItself) {
  claim(*a_, page_);
  settle(*a_, page_, Ending::kDone);
  EXPECT_GT(time_left("crawl:crawl:processed"), 3'590'000);
  EXPECT_LE(time_left("crawl:crawl:processed"), 3'600'000);
  EXPECT_GT(time_left(kPageKey), 2'591'990'000);
  EXPECT_LE(time_left(kPageKey), 2'592'000'000);
}

TEST_F(RedisClaimsTest, AScopeAndADigestThatAreUsedStartAnew) {
  done_before(page_);
  server->ask({"SADD", "crawl:crawl:processed", "another"});
  server->ask({"PEXPIRE", "crawl:crawl:processed", "60000"});
  server->ask({"PEXPIRE", kPageKey, "60000"});
  claim(*a_, {.scope = "crawl", .id = "third", .digest = {}});
  EXPECT_GT(time_left("crawl:crawl:processed"), 3'590'000);
  EXPECT_LE(time_left(kPageKey), 60'000);
  EXPECT_EQ(claim(*a_, page_), Answer::kUnchanged);
  EXPECT_GT(time_left(kPageKey), 2'591'990'000);
}

TEST_F(RedisClaimsTest, ABatchIsOneCommand) {
  std::vector<std::string> ids;
  ids.reserve(256);
  for (int i = 0; i < 256; ++i) ids.push_back("https://e.example/" + std::to_string(i));
  std::vector<Key> keys;
  keys.reserve(ids.size());
  for (const std::string& id : ids) keys.push_back({.scope = "crawl", .id = id, .digest = {}});
  std::vector<Answer> answers(keys.size());
  ASSERT_FALSE(a_->claim(keys, {}, answers));  // makes the script known
  server->ask({"CONFIG", "RESETSTAT"});
  ASSERT_FALSE(a_->claim(keys, {}, answers));
  ASSERT_FALSE(a_->settle(keys, Ending::kDone));
  ASSERT_FALSE(a_->settle(keys, Ending::kDone));
  EXPECT_EQ(answers, std::vector<Answer>(keys.size(), Answer::kNew));
  const std::string stats = server->ask({"INFO", "commandstats"});
  EXPECT_NE(stats.find("cmdstat_evalsha:calls=3"), std::string::npos) << stats;
}

TEST_F(RedisClaimsTest, OfTwoHostsWithSeveralThreadsOneGetsEachPage) {
  constexpr int kPages = 200;
  std::atomic<int> taken = 0;
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      RedisClaims& claims = t < 4 ? *a_ : *b_;
      for (int i = t % 4; i < kPages; i += 4) {  // each host asks for each page once
        const std::string id = std::to_string(i);
        const Key key{.scope = "crawl", .id = id, .digest = digest(1)};
        if (claim(claims, key) != Answer::kNew) continue;
        settle(claims, key, Ending::kDone);
        ++taken;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken, kPages);
}

TEST_F(RedisClaimsTest, ConnectionsAreFewHoweverManyAsk) {
  std::vector<std::thread> threads;
  threads.reserve(16);
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&, t] {
      const std::string id = std::to_string(t);
      for (int i = 0; i < 20; ++i) claim(*a_, {.scope = "crawl", .id = id, .digest = {}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string clients = server->ask({"CLIENT", "LIST"});
  std::size_t ours = 0;
  for (std::size_t at = clients.find("name=sluice"); at != std::string::npos;
       at = clients.find("name=sluice", at + 1))
    ++ours;
  EXPECT_GE(ours, 1U);
  EXPECT_LE(ours, 4U);
}

TEST_F(RedisClaimsTest, LookingTellsVersionRoleAndPolicy) {
  const auto facts = a_->look();
  ASSERT_TRUE(std::holds_alternative<ServerFacts>(facts));
  const auto& found = std::get<ServerFacts>(facts);
  EXPECT_EQ(found.version.substr(0, 2), "7.");
  EXPECT_EQ(found.role, "master");
  EXPECT_EQ(found.eviction_policy, "noeviction");
}

}  // namespace
}  // namespace redis_dedupe
