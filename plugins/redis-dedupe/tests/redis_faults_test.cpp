// RedisClaims while a real Redis misbehaves: what is said, and that it goes on by itself
// afterwards.
#include "redis_claims.hpp"

#include "two_hosts.hpp"

#include <chrono>
#include <csignal>
#include <string>
#include <thread>

namespace redis_dedupe {
namespace {

using sluice::fakes::RedisServer;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr Patience kShort{.connect = milliseconds(300), .answer = milliseconds(300)};

class RedisFaults : public ::testing::Test {
 protected:
  // The host ignores it for its plugins: hiredis writes to sockets that the server has closed.
  static void SetUpTestSuite() { std::signal(SIGPIPE, SIG_IGN); }

  static std::string at(const RedisServer& server) {
    return "Redis at 127.0.0.1:" + std::to_string(server.port()) + " ";
  }
  // Asks until it is not refused, and says how often it was.
  static int refusals_until_answered(RedisClaims& claims, const Key& key) {
    const auto deadline = steady_clock::now() + seconds(30);
    int refusals = 0;
    while (refusal(claims, key) != "none" && steady_clock::now() < deadline) {
      ++refusals;
      std::this_thread::sleep_for(milliseconds(5));
    }
    EXPECT_LT(steady_clock::now(), deadline);
    return refusals;
  }
};

TEST_F(RedisFaults, ANobodyThereIsRefusedAtOnce) {
  RedisServer server;
  RedisClaims claims(settings_for(server.url(), "a"));
  server.kill();
  const auto began = steady_clock::now();
  EXPECT_EQ(refusal(claims, page()), at(server) +
                                         "cannot be reached (Connection refused); check "
                                         "that it runs and that 'url' is right.");
  EXPECT_LT(steady_clock::now() - began, seconds(2));
}

TEST_F(RedisFaults, ANameWithoutAnAddressIsUnreachable) {
  RedisClaims claims(settings_for("redis://nowhere.invalid", "a"));
  const std::string sentence = refusal(claims, page());
  EXPECT_EQ(sentence.find("Redis at nowhere.invalid:6379 cannot be reached ("), 0U) << sentence;
}

TEST_F(RedisFaults, ARestartCostsNoCallAndKeepsWhatRedisKept) {
  RedisServer server({.password = {}, .keeps_data = true});
  RedisClaims claims(settings_for(server.url(), "a"));
  claim(claims, page());
  settle(claims, page(), Ending::kDone);
  server.kill();
  server.start();
  EXPECT_EQ(claim(claims, page()), Answer::kSame);
  settle(claims, page(), Ending::kDone);
}

TEST_F(RedisFaults, ARestartWithoutItsDataOnlyForgets) {
  RedisServer server;
  RedisClaims a(settings_for(server.url(), "a"));
  RedisClaims b(settings_for(server.url(), "b"));
  claim(a, page());
  server.kill();
  server.start();
  EXPECT_EQ(claim(b, page()), Answer::kNew);
  settle(a, page(), Ending::kDone);
  EXPECT_EQ(claim(b, page()), Answer::kSame);
}

TEST_F(RedisFaults, GoesOnAfterAnOutageByItself) {
  RedisServer server;
  RedisClaims claims(settings_for(server.url(), "a"));
  claim(claims, page());
  server.kill();
  for (int i = 0; i < 3; ++i) EXPECT_NE(refusal(claims, page()), "none");
  server.start();
  EXPECT_EQ(claim(claims, page()), Answer::kNew);
}

TEST_F(RedisFaults, FlushedScriptsAndKeysAreMadeUpFor) {
  RedisServer server;
  RedisClaims claims(settings_for(server.url(), "a"));
  claim(claims, page());
  server.ask({"SCRIPT", "FLUSH"});
  EXPECT_EQ(claim(claims, page()), Answer::kNew);
  server.ask({"SCRIPT", "FLUSH"});
  settle(claims, page(), Ending::kDone);
  EXPECT_EQ(claim(claims, page()), Answer::kSame);
  server.ask({"FLUSHALL"});
  EXPECT_EQ(claim(claims, page()), Answer::kNew);
}

TEST_F(RedisFaults, PasswordAndDatabaseAreGivenAgainAfterEachReconnect) {
  RedisServer server({.password = "geheim"});
  RedisClaims claims(settings_for(server.url(7), "a"));
  claim(claims, page());
  server.kill();
  server.start();
  claim(claims, page());
  EXPECT_NE(server.ask({"INFO", "keyspace"}).find("db7:keys=2"), std::string::npos);
  EXPECT_EQ(server.ask({"DBSIZE"}), "0");  // of database 0
}

TEST_F(RedisFaults, TimeOutsHoldAfterAReconnect) {
  RedisServer server;
  Settings settings = settings_for(server.url(), "a");
  settings.patience = kShort;
  RedisClaims claims(settings);
  const std::string sentence = at(server) +
                               "did not answer within 300 ms; see its SLOWLOG and the "
                               "load of its machine.";
  claim(claims, page());
  for (int round = 0; round < 2; ++round) {
    server.freeze();
    const auto began = steady_clock::now();
    EXPECT_EQ(refusal(claims, page()), sentence);
    EXPECT_LT(steady_clock::now() - began, seconds(5));
    server.thaw();
    EXPECT_EQ(claim(claims, page()), Answer::kNew);
    server.kill();
    server.start();
    EXPECT_EQ(claim(claims, page()), Answer::kNew);
  }
}

TEST_F(RedisFaults, ASleepingServerIsSlowAndThenFine) {
  RedisServer server;
  Settings settings = settings_for(server.url(), "a");
  settings.patience = kShort;
  RedisClaims claims(settings);
  claim(claims, page());
  server.tell({"DEBUG", "SLEEP", "1"});
  std::this_thread::sleep_for(milliseconds(50));
  EXPECT_NE(refusal(claims, page()).find("did not answer within 300 ms"), std::string::npos);
  EXPECT_GE(refusals_until_answered(claims, page()), 0);
  EXPECT_EQ(claim(claims, page()), Answer::kNew);
}

TEST_F(RedisFaults, AnEndlessScriptMakesItBusyUntilItIsKilled) {
  RedisServer server({.arguments = {"--busy-reply-threshold", "50"}});
  RedisClaims claims(settings_for(server.url(), "a"));
  claim(claims, page());
  server.tell({"EVAL", "while true do end", "0"});
  std::string sentence;
  for (int i = 0; i < 100 && sentence.empty(); ++i) {
    std::this_thread::sleep_for(milliseconds(20));
    if (const std::string said = refusal(claims, page()); said != "none") sentence = said;
  }
  EXPECT_EQ(sentence, at(server) +
                          "is busy with a script of somebody's that has run too long; end "
                          "it with SCRIPT KILL.");
  EXPECT_EQ(server.ask({"SCRIPT", "KILL"}), "OK");
  EXPECT_GE(refusals_until_answered(claims, page()), 0);
}

TEST_F(RedisFaults, FullMemoryRefusesNewClaimsUntilThereIsRoom) {
  RedisServer server;
  RedisClaims claims(settings_for(server.url(), "a"));
  claim(claims, page());
  server.ask({"CONFIG", "SET", "maxmemory", "1"});
  const Key other{.scope = "crawl", .id = "other", .digest = {}};
  EXPECT_EQ(refusal(claims, other), at(server) +
                                        "has used up its 'maxmemory' and refuses writes; "
                                        "raise that limit or free memory.");
  settle(claims, page(), Ending::kDone);  // it frees the lease first, so what is under way ends
  EXPECT_EQ(claim(claims, page()), Answer::kSame);
  server.ask({"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_EQ(claim(claims, other), Answer::kNew);
}

TEST_F(RedisFaults, AReplicaIsNamedAsOneUntilItIsPromoted) {
  const RedisServer primary;
  RedisServer replica;
  RedisClaims claims(settings_for(replica.url(), "a"));
  claim(claims, page());
  replica.ask({"REPLICAOF", "127.0.0.1", std::to_string(primary.port())});
  EXPECT_EQ(refusal(claims, page()), at(replica) +
                                         "is a read-only replica; point 'url' at the "
                                         "primary, or wait for the failover.");
  replica.ask({"REPLICAOF", "NO", "ONE"});
  EXPECT_EQ(claim(claims, page()), Answer::kNew);
}

TEST_F(RedisFaults, AReplicaThatLostItsPrimaryIsNamedAsOne) {
  RedisServer primary;
  RedisServer replica({.arguments = {"--replica-serve-stale-data", "no"}});
  RedisClaims claims(settings_for(replica.url(), "a"));
  primary.kill();
  replica.ask({"REPLICAOF", "127.0.0.1", std::to_string(primary.port())});
  EXPECT_EQ(refusal(claims, page()),
            at(replica) +
                "is a replica that has lost its primary; bring the primary back or point "
                "'url' at it.");
}

TEST_F(RedisFaults, AServerThatLoadsIsWaitedFor) {
  RedisServer server;
  server.ask({"DEBUG", "POPULATE", "20000"});
  ASSERT_EQ(server.ask({"SAVE"}), "OK");
  RedisClaims claims(settings_for(server.url(), "a"));
  server.kill();
  // Microseconds a key: two seconds of loading, answering others in between.
  server.add_arguments(
      {"--key-load-delay", "100", "--loading-process-events-interval-bytes", "1024"});
  server.start_loading();
  EXPECT_EQ(refusal(claims, page()),
            at(server) + "is still loading its data from disk; it answers once it has.");
  EXPECT_GT(refusals_until_answered(claims, page()), 0);
}

TEST_F(RedisFaults, CredentialsThatDoNotFitAreNamed) {
  const RedisServer locked({.password = "geheim"});
  const std::string here = "127.0.0.1:" + std::to_string(locked.port());
  RedisClaims none(settings_for("redis://" + here, "a"));
  RedisClaims wrong(settings_for("redis://:falsch@" + here, "a"));
  RedisClaims nobody(settings_for("redis://nobody:geheim@" + here, "a"));
  EXPECT_EQ(refusal(none, page()), at(locked) +
                                       "wants a password; put it into 'url', as in "
                                       "redis://:password@host:6379.");
  const std::string refused =
      at(locked) + "refuses this user name or password (WRONGPASS); correct them in 'url'.";
  EXPECT_EQ(refusal(wrong, page()), refused);
  EXPECT_EQ(refusal(nobody, page()), refused);
  const RedisServer open;
  RedisClaims needless(
      settings_for("redis://:geheim@127.0.0.1:" + std::to_string(open.port()), "a"));
  EXPECT_EQ(refusal(needless, page()),
            at(open) + "has no password set, but 'url' has one; take it out, or set it in Redis.");
}

TEST_F(RedisFaults, APasswordThatComesToFitIsTakenWithoutARestart) {
  const RedisServer server;
  RedisClaims claims(settings_for("redis://:neu@127.0.0.1:" + std::to_string(server.port()), "a"));
  EXPECT_NE(refusal(claims, page()), "none");
  server.ask({"CONFIG", "SET", "requirepass", "neu"});
  EXPECT_EQ(claim(claims, page()), Answer::kNew);
}

TEST_F(RedisFaults, AUserWithTooFewRightsIsToldWhichItNeeds) {
  const RedisServer server;
  server.ask({"ACL", "SETUSER", "weak", "on", ">pw", "~*", "+ping", "+get"});
  server.ask({"ACL", "SETUSER", "fair", "on", ">pw", "~crawl:*", "~page:*", "+@all"});
  const std::string here = "pw@127.0.0.1:" + std::to_string(server.port());
  RedisClaims weak(settings_for("redis://weak:" + here, "a"));
  RedisClaims fair(settings_for("redis://fair:" + here, "a"));
  EXPECT_EQ(refusal(weak, page()),
            at(server) +
                "does not let this user do what de-duplication needs; allow it EVAL, "
                "EVALSHA and the keys under its prefix (ACL SETUSER).");
  EXPECT_EQ(claim(fair, page()), Answer::kNew);
}

TEST_F(RedisFaults, ADatabaseThatIsNotThereIsNamed) {
  const RedisServer server;
  RedisClaims claims(settings_for(server.url(99), "a"));
  EXPECT_EQ(refusal(claims, page()),
            at(server) + "has no database of that number; correct the end of 'url'.");
}

TEST_F(RedisFaults, AKeyOfSomebodyElseIsNamedAndNothingElseIsTouched) {
  const RedisServer server;
  server.ask({"SET", "crawl:crawl:processed", "theirs"});
  RedisClaims claims(settings_for(server.url(), "a"));
  EXPECT_EQ(refusal(claims, page()),
            at(server) +
                "holds something else under one of our keys; set another 'prefix', or "
                "another database in 'url'.");
  EXPECT_EQ(server.ask({"GET", "crawl:crawl:processed"}), "theirs");
}

TEST_F(RedisFaults, AUnixSocketWorksLikeAPort) {
  RedisServer server({.password = "geheim"});
  RedisClaims claims(settings_for(server.socket_url(), "a"));
  EXPECT_EQ(claim(claims, page()), Answer::kNew);
  server.kill();
  const std::string sentence = refusal(claims, page());
  EXPECT_NE(sentence.find("/socket cannot be reached (Connection refused)"), std::string::npos)
      << sentence;
  server.start();
  EXPECT_EQ(claim(claims, page()), Answer::kNew);
}

}  // namespace
}  // namespace redis_dedupe
