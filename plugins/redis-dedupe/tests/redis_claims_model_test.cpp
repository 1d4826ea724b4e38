// RedisClaims against a model in plain maps: random batches of two hosts, and leases and digests
// that end at random. The seed is in the failure message.
#include "redis_claims.hpp"

#include "hash.hpp"
#include "two_hosts.hpp"

#include <array>
#include <map>
#include <random>
#include <set>
#include <vector>

namespace redis_dedupe {
namespace {

using Name = std::pair<std::string, std::string>;  // scope and id

// The rules once more, without a Redis. Small enough to see that they are right.
class Model {
 public:
  std::vector<Answer> claim(const std::string& owner, const std::vector<Key>& keys) {
    std::vector<Answer> answers;
    std::set<std::string> leased;
    for (const Key& key : keys) {
      const Name name{std::string(key.scope), std::string(key.id)};
      const Answer answer =
          leased.contains(name.second) ? Answer::kBusy : claim_one(owner, key, name);
      if (answer == Answer::kNew || answer == Answer::kChanged) leased.insert(name.second);
      answers.push_back(answer);
    }
    return answers;
  }

  void settle(const std::string& owner, const std::vector<Key>& keys, Ending ending) {
    for (const Key& key : keys) {
      const Name name{std::string(key.scope), std::string(key.id)};
      give_back(owner, name.second);
      if (ending == Ending::kGivenUp) {
        pages_.erase(name.second);
        continue;
      }
      if (!name.first.empty()) done_.insert(name);
      if (key.is_deletion()) {
        pages_.erase(name.second);
      } else {
        pages_[name.second] = key.digest;
      }
    }
  }

  void end_lease(const std::string& id) { leases_.erase(id); }
  void end_page(const std::string& id) { pages_.erase(id); }
  void end_scope(const std::string& scope) {
    std::erase_if(done_, [&](const Name& name) { return name.first == scope; });
  }

 private:
  Answer claim_one(const std::string& owner, const Key& key, const Name& name) {
    if (done_.contains(name)) return Answer::kSame;
    const auto lease = leases_.find(name.second);
    if (lease != leases_.end() && lease->second != owner) return Answer::kBusy;
    const auto known = pages_.find(name.second);
    if (known != pages_.end() && known->second == key.digest && !key.is_deletion()) {
      if (!name.first.empty()) done_.insert(name);
      give_back(owner, name.second);
      return Answer::kUnchanged;
    }
    leases_[name.second] = owner;
    return pages_.erase(name.second) == 0 ? Answer::kNew : Answer::kChanged;
  }

  void give_back(const std::string& owner, const std::string& id) {
    const auto lease = leases_.find(id);
    if (lease != leases_.end() && lease->second == owner) leases_.erase(lease);
  }

  std::set<Name> done_;
  std::map<std::string, std::string> leases_;  // by document
  std::map<std::string, Digest> pages_;
};

constexpr std::array<const char*, 4> kScopes = {"", "one", "two", "three"};
constexpr std::array<const char*, 6> kIds = {"p", "q", "r", "s", "t", "u"};

// One life of a Redis: used, and looked at beside the model.
class Life {
 public:
  explicit Life(unsigned seed, const sluice::fakes::RedisServer& server)
      : random_(seed), server_(server) {
    server.ask({"FLUSHALL"});
    for (const char* owner : {"a", "b"})
      hosts_.push_back(std::make_unique<RedisClaims>(settings_for(server.url(), owner)));
  }

  void step() {
    const std::size_t kind = pick(20);
    if (kind < 3) return end_something();
    const std::size_t host = pick(2);
    const std::string owner = host == 0 ? "a" : "b";
    const std::vector<Key> keys = some_keys();
    if (kind < 13) {
      std::vector<Answer> answers(keys.size());
      const auto failure = hosts_[host]->claim(keys, {}, answers);
      ASSERT_FALSE(failure) << failure->sentence;
      ASSERT_EQ(answers, model_.claim(owner, keys));
    } else {
      const Ending ending = pick(3) == 0 ? Ending::kGivenUp : Ending::kDone;
      const auto failure = hosts_[host]->settle(keys, ending);
      ASSERT_FALSE(failure) << failure->sentence;
      model_.settle(owner, keys, ending);
    }
  }

 private:
  std::size_t pick(std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_);
  }
  // What time does, at once.
  void end_something() {
    const std::string scope = kScopes[pick(kScopes.size())];
    const std::string id = kIds[pick(kIds.size())];
    switch (pick(3)) {
      case 0:
        server_.ask({"DEL", "page:" + sha256_hex(id) + ":lease"});
        return model_.end_lease(id);
      case 1:
        server_.ask({"DEL", "page:" + sha256_hex(id)});
        return model_.end_page(id);
      default:
        server_.ask({"DEL", "crawl:" + scope + ":processed"});
        return model_.end_scope(scope);
    }
  }
  std::vector<Key> some_keys() {
    std::vector<Key> keys(1 + pick(5));
    for (Key& key : keys) {
      key.scope = kScopes[pick(kScopes.size())];
      key.id = kIds[pick(kIds.size())];
      key.digest.fill(static_cast<std::uint8_t>(pick(3)));
    }
    return keys;
  }

  std::mt19937 random_;
  const sluice::fakes::RedisServer& server_;
  Model model_;
  std::vector<std::unique_ptr<RedisClaims>> hosts_;
};

TEST(RedisClaimsModel, RedisAndModelAlwaysAgree) {
  const sluice::fakes::RedisServer server;
  for (unsigned seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Life life(seed, server);
    for (int i = 0; i < 500; ++i) {
      life.step();
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace redis_dedupe
