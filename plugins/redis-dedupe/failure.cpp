#include "failure.hpp"

#include "address.hpp"

#include <algorithm>
#include <array>

namespace redis_dedupe {
namespace {

// An answer that we have no words for is shown, as far as a log line bears.
constexpr std::size_t kMostShown = 160;

struct Meaning {
  std::string_view start;  // of the answer
  Failure::Kind kind;
  std::string_view words;  // after "Redis at <place> "
};

constexpr auto kNotNow = Failure::Kind::kNotNow;
constexpr auto kMisfit = Failure::Kind::kMisfit;

constexpr std::array kMeanings = {
    Meaning{"LOADING", kNotNow, "is still loading its data from disk; it answers once it has."},
    Meaning{"BUSY", kNotNow,
            "is busy with a script of somebody's that has run too long; end it with SCRIPT KILL."},
    Meaning{"OOM", kNotNow,
            "has used up its 'maxmemory' and refuses writes; raise that limit or free memory."},
    Meaning{"READONLY", kNotNow,
            "is a read-only replica; point 'url' at the primary, or wait for the failover."},
    Meaning{"MASTERDOWN", kNotNow,
            "is a replica that has lost its primary; bring the primary back or point 'url' at it."},
    Meaning{"MISCONF", kNotNow,
            "cannot save to its disk and refuses writes; see its log, and make room on its disk."},
    Meaning{"NOREPLICAS", kNotNow,
            "has fewer replicas than 'min-replicas-to-write' asks for; bring the replicas back."},
    Meaning{"CLUSTERDOWN", kNotNow,
            "is in a cluster that is not complete; bring its missing nodes back."},
    Meaning{"TRYAGAIN", kNotNow, "is moving these keys to another node; it answers once it has."},
    Meaning{"ERR max number of clients", kNotNow,
            "has no room for another client; raise its 'maxclients' or close other clients."},
    Meaning{"NOAUTH", kMisfit,
            "wants a password; put it into 'url', as in redis://:password@host:6379."},
    // What it says instead when the batch is large.
    Meaning{"ERR Protocol error: unauthenticated", kMisfit,
            "wants a password; put it into 'url', as in redis://:password@host:6379."},
    Meaning{"WRONGPASS", kMisfit,
            "refuses this user name or password (WRONGPASS); correct them in 'url'."},
    Meaning{"ERR invalid password", kMisfit, "refuses this password; correct it in 'url'."},
    Meaning{"ERR AUTH <password> called without any password", kMisfit,
            "has no password set, but 'url' has one; take it out, or set it in Redis."},
    Meaning{"ERR Client sent AUTH, but no password is set", kMisfit,
            "has no password set, but 'url' has one; take it out, or set it in Redis."},
    Meaning{"NOPERM", kMisfit,
            "does not let this user do what de-duplication needs; allow it EVAL, EVALSHA and the "
            "keys under its prefix (ACL SETUSER)."},
    Meaning{"WRONGTYPE", kMisfit,
            "holds something else under one of our keys; set another 'prefix', or another database "
            "in 'url'."},
    Meaning{"ERR DB index is out of range", kMisfit,
            "has no database of that number; correct the end of 'url'."},
    Meaning{"ERR SELECT is not allowed in cluster mode", kMisfit,
            "is a cluster, which has database 0 only; correct the end of 'url'."},
    Meaning{
        "MOVED", kMisfit,
        "is one node of a cluster, and keys of one batch lie on others; use a Redis that is not "
        "a cluster."},
    Meaning{
        "ASK", kMisfit,
        "is one node of a cluster, and keys of one batch lie on others; use a Redis that is not "
        "a cluster."},
    Meaning{"CROSSSLOT", kMisfit,
            "is a cluster, and the keys of one batch lie in several of its slots; use a Redis that "
            "is not "
            "a cluster."},
    Meaning{"NOSCRIPT", Failure::Kind::kNoScript, "does not know our script yet."},
};

std::string redis_at(const Address& address) { return "Redis at " + address.label() + " "; }

// Before 7.0 what a script ran into is inside the error of the script, after "-".
std::string_view inner_error(std::string_view text) {
  constexpr std::string_view kWrapped = "ERR Error running script";
  constexpr std::string_view kInner = ": -";
  if (!text.starts_with(kWrapped)) return text;
  const std::size_t at = text.find(kInner);
  return at == std::string_view::npos ? text : text.substr(at + kInner.size());
}

}  // namespace

Failure failure_of_answer(const Address& address, std::string_view text) {
  text = inner_error(text);
  Failure failure{
      .kind = kNotNow, .code = std::string(text.substr(0, text.find(' '))), .sentence = {}};
  const auto known = std::find_if(kMeanings.begin(), kMeanings.end(), [&](const Meaning& meaning) {
    return text.starts_with(meaning.start);
  });
  if (known != kMeanings.end()) {
    failure.kind = known->kind;
    failure.sentence = redis_at(address) + std::string(known->words);
  } else {
    failure.sentence = redis_at(address) + "answers with the error '" +
                       std::string(text.substr(0, kMostShown)) + "'; see the log of Redis.";
  }
  return failure;
}

Failure unreachable(const Address& address, std::string_view why) {
  return {.kind = Failure::Kind::kUnreachable,
          .code = {},
          .sentence = redis_at(address) + "cannot be reached (" + std::string(why) +
                      "); check that it runs and that 'url' is right."};
}

Failure cut_off(const Address& address, std::string_view why) {
  return {.kind = Failure::Kind::kUnreachable,
          .code = {},
          .sentence = redis_at(address) + "ended the connection before it answered (" +
                      std::string(why) + "); check that it runs."};
}

Failure too_slow(const Address& address, std::chrono::milliseconds patience) {
  return {.kind = Failure::Kind::kSlow,
          .code = {},
          .sentence = redis_at(address) + "did not answer within " +
                      std::to_string(patience.count()) +
                      " ms; see its SLOWLOG and the load of its machine."};
}

}  // namespace redis_dedupe
