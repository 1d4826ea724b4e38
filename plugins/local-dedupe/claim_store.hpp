// ClaimStore: who works on which page, which pages a crawl has done, and what each page last said.
// A SQLite file holds it, so a claim, once answered, survives kill -9 and power loss.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace local_dedupe {

using Milliseconds = std::chrono::milliseconds;

// What a claim answers. The numbers are those of SLUICE_KEY_*.
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
  std::filesystem::path file;
  std::string owner;  // the same after a restart, another one in every other host
  Milliseconds ttl = std::chrono::hours{1};         // of a scope's done pages, refreshed on use
  Milliseconds lease = std::chrono::minutes{10};    // where a claim does not say
  Milliseconds remember = std::chrono::hours{720};  // of digests, refreshed on use
  Milliseconds patience = std::chrono::seconds{5};  // with other processes that write the file
};

// The call had no effect and the same call may work later; the sentence is for the operator.
struct Failure {
  std::string sentence;
};

// Milliseconds since 1970. Wall time, because it is compared across restarts.
using WallClock = std::function<Milliseconds()>;
Milliseconds system_wall_clock();

// Any thread may call. One transaction per call, on disk when the call returns. Several processes
// may share the file.
class ClaimStore {
 public:
  // Throws std::runtime_error with a sentence when the file cannot be used.
  explicit ClaimStore(Settings settings, WallClock now = system_wall_clock);
  ~ClaimStore();
  ClaimStore(const ClaimStore&) = delete;
  ClaimStore& operator=(const ClaimStore&) = delete;

  // Answers each key; kNew and kChanged also lease it to this owner, and from kChanged on no text
  // of it is known until it is settled: the sinks hold parts of both. `lease` zero: the setting's.
  // A lease this owner already holds is taken up again at once; of two keys of one document in one
  // call the first gets it and the second is told kBusy.
  [[nodiscard]] std::optional<Failure> claim(std::span<const Key> keys, Milliseconds lease,
                                             std::span<Answer> answers);

  [[nodiscard]] std::optional<Failure> settle(std::span<const Key> keys, Ending ending);

 private:
  class Session;  // one open database with its prepared statements

  std::optional<Failure> run(const std::function<void(Session&)>& work);

  const Settings settings_;
  const WallClock now_;
  struct Guarded;
  std::unique_ptr<Guarded> guarded_;  // the session and the mutex that guards it
};

}  // namespace local_dedupe
