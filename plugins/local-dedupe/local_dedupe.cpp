// local-dedupe: the sluice.dedupe/1 role over a ClaimStore in this instance's data folder.
#include "claim_store.hpp"
#include "common/settings/refusals.hpp"

#include <sluice/plugin.hpp>
#include <sluice/schema.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace local_dedupe {
namespace {

constexpr const char* kFileName = "claims.sqlite";
constexpr const char* kOwnerless = "local-dedupe";  // on a host without sluice.data/1

constexpr auto kSchema = sluice::object(
    sluice::duration("ttl").otherwise("1h").describe(
        "How long the done pages of a crawl are kept after the crawl was last heard of."),
    sluice::duration("lease").otherwise("10m").describe(
        "How long a claimed page is kept from other hosts."),
    sluice::duration("remember")
        .otherwise("30d")
        .describe("How long the content digest of a page is kept after it was last seen."),
    sluice::text("path").describe(
        "The database file; claims.sqlite in the data folder of the stage when it is not set."));

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

sluice::Status status_of(const std::optional<Failure>& failure) {
  return failure ? sluice::Status::retry(failure->sentence) : sluice::Status{};
}

// Claim and settle come from several workers at once; the store is made in start and let go in
// stop, which the host never runs together with them.
class LocalDedupe final : public sluice::Component, public sluice::Dedupe {
 public:
  sluice::Status configure(sluice::Config config) override {
    settings_.ttl = config.duration("/ttl");
    settings_.lease = config.duration("/lease");
    settings_.remember = config.duration("/remember");
    settings_.file = std::filesystem::path(config.text("/path"));
    plugin_common::Refusals refusals;
    for (const auto& [pointer, value] :
         {std::pair{"/ttl", settings_.ttl}, std::pair{"/lease", settings_.lease},
          std::pair{"/remember", settings_.remember}}) {
      if (value.count() <= 0) refusals.add(pointer, "must be longer than nothing, 10m for example");
    }
    return refusals.status();
  }

  sluice::Status start() override {
    settings_.owner = host().owner().empty() ? kOwnerless : host().owner();
    if (settings_.file.empty()) {
      std::string folder;
      if (sluice::Status made = host().data_folder(folder); !made) return made;
      settings_.file = std::filesystem::path(folder) / kFileName;
    }
    try {
      store_ = std::make_unique<ClaimStore>(settings_);
    } catch (const std::runtime_error& error) {
      return {SLUICE_E_CONFIG, error.what()};
    }
    return {};
  }

  void stop() override { store_.reset(); }

  sluice::Status claim(std::span<const sluice_key> keys, std::chrono::milliseconds lease,
                       std::span<uint8_t> answers) override {
    std::vector<Answer> given(keys.size());
    const auto failure = store_->claim(keys_of(keys), lease, given);
    if (!failure) {
      std::transform(given.begin(), given.end(), answers.begin(),
                     [](Answer answer) { return static_cast<uint8_t>(answer); });
    }
    return status_of(failure);
  }

  sluice::Status settle(std::span<const sluice_key> keys, sluice_status verdict) override {
    const bool is_done = verdict == SLUICE_OK || verdict == SLUICE_DROPPED;
    return status_of(store_->settle(keys_of(keys), is_done ? Ending::kDone : Ending::kGivenUp));
  }

 private:
  Settings settings_;
  std::unique_ptr<ClaimStore> store_;
};

constexpr sluice_descriptor kLocalDedupe = sluice::component<LocalDedupe>(
    {.id = "sluice.local-dedupe",
     .version = "0.1.0",
     .summary = "Each page once per crawl, unchanged pages not at all, in an embedded database",
     .config_schema = kSchema.c_str(),
     .vendor = "Sluice",
     .license = "MIT"});

}  // namespace
}  // namespace local_dedupe

SLUICE_PLUGIN("sluice.local-dedupe", &local_dedupe::kLocalDedupe)
