// What operators read when Redis says no.
#include "failure.hpp"

#include "address.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace redis_dedupe {
namespace {

const Address kAddress;  // localhost:6379

struct Case {
  std::string answer;
  Failure::Kind kind;
  std::string sentence;
};

TEST(FailureOfAnswer, SaysWhatToDo) {
  const std::vector<Case> cases = {
      {"LOADING Redis is loading the dataset in memory", Failure::Kind::kNotNow,
       "is still loading its data from disk; it answers once it has."},
      {"BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
       Failure::Kind::kNotNow,
       "is busy with a script of somebody's that has run too long; end it with SCRIPT KILL."},
      {"OOM command not allowed when used memory > 'maxmemory'.", Failure::Kind::kNotNow,
       "has used up its 'maxmemory' and refuses writes; raise that limit or free memory."},
      {"READONLY You can't write against a read only replica.", Failure::Kind::kNotNow,
       "is a read-only replica; point 'url' at the primary, or wait for the failover."},
      {"MASTERDOWN Link with MASTER is down", Failure::Kind::kNotNow,
       "is a replica that has lost its primary; bring the primary back or point 'url' at it."},
      {"MISCONF Redis is configured to save RDB snapshots", Failure::Kind::kNotNow,
       "cannot save to its disk and refuses writes; see its log, and make room on its disk."},
      {"NOREPLICAS Not enough good replicas to write.", Failure::Kind::kNotNow,
       "has fewer replicas than 'min-replicas-to-write' asks for; bring the replicas back."},
      {"CLUSTERDOWN Hash slot not served", Failure::Kind::kNotNow,
       "is in a cluster that is not complete; bring its missing nodes back."},
      {"ERR max number of clients reached", Failure::Kind::kNotNow,
       "has no room for another client; raise its 'maxclients' or close other clients."},
      {"NOAUTH Authentication required.", Failure::Kind::kMisfit,
       "wants a password; put it into 'url', as in redis://:password@host:6379."},
      {"WRONGPASS invalid username-password pair or user is disabled.", Failure::Kind::kMisfit,
       "refuses this user name or password (WRONGPASS); correct them in 'url'."},
      {"ERR AUTH <password> called without any password configured for the default user.",
       Failure::Kind::kMisfit,
       "has no password set, but 'url' has one; take it out, or set it in Redis."},
      {"NOPERM this user has no permissions to run the 'evalsha' command", Failure::Kind::kMisfit,
       "does not let this user do what de-duplication needs; allow it EVAL, EVALSHA and the keys "
       "under its prefix (ACL SETUSER)."},
      {"WRONGTYPE Operation against a key holding the wrong kind of value script: x",
       Failure::Kind::kMisfit,
       "holds something else under one of our keys; set another 'prefix', or another database in "
       "'url'."},
      {"ERR DB index is out of range", Failure::Kind::kMisfit,
       "has no database of that number; correct the end of 'url'."},
      {"MOVED 3999 127.0.0.1:6381", Failure::Kind::kMisfit,
       "is one node of a cluster, and keys of one batch lie on others; use a Redis that is not a "
       "cluster."},
      {"CROSSSLOT Keys in request don't hash to the same slot", Failure::Kind::kMisfit,
       "is a cluster, and the keys of one batch lie in several of its slots; use a Redis that is "
       "not a cluster."},
      {"NOSCRIPT No matching script.", Failure::Kind::kNoScript, "does not know our script yet."},
      {"ERR something new", Failure::Kind::kNotNow,
       "answers with the error 'ERR something new'; see the log of Redis."},
  };
  for (const Case& one : cases) {
    const Failure failure = failure_of_answer(kAddress, one.answer);
    EXPECT_EQ(failure.sentence, "Redis at localhost:6379 " + one.sentence);
    EXPECT_EQ(failure.kind, one.kind) << one.answer;
  }
}

TEST(FailureOfAnswer, LooksInsideTheErrorsOfOldScripts) {
  const Failure failure = failure_of_answer(
      kAddress,
      "ERR Error running script (call to f_1): @user_script:12: @user_script: 12: -OOM command not "
      "allowed");
  EXPECT_EQ(failure.code, "OOM");
}

TEST(FailureOfAnswer, ShowsLittleOfAnEndlessText) {
  EXPECT_LT(failure_of_answer(kAddress, "ERR " + std::string(100'000, 'x')).sentence.size(), 300U);
}

TEST(Failures, OnTheWayNameThePlaceAndWhatToDo) {
  EXPECT_EQ(
      unreachable(kAddress, "Connection refused").sentence,
      "Redis at localhost:6379 cannot be reached (Connection refused); check that it runs and "
      "that 'url' is right.");
  EXPECT_EQ(cut_off(kAddress, "Server closed the connection").sentence,
            "Redis at localhost:6379 ended the connection before it answered (Server closed the "
            "connection); check that it runs.");
  EXPECT_EQ(
      too_slow(kAddress, std::chrono::milliseconds(5000)).sentence,
      "Redis at localhost:6379 did not answer within 5000 ms; see its SLOWLOG and the load of "
      "its machine.");
}

}  // namespace
}  // namespace redis_dedupe
