// Records with the metadata that all plugins agree on, reported in one call per event.
#include "host_pipeline.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace firecrawl {
namespace {

// How long a full pipeline may keep a delivery waiting: a fifth of the ten seconds that Firecrawl
// gives a webhook, and self-hosted Firecrawl never sends a refused event again.
constexpr std::chrono::milliseconds kPushWait{2000};

Intake intake_of(sluice_status status) {
  switch (status) {
    case SLUICE_OK:
      return Intake::kTaken;
    case SLUICE_E_AGAIN:
    case SLUICE_E_TIMEOUT:
      return Intake::kFull;
    case SLUICE_E_STOPPING:
      return Intake::kStopping;
    default:
      return Intake::kNotWritable;
  }
}

std::uint32_t reason_of(LeftOutPage::Reason reason) {
  switch (reason) {
    case LeftOutPage::Reason::kStatus:
      return SLUICE_LEFT_STATUS;
    case LeftOutPage::Reason::kEmpty:
      return SLUICE_LEFT_EMPTY;
    case LeftOutPage::Reason::kFailed:
      break;
  }
  return SLUICE_LEFT_FAILED;
}

std::uint32_t how_of(CrawlEnd end) {
  switch (end) {
    case CrawlEnd::kCompleted:
      return SLUICE_CRAWL_COMPLETED;
    case CrawlEnd::kCancelled:
      return SLUICE_CRAWL_CANCELLED;
    case CrawlEnd::kFailed:
      break;
  }
  return SLUICE_CRAWL_FAILED;
}

std::uint32_t fetch_of(Fetch fetch) {
  switch (fetch) {
    case Fetch::kPending:
      return SLUICE_FETCH_PENDING;
    case Fetch::kAwaited:
      return SLUICE_FETCH_AWAITED;
    case Fetch::kEnded:
      return SLUICE_FETCH_ENDED;
    case Fetch::kAsBefore:
      break;
  }
  return SLUICE_FETCH_AS_BEFORE;
}

void set_text(sluice::Record record, std::string_view key, std::string_view value) {
  if (!value.empty()) record.set_meta(key, sluice::text_value(value));
}

}  // namespace

sluice::Status HostPipeline::attach(const sluice::Host& host) {
  host_ = &host;
  crawls_.emplace(host);
  if (crawls_->is_offered()) return {};
  return {SLUICE_E_UNSUPPORTED,
          "this host takes no events of crawls (sluice.crawls/1); update the host"};
}

void HostPipeline::take(CrawlNews news, Taken taken) {
  const auto now = std::chrono::system_clock::now();
  sluice::CrawlEvent event;
  event.group = std::move(news.job_id);
  event.wait = kPushWait;
  event.ends = news.end ? how_of(*news.end) : std::uint32_t{SLUICE_CRAWL_GOES_ON};
  event.fetch = fetch_of(news.fetch);
  if (news.look == Look::kSecond) event.flags = SLUICE_EVENT_SECOND_LOOK;
  event.warning = std::move(news.warning);
  event.records.reserve(news.records.size());
  for (PageRecord& page : news.records) {
    event.records.push_back(make_record(event.group, page, now));
  }
  event.left_out.reserve(news.left_out.size());
  for (LeftOutPage& page : news.left_out) {
    event.left_out.push_back(
        {reason_of(page.reason), std::move(page.document), std::move(page.detail)});
  }
  crawls_->report(std::move(event), [taken = std::move(taken)](
                                        sluice_status status,
                                        std::span<const sluice_status> statuses) {
    std::vector<PageVerdict> verdicts;
    verdicts.reserve(statuses.size());
    for (const sluice_status one : statuses) {
      verdicts.push_back(one == SLUICE_DROPPED ? PageVerdict::kDuplicate : PageVerdict::kAccepted);
    }
    taken(intake_of(status), verdicts);
  });
}

sluice::OwnedRecord HostPipeline::make_record(std::string_view job_id, PageRecord& page,
                                              std::chrono::system_clock::time_point now) const {
  Document& document = page.document;
  sluice::OwnedRecord owned(*host_, page.id.canonical, std::move(document.markdown));
  sluice::Record record = owned.view();
  set_text(record, "canonical_url", page.id.canonical);
  set_text(record, "domain", page.id.domain);
  set_text(record, "crawl_id", job_id);
  set_text(record, "source", "firecrawl");
  record.set_meta("scraped_at", sluice::time_value(now));
  if (page.op == PageRecord::Op::kDelete) {
    owned.set_op(SLUICE_DELETE);
    return owned;
  }
  set_text(record, "url", page.url);
  set_text(record, "title", document.title);
  set_text(record, "description", document.description);
  set_text(record, "language", document.language);
  set_text(record, "country", document.country);
  record.set_meta("is_mobile", sluice::bool_value(document.is_mobile.value_or(false)));
  if (document.status_code) {
    record.set_meta("status_code", sluice::integer_value(*document.status_code));
  }
  return owned;
}

}  // namespace firecrawl
