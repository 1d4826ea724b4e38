// ClaimStore against a model in plain maps: random calls of two hosts, restarts, and a clock that
// also goes back. The seed is in the failure message.
#include "claim_store.hpp"

#include "scratch_folder.hpp"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace local_dedupe {
namespace {

using Name = std::pair<std::string, std::string>;  // scope and id

constexpr Milliseconds kTtl{1000};
constexpr Milliseconds kLease{400};
constexpr Milliseconds kRemember{5000};

// The rules once more, without a file. Small enough to see that they are right.
class Model {
 public:
  std::vector<Answer> claim(const std::string& owner, const std::vector<Key>& keys,
                            Milliseconds now) {
    std::vector<Answer> answers;
    std::set<std::string> leased;
    for (const Key& key : keys) {
      const Name name{std::string(key.scope), std::string(key.id)};
      const Answer answer =
          leased.contains(name.second) ? Answer::kBusy : claim_one(owner, key, name, now);
      if (answer == Answer::kNew || answer == Answer::kChanged) leased.insert(name.second);
      answers.push_back(answer);
    }
    sweep(now);
    return answers;
  }

  void settle(const std::string& owner, const std::vector<Key>& keys, Ending ending,
              Milliseconds now) {
    for (const Key& key : keys) {
      const Name name{std::string(key.scope), std::string(key.id)};
      give_back(owner, name.second);
      if (ending == Ending::kGivenUp) {
        pages_.erase(name.second);
        continue;
      }
      if (Scope* scope = use(name.first, now)) scope->done.insert(name.second);
      if (key.is_deletion()) {
        pages_.erase(name.second);
      } else {
        pages_[name.second] = {key.digest, now + kRemember};
      }
    }
    sweep(now);
  }

 private:
  struct Scope {
    Milliseconds expires{};
    std::set<std::string> done;
  };
  struct Lease {
    std::string owner;
    Milliseconds expires{};
  };
  struct Page {
    Digest digest{};
    Milliseconds expires{};
  };

  Scope* use(const std::string& name, Milliseconds now) {
    if (name.empty()) return nullptr;
    Scope& scope = scopes_[name];
    if (scope.expires <= now) scope.done.clear();
    scope.expires = now + kTtl;
    return &scope;
  }

  Answer claim_one(const std::string& owner, const Key& key, const Name& name, Milliseconds now) {
    Scope* scope = use(name.first, now);
    if (scope != nullptr && scope->done.contains(name.second)) return Answer::kSame;
    if (const auto lease = leases_.find(name.second);
        lease != leases_.end() && lease->second.owner != owner && lease->second.expires > now) {
      lease->second.expires = std::min(lease->second.expires, now + kLease);
      return Answer::kBusy;
    }
    const auto page = pages_.find(name.second);
    const bool is_known = page != pages_.end() && page->second.expires > now;
    if (is_known && page->second.digest == key.digest && !key.is_deletion()) {
      if (scope != nullptr) scope->done.insert(name.second);
      give_back(owner, name.second);
      page->second.expires = now + kRemember;
      return Answer::kUnchanged;
    }
    leases_[name.second] = {owner, now + kLease};
    if (is_known) pages_.erase(page);
    return is_known ? Answer::kChanged : Answer::kNew;
  }

  void give_back(const std::string& owner, const std::string& id) {
    const auto lease = leases_.find(id);
    if (lease != leases_.end() && lease->second.owner == owner) leases_.erase(lease);
  }

  void sweep(Milliseconds now) {
    const auto is_over = [&](const auto& item) { return item.second.expires <= now; };
    std::erase_if(scopes_, is_over);
    std::erase_if(leases_, is_over);
    std::erase_if(pages_, is_over);
  }

  std::map<std::string, Scope> scopes_;
  std::map<std::string, Lease> leases_;
  std::map<std::string, Page> pages_;
};

// One life of the store: opened, used, and looked at beside the model.
class Life {
 public:
  explicit Life(unsigned seed) : random_(seed) {
    for (std::size_t host = 0; host < hosts_.size(); ++host) open(host);
  }

  void step() {
    const std::size_t host = pick(2);
    const std::string owner = owner_of(host);
    const std::size_t kind = pick(20);
    if (kind == 0) return open(host);
    if (kind == 1) return turn_clock(-Milliseconds(static_cast<long>(pick(3000))));
    if (kind < 5) return turn_clock(Milliseconds(static_cast<long>(pick(700))));
    const std::vector<Key> keys = some_keys();
    if (kind < 14) {
      std::vector<Answer> answers(keys.size());
      const auto failure = hosts_[host]->claim(keys, {}, answers);
      ASSERT_FALSE(failure) << failure->sentence;
      ASSERT_EQ(answers, model_.claim(owner, keys, now_));
    } else {
      const Ending ending = pick(3) == 0 ? Ending::kGivenUp : Ending::kDone;
      const auto failure = hosts_[host]->settle(keys, ending);
      ASSERT_FALSE(failure) << failure->sentence;
      model_.settle(owner, keys, ending, now_);
    }
  }

 private:
  std::size_t pick(std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_);
  }
  static std::string owner_of(std::size_t host) { return host == 0 ? "a" : "b"; }
  void turn_clock(Milliseconds by) { now_ += by; }
  void open(std::size_t host) {
    hosts_[host].reset();
    hosts_[host] = std::make_unique<ClaimStore>(Settings{.file = scratch_ / "claims.sqlite",
                                                         .owner = owner_of(host),
                                                         .ttl = kTtl,
                                                         .lease = kLease,
                                                         .remember = kRemember},
                                                [this] { return now_; });
  }
  std::vector<Key> some_keys() {
    static constexpr std::array<const char*, 4> kScopes = {"", "one", "two", "three"};
    static constexpr std::array<const char*, 6> kIds = {"p", "q", "r", "s", "t", "u"};
    std::vector<Key> keys(1 + pick(5));
    for (Key& key : keys) {
      key.scope = kScopes[pick(kScopes.size())];
      key.id = kIds[pick(kIds.size())];
      key.digest.fill(static_cast<std::uint8_t>(pick(3)));
    }
    return keys;
  }

  std::mt19937 random_;
  ScratchFolder scratch_;
  Milliseconds now_ = std::chrono::hours(500'000);
  Model model_;
  std::array<std::unique_ptr<ClaimStore>, 2> hosts_;
};

TEST(ClaimModel, StoreAndModelAlwaysAgree) {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Life life(seed);
    for (int i = 0; i < 500; ++i) {
      life.step();
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace local_dedupe
