// redis-dedupe: the sluice.dedupe/1 role over RedisClaims, and what becomes of pages while Redis is
// away.
#include "common/outage/host_log.hpp"
#include "common/settings/refusals.hpp"
#include "redis_claims.hpp"

#include <sluice/plugin.hpp>
#include <sluice/schema.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace redis_dedupe {
namespace {

using plugin_common::Outage;

constexpr const char* kOwnerless = "sluice";  // on a host without sluice.data/1

// What only a person can mend is not asked about as often as a server that restarts.
constexpr std::chrono::seconds kAskAgain{10};

constexpr auto kSchema = sluice::object(
    sluice::text("url")
        .required()
        .with("examples", R"(["redis://localhost:6379"])")
        .describe("Where Redis is: redis://[user:password@]host[:port][/database], or "
                  "unix:///path[?db=database]."),
    sluice::duration("ttl").otherwise("1h").describe(
        "How long the done pages of a crawl are kept after the crawl was last heard of."),
    sluice::duration("lease").otherwise("10m").describe(
        "How long a claimed page is kept from other hosts."),
    sluice::duration("remember")
        .otherwise("30d")
        .describe("How long the content digest of a page is kept after it was last seen."),
    sluice::text("prefix").otherwise("").describe("Put in front of every key."),
    sluice::boolean("hash_tags")
        .otherwise(false)
        .describe("Puts braces around the crawl's id, so that its keys lie in one slot."),
    sluice::choice("on_outage", R"(["hold","process"])")
        .otherwise("hold")
        .describe("While Redis is away: hold the pages in the journal, or process them all."));

static_assert(static_cast<int>(Answer::kNew) == SLUICE_KEY_NEW);
static_assert(static_cast<int>(Answer::kChanged) == SLUICE_KEY_CHANGED);
static_assert(static_cast<int>(Answer::kSame) == SLUICE_KEY_SAME);
static_assert(static_cast<int>(Answer::kBusy) == SLUICE_KEY_BUSY);
static_assert(static_cast<int>(Answer::kUnchanged) == SLUICE_KEY_UNCHANGED);

std::vector<Key> keys_of(std::span<const sluice_key> keys) {
  std::vector<Key> out;
  out.reserve(keys.size());
  for (const sluice_key& key : keys) {
    out.push_back({.scope = sluice::to_cpp(key.scope), .id = sluice::to_cpp(key.id)});
    std::copy(std::begin(key.digest), std::end(key.digest), out.back().digest.begin());
  }
  return out;
}

Outage::Cure cure_of(const Failure& failure) {
  return failure.kind == Failure::Kind::kMisfit ? Outage::Cure::kPerson : Outage::Cure::kTime;
}

sluice::Status status_of(const Failure& failure) {
  if (failure.kind == Failure::Kind::kMisfit)
    return sluice::Status::retry(failure.sentence, kAskAgain);
  return sluice::Status::retry(failure.sentence);
}

// Claim and settle come from several workers at once; the claims are made in start and let go in
// stop, which the host never runs together with them.
class RedisDedupe final : public sluice::Component, public sluice::Dedupe {
 public:
  sluice::Status configure(sluice::Config config) override {
    plugin_common::Refusals refusals;
    auto address = parse_url(config.text("/url"));
    if (const auto* wrong = std::get_if<std::string>(&address)) {
      refusals.add("/url", *wrong);
    } else {
      settings_.address = std::get<Address>(std::move(address));
    }
    settings_.ttl = config.duration("/ttl");
    settings_.lease = config.duration("/lease");
    settings_.remember = config.duration("/remember");
    settings_.prefix = config.text("/prefix");
    settings_.has_hash_tags = config.boolean("/hash_tags");
    goes_on_without_ = config.text("/on_outage") == "process";
    for (const auto& [pointer, value] :
         {std::pair{"/ttl", settings_.ttl}, std::pair{"/lease", settings_.lease},
          std::pair{"/remember", settings_.remember}}) {
      if (value.count() <= 0) refusals.add(pointer, "must be longer than nothing, 10m for example");
    }
    return refusals.status();
  }

  // A Redis that is away now may come later.
  sluice::Status start() override {
    settings_.owner = host().owner().empty() ? kOwnerless : host().owner();
    claims_ = std::make_unique<RedisClaims>(settings_);
    outage_ = std::make_unique<Outage>("Redis", plugin_common::log_of(host()),
                                       plugin_common::tell_of(host()));
    auto facts = claims_->look();
    if (const auto* failure = std::get_if<Failure>(&facts)) {
      outage_->failed(failure->sentence, cure_of(*failure));
    } else {
      greet(std::get<ServerFacts>(facts));
    }
    return {};
  }

  void stop() override { claims_.reset(); }

  sluice::Status probe() override {
    RedisClaims claims(settings_);
    auto facts = claims.look();
    if (const auto* failure = std::get_if<Failure>(&facts))
      return {SLUICE_E_RETRY, failure->sentence};
    const auto& seen = std::get<ServerFacts>(facts);
    return {SLUICE_OK, "Redis " + seen.version + ", " + seen.role};
  }

  sluice::Status claim(std::span<const sluice_key> keys, std::chrono::milliseconds lease,
                       std::span<uint8_t> answers) override {
    std::vector<Answer> given(keys.size(), Answer::kNew);
    const auto outcome = attempt([&] { return claims_->claim(keys_of(keys), lease, given); });
    if (outcome && !goes_on_without_) return status_of(*outcome);
    if (outcome) given.assign(keys.size(), Answer::kNew);
    std::transform(given.begin(), given.end(), answers.begin(),
                   [](Answer answer) { return static_cast<uint8_t>(answer); });
    return {};
  }

  sluice::Status settle(std::span<const sluice_key> keys, sluice_status verdict) override {
    const bool is_done = verdict == SLUICE_OK || verdict == SLUICE_DROPPED;
    const Ending ending = is_done ? Ending::kDone : Ending::kGivenUp;
    const auto outcome = attempt([&] { return claims_->settle(keys_of(keys), ending); });
    if (outcome && !goes_on_without_) return status_of(*outcome);
    return {};
  }

 private:
  // Asks Redis. Where pages go on without it, they do not each wait for it to fail once more.
  template <class F>
  std::optional<Failure> attempt(F&& ask) {
    if (goes_on_without_ && outage_->is_fresh()) return Failure{};
    auto failure = std::forward<F>(ask)();
    if (failure) {
      outage_->failed(failure->sentence, cure_of(*failure));
    } else {
      outage_->succeeded();
    }
    return failure;
  }

  void greet(const ServerFacts& facts) const {
    host().log(SLUICE_LOG_INFO, "Redis answers",
               {{sluice::to_c("at"), sluice::text_value(settings_.address.label())},
                {sluice::to_c("version"), sluice::text_value(facts.version)},
                {sluice::to_c("role"), sluice::text_value(facts.role)},
                {sluice::to_c("latency_ms"), sluice::integer_value(facts.latency.count())}});
    const std::string& policy = facts.eviction_policy;
    if (!policy.empty() && policy != "noeviction") {
      host().log(
          SLUICE_LOG_WARN,
          "Redis forgets keys when its memory is full, and so pages would be processed again; "
          "set its 'maxmemory-policy' to noeviction",
          {{sluice::to_c("maxmemory_policy"), sluice::text_value(policy)}});
    }
  }

  Settings settings_;
  bool goes_on_without_ = false;
  std::unique_ptr<RedisClaims> claims_;
  std::unique_ptr<Outage> outage_;
};

constexpr sluice_descriptor kRedisDedupe = sluice::component<RedisDedupe>(
    {.id = "sluice.redis-dedupe",
     .version = "0.1.0",
     .summary = "Each page once per crawl, unchanged pages not at all, shared by hosts in a Redis",
     .config_schema = kSchema.c_str(),
     .vendor = "Sluice",
     .license = "MIT"});

}  // namespace
}  // namespace redis_dedupe

SLUICE_PLUGIN("sluice.redis-dedupe", &redis_dedupe::kRedisDedupe)
