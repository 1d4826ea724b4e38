// template-name: lets each page through once per crawl, and unchanged pages not at all. It keeps
// what it knows in memory, so a restart forgets it; put your database behind `Ledger`.
#include <sluice/plugin.hpp>
#include <sluice/schema.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>

namespace {

using Clock = std::chrono::steady_clock;
using Digest = std::array<uint8_t, 32>;

constexpr auto kSettings = sluice::object(sluice::duration("lease").otherwise("10m").describe(
    "How long a claimed page is kept from others when nobody settles it."));

// Which pages are being done, and which are. Any thread.
class Ledger {
 public:
  uint8_t claim(const sluice_key& key, std::chrono::milliseconds lease) {
    const std::string id(sluice::to_cpp(key.id));
    const std::string crawl(sluice::to_cpp(key.scope));
    const std::scoped_lock lock(mutex_);
    if (!crawl.empty() && done_.count({crawl, id}) > 0) return SLUICE_KEY_SAME;
    const auto lent = leases_.find(id);
    if (lent != leases_.end() && Clock::now() < lent->second) return SLUICE_KEY_BUSY;
    const auto before = digests_.find(id);
    if (before != digests_.end() && before->second == digest_of(key)) return SLUICE_KEY_UNCHANGED;
    leases_[id] = Clock::now() + lease;
    return before == digests_.end() ? SLUICE_KEY_NEW : SLUICE_KEY_CHANGED;
  }
  void settle(const sluice_key& key, bool is_done) {
    const std::string id(sluice::to_cpp(key.id));
    const std::scoped_lock lock(mutex_);
    leases_.erase(id);
    digests_.erase(id);  // given up, it may be there in parts
    if (!is_done) return;
    done_.insert({std::string(sluice::to_cpp(key.scope)), id});
    digests_[id] = digest_of(key);
  }

 private:
  static Digest digest_of(const sluice_key& key) {
    Digest digest{};
    std::copy(std::begin(key.digest), std::end(key.digest), digest.begin());
    return digest;
  }

  std::mutex mutex_;                                    // guards all below
  std::set<std::pair<std::string, std::string>> done_;  // crawl and document
  std::map<std::string, Digest> digests_;               // of what was done last
  std::map<std::string, Clock::time_point> leases_;     // until when
};

// Claims and settlements come from several workers at once.
class TemplateName final : public sluice::Component, public sluice::Dedupe {
 public:
  sluice::Status configure(sluice::Config config) override {
    lease_ = std::chrono::milliseconds(config.integer("/lease"));
    if (lease_.count() <= 0)
      return sluice::Status::config("/lease", "must be longer than nothing, 10m for example");
    return {};
  }

  sluice::Status claim(std::span<const sluice_key> keys, std::chrono::milliseconds lease,
                       std::span<uint8_t> answers) override {
    for (std::size_t i = 0; i < keys.size(); ++i)
      answers[i] = ledger_.claim(keys[i], lease.count() > 0 ? lease : lease_);
    return {};
  }

  // SLUICE_OK and SLUICE_DROPPED: it is done. Anything else gives the lease back and forgets.
  sluice::Status settle(std::span<const sluice_key> keys, sluice_status verdict) override {
    for (const sluice_key& key : keys)
      ledger_.settle(key, verdict == SLUICE_OK || verdict == SLUICE_DROPPED);
    return {};
  }

 private:
  std::chrono::milliseconds lease_{};
  Ledger ledger_;
};

constexpr sluice_descriptor kTemplateName =
    sluice::component<TemplateName>({.id = "org.example.template-name",
                                     .version = "0.1.0",
                                     .summary = "Each page once, remembered in memory",
                                     .config_schema = kSettings.c_str(),
                                     .license = "MIT"});

}  // namespace

SLUICE_PLUGIN("org.example.template-name", &kTemplateName)
