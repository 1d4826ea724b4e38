// sluice/crawls.hpp - for sources whose input comes in events of crawls: what one event says, taken
// by the host in one durable step.
#pragma once

#include <sluice/abi/roles.h>
#include <sluice/host.hpp>
#include <sluice/record.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice {
inline namespace sdk_v1 {

// A page that only the ledger hears of.
struct LeftOut {
  uint32_t reason = SLUICE_LEFT_FAILED;
  std::string document_id;  // or the URL as it came; may be empty
  std::string detail;       // one sentence
};

struct CrawlEvent {
  std::string group;                 // the crawl
  std::vector<OwnedRecord> records;  // pages for the pipeline
  std::vector<LeftOut> left_out;
  uint32_t ends = SLUICE_CRAWL_GOES_ON;
  std::chrono::milliseconds wait{0};  // for room in the pipeline
  uint32_t fetch = SLUICE_FETCH_AS_BEFORE;
  uint32_t flags = 0;   // SLUICE_EVENT_*
  std::string warning;  // a sentence for those who look at the crawl
};

// A crawl that still wants something from its source.
struct UnfinishedCrawl {
  std::string group;
  uint32_t fetch = SLUICE_FETCH_AS_BEFORE;  // what the source said last
  bool is_closed = false;
};

// The host's sluice.crawls/1. A view, cheap to copy. Any thread.
class Crawls {
 public:
  // Verdicts as sluice_crawls::report has them, one a record; empty unless the status is SLUICE_OK.
  // Runs exactly once, on any thread, perhaps before report returns; must neither block nor throw.
  using Done = std::function<void(sluice_status, std::span<const sluice_status> verdicts)>;

  explicit Crawls(const Host& host)
      : host_(host.raw()), api_(host.find<sluice_crawls>(SLUICE_IFACE_CRAWLS)) {}
  bool is_offered() const noexcept { return api_ && SLUICE_HAS_FN(api_, report); }

  // Never blocks. The host owns the records if it takes the event; else they are freed.
  void report(CrawlEvent event, Done done) const {
    auto held = std::make_unique<Held>(Held{std::move(event.records), {}, std::move(done)});
    held->handles.reserve(held->records.size());
    for (const OwnedRecord& record : held->records) held->handles.push_back(record.raw());
    std::vector<sluice_left_out> left_out;
    left_out.reserve(event.left_out.size());
    for (const LeftOut& page : event.left_out) {
      left_out.push_back(
          {sizeof(sluice_left_out), page.reason, to_c(page.document_id), to_c(page.detail)});
    }
    sluice_crawl_event raw{};
    raw.struct_size = sizeof raw;
    raw.ends = event.ends;
    raw.group = to_c(event.group);
    raw.records = held->handles.data();
    raw.record_count = static_cast<uint32_t>(held->handles.size());
    raw.left_out = left_out.data();
    raw.left_out_count = static_cast<uint32_t>(left_out.size());
    raw.wait_ms = static_cast<uint32_t>(event.wait.count());
    raw.fetch = event.fetch;
    raw.flags = event.flags;
    raw.warning = to_c(event.warning);
    api_->report(host_, &raw, &finish, held.release());  // finish frees it
  }

  bool lists_unfinished() const noexcept { return api_ && SLUICE_HAS_FN(api_, unfinished); }
  // Those of this instance that are being fetched, and open ones of which nothing was heard for
  // `quiet`. [worker]
  Status unfinished(std::chrono::milliseconds quiet, uint32_t limit,
                    std::vector<UnfinishedCrawl>& out) const {
    if (!lists_unfinished()) return {SLUICE_E_UNSUPPORTED, "this host lists no crawls"};
    const auto keep = [](void* ctx, const sluice_unfinished* crawl) {
      static_cast<std::vector<UnfinishedCrawl>*>(ctx)->push_back(
          {std::string(to_cpp(crawl->group)), crawl->fetch, crawl->is_closed != 0});
    };
    const sluice_status status =
        api_->unfinished(host_, static_cast<uint32_t>(quiet.count()), limit, keep, &out);
    return status == SLUICE_OK ? Status{} : Status{status, "the ledger cannot be read"};
  }

 private:
  struct Held {
    std::vector<OwnedRecord> records;
    std::vector<sluice_record*> handles;
    Done done;
  };
  static void finish(void* ctx, sluice_status status, const sluice_status* verdicts) noexcept {
    const std::unique_ptr<Held> held(static_cast<Held*>(ctx));
    const std::size_t count = status == SLUICE_OK ? held->records.size() : 0;
    if (status == SLUICE_OK) {
      for (OwnedRecord& record : held->records) (void)record.release();
    }
    held->done(status, {verdicts, count});
  }

  const sluice_host* host_;
  const sluice_crawls* api_;
};

}  // namespace sdk_v1
}  // namespace sluice
