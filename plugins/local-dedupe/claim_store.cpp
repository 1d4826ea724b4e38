#include "claim_store.hpp"

#include "claim_session.hpp"
#include "common/sqlite/sqlite_sentence.hpp"

#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Transaction.h>

#include <algorithm>
#include <cassert>
#include <mutex>
#include <set>
#include <stdexcept>
#include <utility>

namespace local_dedupe {
namespace {

using plugin_common::sentence_for;

// Rows a call removes at most per table: enough to keep up with what calls add, since each call
// also removes twice as many rows as it has keys, and about a millisecond of work.
constexpr std::int64_t kPurgeRows = 64;

std::int64_t purge_rows(std::size_t keys) {
  return std::max(kPurgeRows, static_cast<std::int64_t>(2 * keys));
}

}  // namespace

struct ClaimStore::Guarded {
  explicit Guarded(const Settings& settings) : session(settings) {}

  std::mutex mutex;  // guards session
  Session session;
};

Milliseconds system_wall_clock() {
  return std::chrono::duration_cast<Milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
}

ClaimStore::ClaimStore(Settings settings, WallClock now)
    : settings_(std::move(settings)), now_(std::move(now)) {
  try {
    guarded_ = std::make_unique<Guarded>(settings_);
  } catch (const SQLite::Exception& error) {
    throw std::runtime_error(sentence_for(error, settings_.file, "pages"));
  }
}

ClaimStore::~ClaimStore() = default;

std::optional<Failure> ClaimStore::run(const std::function<void(Session&)>& work) {
  const std::lock_guard lock(guarded_->mutex);
  Session& session = guarded_->session;
  std::optional<Failure> failure;
  try {
    SQLite::Transaction transaction(session.database(), SQLite::TransactionBehavior::IMMEDIATE);
    work(session);
    transaction.commit();
  } catch (const SQLite::Exception& error) {
    failure = Failure{sentence_for(error, settings_.file, "pages")};
  }
  session.end_call();
  return failure;
}

std::optional<Failure> ClaimStore::claim(std::span<const Key> keys, Milliseconds lease,
                                         std::span<Answer> answers) {
  assert(keys.size() == answers.size());
  const Milliseconds length = lease.count() > 0 ? lease : settings_.lease;
  return run([&](Session& session) {
    const Milliseconds now = now_();
    std::set<std::string_view> leased;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (leased.contains(keys[i].id)) {
        answers[i] = Answer::kBusy;
        continue;
      }
      answers[i] = session.claim(keys[i], now, length);
      if (answers[i] == Answer::kNew || answers[i] == Answer::kChanged) leased.insert(keys[i].id);
    }
    session.purge(now, purge_rows(keys.size()));
  });
}

std::optional<Failure> ClaimStore::settle(std::span<const Key> keys, Ending ending) {
  return run([&](Session& session) {
    const Milliseconds now = now_();
    for (const Key& key : keys) session.settle(key, ending, now);
    session.purge(now, purge_rows(keys.size()));
  });
}

}  // namespace local_dedupe
