// From an event to the journal, the ledger and the loop.
#include "flow/emitter.hpp"

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "data/codec.hpp"
#include "flow/digest.hpp"

#include <array>
#include <chrono>
#include <string_view>
#include <utility>

namespace sluice::flow {
namespace {

constexpr std::size_t kProbeBytes = 64UL * 1024;

std::string_view to_view(sluice_str text) {
  return text.size == 0 ? std::string_view{} : std::string_view{text.data, text.size};
}

struct Reason {
  crawls::LeftOut in_ledger;
  const char* in_metrics;
};
Reason reason_of(uint32_t reason) {
  switch (reason) {
    case SLUICE_LEFT_STATUS:
      return {crawls::LeftOut::kStatus, "status"};
    case SLUICE_LEFT_EMPTY:
      return {crawls::LeftOut::kEmpty, "empty"};
    default:
      return {crawls::LeftOut::kFailedPage, "failed_page"};
  }
}

crawls::Closing closing_of(uint32_t ends) {
  switch (ends) {
    case SLUICE_CRAWL_CANCELLED:
      return crawls::Closing::kCancelled;
    case SLUICE_CRAWL_FAILED:
      return crawls::Closing::kFailed;
    default:
      return crawls::Closing::kCompleted;
  }
}

crawls::Fetch fetch_of(uint32_t fetch) {
  switch (fetch) {
    case SLUICE_FETCH_PENDING:
      return crawls::Fetch::kPending;
    case SLUICE_FETCH_AWAITED:
      return crawls::Fetch::kAwaited;
    case SLUICE_FETCH_ENDED:
      return crawls::Fetch::kEnded;
    default:
      return crawls::Fetch::kAsBefore;
  }
}

}  // namespace

// A page on its way to the disk.
struct Emitter::Prepared {
  data::Record* record = nullptr;  // the source's until the journal has it
  journal::Journal::Entry entry;
  Digest digest{};
  Load load;
  int64_t seq = 0;
  bool is_duplicate = false;
};

// An event on its way to the disk.
struct Emitter::Passing {
  struct LeftOut {
    uint32_t reason;
    std::string document_id;
    std::string detail;
    bool is_repeated = false;  // nothing new, seen at a second look
  };

  std::shared_ptr<const Options> options;  // as they were when it came
  std::string source;
  std::string group;
  std::vector<Prepared> pages;
  std::vector<LeftOut> left_out;
  uint32_t ends = SLUICE_CRAWL_GOES_ON;
  crawls::Fetch fetch = crawls::Fetch::kAsBefore;
  crawls::Look look = crawls::Look::kFirst;
  std::string warning;
  Load load;  // of the pages
  // The journal's log brings pages back by itself; all else of an event is in the database alone.
  journal::Told told() const {
    const bool is_all_pages = !pages.empty() && left_out.empty() && warning.empty() &&
                              ends == SLUICE_CRAWL_GOES_ON && fetch == crawls::Fetch::kAsBefore;
    return is_all_pages ? journal::Told::kCommitted : journal::Told::kOnDisk;
  }

  std::function<void(const services::PageReport&)> on_ended;
  Taken taken;
  Steady::time_point began;  // of the way to the disk
};

Emitter::Emitter(Loop& loop, Stores stores, Budget& budget, PageMeters& meters,
                 const observe::Log& log, Options options)
    : loop_(loop),
      stores_(stores),
      budget_(budget),
      meters_(meters),
      log_(log),
      options_(std::make_shared<const Options>(std::move(options))) {}

void Emitter::hold_on_disk() {
  Options options = *options_.load();
  options.holds_on_disk = true;
  set_options(std::move(options));
}

void Emitter::stop() {
  is_stopping_.store(true, std::memory_order_relaxed);
  budget_.refuse_all();
}

std::shared_ptr<Emitter::Passing> Emitter::prepare(const std::string& source,
                                                   const services::Event& event,
                                                   std::shared_ptr<const Options> options) {
  auto passing = std::make_shared<Passing>();
  passing->source = source;
  passing->group = event.group;
  passing->ends = event.ends;
  passing->on_ended = event.on_ended;
  passing->fetch = fetch_of(event.fetch);
  if ((event.flags & SLUICE_EVENT_SECOND_LOOK) != 0) passing->look = crawls::Look::kSecond;
  passing->warning = event.warning;
  for (const auto& page : event.left_out) {
    passing->left_out.push_back(
        {page.reason, std::string(to_view(page.document_id)), std::string(to_view(page.detail))});
  }
  passing->pages.resize(event.records.size());
  for (std::size_t i = 0; i < passing->pages.size(); ++i) {
    Prepared& page = passing->pages[i];
    page.record = event.records[i];
    if (!event.group.empty()) page.record->group_name = event.group;
    if (!page.record->meta("content_id")) {
      page.record->own_meta.set("content_id", data::MetaValue::of(uuid_of_url(page.record->id)));
    }
    // What is held is read back later, and has its digest taken then.
    if (!options->holds_on_disk) page.digest = digest_of(*page.record, options->fingerprint);
    page.load = {1, data::weight(*page.record)};
    page.entry.group = page.record->group_name;
    page.entry.document_id = page.record->id;
    page.entry.source = source;
    page.entry.cookie = event.cookies ? event.cookies[i] : 0;
    page.entry.op = page.record->op;
    page.entry.payload = data::encode(*page.record);
    page.entry.received_at = Wall::now();
    passing->load.records += page.load.records;
    passing->load.bytes += page.load.bytes;
  }
  passing->options = std::move(options);
  return passing;
}

void Emitter::take(const std::string& source, const services::Event& event, Taken taken) {
  if (is_stopping_.load(std::memory_order_relaxed)) return taken(SLUICE_E_STOPPING, nullptr);
  auto options = options_.load();
  if (event.on_ended && options->holds_on_disk) {
    auto at_once = std::make_shared<Options>(*options);
    at_once->holds_on_disk = false;
    options = std::move(at_once);
  }
  const auto passing = prepare(source, event, std::move(options));
  passing->taken = std::move(taken);
  if (passing->options->holds_on_disk || passing->pages.empty()) return enter(passing);
  const auto until = loop_.now() + std::chrono::milliseconds(event.wait_ms);
  if (event.wait_ms == 0) {
    return budget_.take(passing->load) ? enter(passing) : passing->taken(SLUICE_E_AGAIN, nullptr);
  }
  const bool is_waiting = budget_.take(passing->load, until, [this, passing](bool is_taken) {
    if (is_taken) return enter(passing);
    const bool is_stopping = is_stopping_.load(std::memory_order_relaxed);
    passing->taken(is_stopping ? SLUICE_E_STOPPING : SLUICE_E_AGAIN, nullptr);
  });
  if (is_waiting) {
    loop_.post([this, until] { loop_.at(until, [this] { budget_.expire(loop_.now()); }); });
  }
}

void Emitter::enter(const std::shared_ptr<Passing>& passing) {
  passing->began = Steady::now();
  stores_.commits.submit([this, passing](SQLite::Database& database) { write(database, *passing); },
                         [this, passing](const Result<void>& done) { written(*passing, done); },
                         passing->told());
}

// On the journal's writer. All of it or nothing.
void Emitter::write(SQLite::Database& database, Passing& passing) {
  write_pages(database, passing);
  if (passing.group.empty()) return;
  write_left_out(database, passing);
  stores_.ledger.open(database, {passing.group, passing.source, passing.options->mode});
  stores_.ledger.fetch(database, passing.group, passing.fetch);
  if (passing.ends != SLUICE_CRAWL_GOES_ON) {
    stores_.ledger.close(database, passing.group, closing_of(passing.ends));
  }
  if (!passing.warning.empty()) stores_.ledger.warn(database, passing.group, passing.warning);
}

// The ledger decides in the same transaction whether the crawl has the page already; only documents
// to be indexed are its business.
void Emitter::write_pages(SQLite::Database& database, Passing& passing) {
  for (auto& page : passing.pages) {
    page.is_duplicate = false;
    if (page.entry.op == SLUICE_UPSERT) {
      page.is_duplicate = stores_.ledger.receive(
                              database, {{page.entry.group, passing.source, passing.options->mode},
                                         page.entry.document_id,
                                         passing.look}) == crawls::Received::kDuplicate;
    }
    if (page.is_duplicate) continue;
    page.seq = stores_.journal.append(database, page.entry);
  }
}

void Emitter::write_left_out(SQLite::Database& database, Passing& passing) {
  for (auto& page : passing.left_out) {
    const auto received = stores_.ledger.left_out(
        database,
        {{passing.group, passing.source, passing.options->mode}, page.document_id, passing.look},
        reason_of(page.reason).in_ledger);
    page.is_repeated =
        received == crawls::Received::kDuplicate && passing.look == crawls::Look::kSecond;
    if (!page.detail.empty() && !page.is_repeated)
      stores_.ledger.warn(database, passing.group, page.detail);
  }
}

// Where a Done of the journal runs, as what it calls.
void Emitter::written(Passing& passing, const Result<void>& done) {
  disk_answered(done);
  if (!done.ok()) {
    if (!passing.options->holds_on_disk && !passing.pages.empty()) budget_.give_back(passing.load);
    return passing.taken(SLUICE_E_RETRY, nullptr);
  }
  meters_.journal_append().observe(
      std::chrono::duration<double>(Steady::now() - passing.began).count());
  for (const auto& page : passing.left_out) {
    if (!page.is_repeated) meters_.skipped(reason_of(page.reason).in_metrics);
  }
  const std::vector<sluice_status> verdicts = collect(passing);
  if (passing.ends != SLUICE_CRAWL_GOES_ON) news().closed.push_back(passing.group);
  passing.taken(SLUICE_OK, verdicts.data());
}

// What goes to the loop, which is woken once for all events of a transaction.
Accepted& Emitter::news() {
  if (!std::exchange(has_news_, true)) {
    stores_.commits.after_group([this] {
      has_news_ = false;
      arrivals_.accepted(std::exchange(news_, {}));
    });
  }
  return news_;
}

std::vector<sluice_status> Emitter::collect(Passing& passing) {
  std::vector<sluice_status> verdicts;
  verdicts.reserve(passing.pages.size());
  std::size_t duplicates = 0;
  for (Prepared& page : passing.pages) {
    auto record = data::RecordRef::adopt(page.record);
    if (record->account) {
      record->account->records.fetch_sub(1, std::memory_order_relaxed);
      record->account = nullptr;
    }
    verdicts.push_back(page.is_duplicate ? SLUICE_DROPPED : SLUICE_OK);
    if (page.is_duplicate) {
      ++duplicates;
      if (!passing.options->holds_on_disk) budget_.give_back(page.load);
    } else if (passing.options->holds_on_disk) {
      news().on_disk.push_back({page.seq, std::move(page.entry.group),
                                std::move(page.entry.document_id), page.load.bytes,
                                page.entry.received_at});
    } else {
      news().in_memory.push_back({std::move(record), page.seq, passing.source, page.entry.cookie,
                                  page.digest, page.entry.received_at, false, page.load, false,
                                  passing.on_ended});
    }
  }
  if (passing.look == crawls::Look::kSecond) {
    if (verdicts.size() > duplicates) {
      meters_.received(passing.source, "reconciled", verdicts.size() - duplicates);
    }
    return verdicts;
  }
  const bool is_closing = passing.ends != SLUICE_CRAWL_GOES_ON;
  if (!verdicts.empty()) {
    meters_.received(passing.source, is_closing ? "completed" : "page", verdicts.size());
  }
  if (duplicates > 0) meters_.skipped("processed", duplicates);
  return verdicts;
}

void Emitter::disk_answered(const Result<void>& done) {
  const bool was_writable = is_writable_.exchange(done.ok(), std::memory_order_relaxed);
  if (done.ok() == was_writable) return;
  if (done.ok()) {
    log_.write(observe::Level::kInfo, "journal", "writable again");
  } else {
    log_.write(observe::Level::kError, "journal", done.error().message);
  }
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
        if (done.ok()) disk_answered(done);
      },
      journal::Told::kCommitted);
}

void Emitter::settle_duplicate(const std::string& source, uint64_t cookie) {
  arrivals_.duplicate(source, cookie);
}

Result<std::vector<crawls::UnfinishedCrawl>> Emitter::unfinished(const std::string& source,
                                                                 std::chrono::milliseconds quiet,
                                                                 std::size_t limit) {
  return stores_.ledger.unfinished(source, quiet, limit);
}

void Emitter::finished(const std::string& source) { arrivals_.finished(source); }

}  // namespace sluice::flow
