// RedisClaims: who works on which page, which pages a crawl has done, and what each page last said,
// in a Redis that several hosts share.
#pragma once

#include "address.hpp"
#include "failure.hpp"
#include "pool.hpp"
#include "scripts.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace redis_dedupe {

using Milliseconds = std::chrono::milliseconds;

// What a claim answers. The numbers are those of SLUICE_KEY_* and of claim.lua.
enum class Answer : std::uint8_t {
  kNew = 0,       // never seen: go on
  kChanged = 1,   // done in another scope with another digest: replace
  kSame = 2,      // done in this scope, whatever the digest: leave out
  kBusy = 3,      // another owner works on the document, in any scope: try later
  kUnchanged = 4  // done in another scope with this digest: leave out
};

// How the work on a claimed page ended.
enum class Ending : std::uint8_t {
  kDone,    // durable, or left out on purpose: remember it
  kGivenUp  // not done, or in parts: give the lease back, and know no text of it
};

using Digest = std::array<std::uint8_t, 32>;

// A view: lives as long as the call it is passed to.
struct Key {
  std::string_view scope;  // the crawl; empty for none, and then only digests count
  std::string_view id;     // the document
  Digest digest{};         // of its text

  // The document is to go: once that is done, no text of it is known.
  bool is_deletion() const { return scope.empty() && digest == Digest{}; }
};

struct Settings {
  Address address;
  Patience patience;
  std::string owner;   // the same after a restart, another one in every other host
  std::string prefix;  // in front of every key
  bool has_hash_tags = false;
  Milliseconds ttl = std::chrono::hours{1};         // of a scope's done pages, refreshed on use
  Milliseconds lease = std::chrono::minutes{10};    // where a claim does not say
  Milliseconds remember = std::chrono::hours{720};  // of digests, refreshed on use
};

// What somebody who looks at a Redis before using it wants to know.
struct ServerFacts {
  std::string version;
  std::string role;             // "master" or "slave"
  std::string eviction_policy;  // empty when Redis does not tell
  Milliseconds latency{};       // of one round trip
};

// Any thread may call. One round trip and one script per call, so a call happens as a whole or not
// at all; after a failure it may have happened, and the same call again does no harm.
class RedisClaims {
 public:
  explicit RedisClaims(Settings settings);

  // Answers each key; kNew and kChanged also lease it to this owner, and from kChanged on no text
  // of it is known until it is settled: the sinks hold parts of both. `lease` zero: the setting's.
  // A lease this owner already holds is taken up again at once; of two keys of one document in one
  // call the first gets it and the second is told kBusy.
  [[nodiscard]] std::optional<Failure> claim(std::span<const Key> keys, Milliseconds lease,
                                             std::span<Answer> answers);

  [[nodiscard]] std::optional<Failure> settle(std::span<const Key> keys, Ending ending);

  std::variant<ServerFacts, Failure> look();

 private:
  std::variant<Reply, Failure> run(const Script& script, std::span<const Key> keys,
                                   std::span<const std::string> settings);

  const Settings settings_;
  Pool pool_;
};

}  // namespace redis_dedupe
