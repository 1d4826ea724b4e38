// From a push to the journal, the ledger and the loop.
#include "flow/emitter.hpp"

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "data/codec.hpp"
#include "flow/digest.hpp"

#include <array>
#include <utility>

namespace sluice::flow {

namespace {

constexpr std::size_t kProbeBytes = 64 * 1024;

}  // namespace

struct Emitter::Prepared {
  data::Record* record = nullptr;  // the caller's until the journal has it
  journal::Journal::Entry entry;
  Digest digest{};
  Load load;
  int64_t seq = 0;
  bool is_duplicate = false;
};

Emitter::Emitter(Stores stores, Budget& budget, PageMeters& meters, const observe::Log& log,
                 Options options)
    : stores_(stores), budget_(budget), meters_(meters), log_(log), options_(std::move(options)) {}

std::vector<Emitter::Prepared> Emitter::prepare(const std::string& source, const Push& push) const {
  std::vector<Prepared> pages(push.records.size());
  for (std::size_t i = 0; i < pages.size(); ++i) {
    Prepared& page = pages[i];
    page.record = push.records[i];
    if (!page.record->meta("content_id")) {
      page.record->own_meta.set("content_id", data::MetaValue::of(uuid_of_url(page.record->id)));
    }
    page.digest = digest_of(*page.record, options_.fingerprint);
    page.load = {1, data::weight(*page.record)};
    page.entry.group = page.record->group_name;
    page.entry.document_id = page.record->id;
    page.entry.source = source;
    page.entry.cookie = push.cookies ? push.cookies[i] : 0;
    page.entry.op = page.record->op;
    page.entry.payload = data::encode(*page.record);
    page.entry.received_at = Wall::now();
  }
  return pages;
}

sluice_status Emitter::push(const std::string& source, const Push& push, sluice_status* verdicts) {
  if (is_stopping_.load(std::memory_order_relaxed)) return SLUICE_E_STOPPING;
  const auto began = Steady::now();
  std::vector<Prepared> pages = prepare(source, push);
  Load load;
  for (const auto& page : pages) {
    load.records += page.load.records;
    load.bytes += page.load.bytes;
  }
  if (!options_.holds_on_disk && !budget_.take(load, std::chrono::milliseconds(push.wait_ms))) {
    return SLUICE_E_AGAIN;
  }
  const sluice_status status =
      durably([&](SQLite::Database& database) { write(database, source, pages); });
  if (status != SLUICE_OK) {
    if (!options_.holds_on_disk) budget_.give_back(load);
    return status;
  }
  meters_.journal_append().observe(std::chrono::duration<double>(Steady::now() - began).count());
  hand_over(source, std::move(pages), verdicts);
  return SLUICE_OK;
}

// On the journal's writer. The ledger decides in the same transaction whether the crawl has the
// page already; only documents to be indexed are its business.
void Emitter::write(SQLite::Database& database, const std::string& source,
                    std::vector<Prepared>& pages) {
  for (auto& page : pages) {
    page.is_duplicate = false;
    if (page.entry.op == SLUICE_UPSERT) {
      page.is_duplicate = stores_.ledger.receive(
                              database, {{page.entry.group, source, options_.mode},
                                         page.entry.document_id}) == crawls::Received::kDuplicate;
    }
    if (!page.is_duplicate) page.seq = stores_.journal.append(database, page.entry);
  }
}

void Emitter::hand_over(const std::string& source, std::vector<Prepared> pages,
                        sluice_status* verdicts) {
  std::vector<Delivery::Page> in_memory;
  std::vector<journal::Journal::Head> on_disk;
  std::size_t duplicates = 0;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    Prepared& page = pages[i];
    auto record = data::RecordRef::adopt(page.record);
    if (record->account) {
      record->account->records.fetch_sub(1, std::memory_order_relaxed);
      record->account = nullptr;
    }
    verdicts[i] = page.is_duplicate ? SLUICE_DROPPED : SLUICE_OK;
    if (page.is_duplicate) {
      ++duplicates;
      if (!options_.holds_on_disk) budget_.give_back(page.load);
    } else if (options_.holds_on_disk) {
      on_disk.push_back({page.seq, std::move(page.entry.group), std::move(page.entry.document_id),
                         page.load.bytes, page.entry.received_at});
    } else {
      in_memory.push_back({std::move(record), page.seq, source, page.entry.cookie, page.digest,
                           page.entry.received_at, false, page.load});
    }
  }
  meters_.received(source, "page", pages.size());
  if (duplicates > 0) meters_.skipped("processed", duplicates);
  if (!in_memory.empty()) arrivals_.in_memory(std::move(in_memory));
  if (!on_disk.empty()) arrivals_.on_disk(std::move(on_disk));
}

sluice_status Emitter::durably(const journal::GroupCommit::Work& work) {
  const auto done = stores_.commits.run(work);
  const bool was_writable = is_writable_.exchange(done.ok(), std::memory_order_relaxed);
  if (done.ok()) {
    if (!was_writable) log_.write(observe::Level::kInfo, "journal", "writable again");
    return SLUICE_OK;
  }
  if (was_writable) log_.write(observe::Level::kError, "journal", done.error().message);
  return SLUICE_E_RETRY;
}

void Emitter::look_for_room() {
  stores_.commits.submit(
      [this](SQLite::Database& database) {
        journal::Journal::Entry entry;
        entry.payload.assign(kProbeBytes, 'x');
        const std::array seqs{stores_.journal.append(database, entry)};
        stores_.journal.remove(database, seqs);
      },
      [this](const Result<void>& done) {
        if (!done.ok()) return;
        if (!is_writable_.exchange(true, std::memory_order_relaxed)) {
          log_.write(observe::Level::kInfo, "journal", "writable again");
        }
      });
}

sluice_status Emitter::opened(const std::string& source, std::string_view group) {
  return durably([&](SQLite::Database& database) {
    stores_.ledger.open(database, {group, source, options_.mode});
  });
}

sluice_status Emitter::left_out(const std::string& source, std::string_view group,
                                std::span<const sluice_left_out> pages) {
  const auto reason_of = [](uint32_t reason) {
    switch (reason) {
      case SLUICE_LEFT_STATUS:
        return std::pair{crawls::LeftOut::kStatus, "status"};
      case SLUICE_LEFT_EMPTY:
        return std::pair{crawls::LeftOut::kEmpty, "empty"};
      default:
        return std::pair{crawls::LeftOut::kFailedPage, "failed_page"};
    }
  };
  const sluice_status status = durably([&](SQLite::Database& database) {
    for (const auto& page : pages) {
      const std::string_view id(page.document_id.data, page.document_id.size);
      stores_.ledger.left_out(database, {{group, source, options_.mode}, id},
                              reason_of(page.reason).first);
      if (page.detail.size > 0) {
        stores_.ledger.warn(database, group, std::string_view(page.detail.data, page.detail.size));
      }
    }
  });
  if (status != SLUICE_OK) return status;
  for (const auto& page : pages) meters_.skipped(reason_of(page.reason).second);
  return SLUICE_OK;
}

sluice_status Emitter::ended(std::string_view group, uint32_t how) {
  const crawls::Closing closing = how == SLUICE_CRAWL_CANCELLED ? crawls::Closing::kCancelled
                                  : how == SLUICE_CRAWL_FAILED  ? crawls::Closing::kFailed
                                                                : crawls::Closing::kCompleted;
  const sluice_status status =
      durably([&](SQLite::Database& database) { stores_.ledger.close(database, group, closing); });
  if (status == SLUICE_OK) arrivals_.closed(std::string(group));
  return status;
}

void Emitter::settle_duplicate(const std::string& source, uint64_t cookie) {
  arrivals_.duplicate(source, cookie);
}

void Emitter::finished(const std::string& source) { arrivals_.finished(source); }

}  // namespace sluice::flow
