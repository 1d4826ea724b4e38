// Outcomes on their way to disk.
#include "flow/settlement.hpp"

#include "data/codec.hpp"

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

Settlement::Entry Settlement::entry_of(const Delivery& page, crawls::Outcome outcome) const {
  Entry entry;
  const data::Record& document = *page.page().document;
  const auto now = loop_.clock().wall();
  entry.seq = page.page().seq;
  entry.is_in_ledger = document.op == SLUICE_UPSERT;
  entry.group = page.group();
  entry.document_id = page.document_id();
  entry.outcome = outcome;
  entry.time_to_index =
      std::chrono::duration_cast<std::chrono::milliseconds>(now - page.page().received_at);
  for (const auto& step : page.steps()) {
    entry.stages.emplace_back(step.stage,
                              std::chrono::duration_cast<std::chrono::microseconds>(step.took));
  }
  if (page.failure()) {
    DeadLetter letter;
    const auto* url = document.meta("url");
    letter.document_id = entry.document_id;
    letter.url = url ? url->text : entry.document_id;
    letter.crawl_id = entry.group;
    letter.stage = page.failure()->stage;
    letter.reason = reason_of(page);
    letter.attempts = page.failure()->attempts;
    letter.first_at = now;
    letter.last_at = now;
    letter.payload = data::encode(document);
    entry.letter = std::move(letter);
  }
  return entry;
}

void Settlement::conclude(Delivery& page, crawls::Outcome outcome) {
  ++under_way_;
  Entry entry = entry_of(page, outcome);
  // A page that failed gives its lease back, so that the next crawl tries again.
  const sluice_status verdict = page.failure() ? SLUICE_E_REJECT : SLUICE_OK;
  gate_.settle(page, verdict, [this, &page, entry = std::move(entry)] {
    ++writing_;
    write(page, entry);
  });
}

void Settlement::write(Delivery& page, Entry entry) {
  auto shared =
      std::make_shared<const Entry>(std::move(entry));  // by the writer and, on failure, by us
  stores_.commits.submit(
      [this, shared](SQLite::Database& database) {
        const std::array seqs{shared->seq};
        stores_.journal.remove(database, seqs);
        if (shared->is_in_ledger) {
          stores_.ledger.settle(database, {shared->group, shared->document_id, shared->outcome,
                                           shared->time_to_index, shared->stages});
        }
        if (shared->letter) stores_.dead_letters.file(database, *shared->letter);
      },
      [this, &page, shared](const Result<void>& done) {
        loop_.post([this, &page, shared, is_written = done.ok()] {
          if (is_written) {
            --under_way_;
            --writing_;
            ended_(page);
          } else {
            loop_.after(kWriteAgain, [this, &page, shared] { write(page, *shared); });
          }
        });
      });
}

}  // namespace sluice::flow
