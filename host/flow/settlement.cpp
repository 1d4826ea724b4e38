// Outcomes on their way to disk.
#include "flow/settlement.hpp"

#include "data/codec.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sluice::flow {
namespace {

// After a transaction that failed, as on a full disk, for somebody to make room.
constexpr std::chrono::seconds kWriteAgain{1};

// "413: too long", or "1 of 40 chunks: 413: too long".
std::string reason_of(const Delivery& page) {
  const Failure& failure = *page.failure();
  if (page.chunks() <= 1) return failure.reason;
  return std::to_string(page.failures()) + " of " + std::to_string(page.chunks()) +
         " chunks: " + failure.reason;
}

}  // namespace

Settlement::EntryPtr Settlement::entry_of(Delivery& page, crawls::Outcome outcome) const {
  auto entry = std::make_shared<Entry>();
  const data::Record& document = *page.page().document;
  const auto now = loop_.clock().wall();
  entry->seq = page.page().seq;
  entry->version = page.version();
  entry->is_in_sinks = page.is_in_sinks();
  entry->is_in_ledger = document.op == SLUICE_UPSERT;
  entry->group = page.group();
  entry->document_id = page.document_id();
  entry->outcome = outcome;
  entry->received_at = page.page().received_at;
  entry->time_to_index =
      std::chrono::duration_cast<std::chrono::milliseconds>(now - entry->received_at);
  for (const auto& step : page.steps()) {
    entry->stages.emplace_back(step.stage,
                               std::chrono::duration_cast<std::chrono::microseconds>(step.took));
  }
  if (page.failure()) {
    DeadLetter letter;
    const auto* url = document.meta("url");
    letter.document_id = entry->document_id;
    letter.url = url ? url->text : entry->document_id;
    letter.crawl_id = entry->group;
    letter.stage = page.failure()->stage;
    letter.reason = reason_of(page);
    letter.attempts = page.failure()->attempts;
    letter.first_at = now;
    letter.last_at = now;
    letter.version = entry->version;
    letter.payload = data::encode(document);
    entry->letter = std::move(letter);
  }
  const bool is_kept = stores_.archive && stores_.archive->keeps_pages();
  if (is_kept && document.op == SLUICE_UPSERT) entry->document = page.share();
  return entry;
}

void Settlement::conclude(Delivery& page, crawls::Outcome outcome) {
  ++under_way_;
  const EntryPtr entry = entry_of(page, outcome);
  // A page that failed gives its lease back, so that the next crawl tries again.
  const sluice_status verdict = page.failure() ? SLUICE_E_REJECT : SLUICE_OK;
  gate_.settle(page, verdict, [this, &page, entry] {
    ++writing_;
    entry->document ? pack(page, entry) : write(page, entry);
  });
}

// Off the loop: a page may be of any size.
void Settlement::pack(Delivery& page, const EntryPtr& entry) {
  packer_.post([this, &page, entry] {
    entry->packed = stores_.archive->pack(data::encode(*entry->document));
    entry->document = {};
    write(page, entry);
  });
}

void Settlement::write(Delivery& page, const EntryPtr& entry) {
  stores_.commits.submit(
      [this, entry](SQLite::Database& database) {
        const std::array seqs{entry->seq};
        stores_.journal.remove(database, seqs);
        if (entry->is_in_ledger) {
          stores_.ledger.settle(database, {entry->group, entry->document_id, entry->outcome,
                                           entry->time_to_index, entry->stages});
        }
        if (entry->letter) stores_.dead_letters.file(database, *entry->letter);
        if (entry->is_in_sinks) {
          stores_.dead_letters.drop_superseded(database, entry->document_id, entry->version);
        }
        if (entry->packed.empty()) return;
        entry->number = stores_.archive->store(
            database, {entry->document_id, entry->group, entry->received_at, entry->packed});
      },
      [this, &page, entry](const Result<void>& done) {
        loop_.post([this, &page, entry, is_written = done.ok()] {
          if (is_written) {
            archived_ = std::max(archived_, entry->number);
            --under_way_;
            --writing_;
            ended_(page);
          } else {
            loop_.after(kWriteAgain, [this, &page, entry] { write(page, entry); });
          }
        });
      },
      // After a loss of power an outcome that is lost comes about again.
      journal::Told::kCommitted);
}

void Settlement::write_off(std::shared_ptr<const journal::Journal::StoredEntry> entry) {
  stores_.commits.submit(
      [this, entry](SQLite::Database& database) {
        const std::array seqs{entry->seq};
        stores_.journal.remove(database, seqs);
        if (entry->group.empty()) return;
        if (entry->op == SLUICE_UPSERT) {
          stores_.ledger.settle(
              database, {entry->group, entry->document_id, crawls::Outcome::kFailed, {}, {}});
        }
        stores_.ledger.warn(database, entry->group, entry->document_id + ": " + entry->damage);
      },
      [this, entry](const Result<void>& done) {
        if (done.ok()) return;
        loop_.post(
            [this, entry] { loop_.after(kWriteAgain, [this, entry] { write_off(entry); }); });
      },
      journal::Told::kCommitted);
}

}  // namespace sluice::flow
