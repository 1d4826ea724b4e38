// Records with the metadata that all plugins agree on, pushed in one call per event.
#include "host_pipeline.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace firecrawl {
namespace {

// How long a full pipeline may keep a delivery waiting: a fifth of the ten seconds that Firecrawl
// gives a webhook, and self-hosted Firecrawl never sends a refused event again.
constexpr std::uint32_t kPushWaitMs = 2000;

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

void set_text(sluice::Record record, std::string_view key, std::string_view value) {
  if (!value.empty()) record.set_meta(key, sluice::text_value(value));
}

}  // namespace

sluice::Status HostPipeline::attach(const sluice::Host& host) {
  host_ = &host;
  emit_ = host.emit();
  crawls_ = host.find<sluice_crawls>(SLUICE_IFACE_CRAWLS);
  if (emit_ == nullptr || !SLUICE_HAS_FN(emit_, push_all)) {
    return {
        SLUICE_E_UNSUPPORTED,
        "this host cannot take several pages at once (sluice.emit/1 push_all); update the host"};
  }
  if (crawls_ == nullptr) {
    return {SLUICE_E_UNSUPPORTED, "this host keeps no ledger (sluice.crawls/1); update the host"};
  }
  return {};
}

Intake HostPipeline::open(std::string_view job_id) {
  return intake_of(crawls_->opened(host_->raw(), sluice::to_c(job_id)));
}

Intake HostPipeline::push(std::string_view job_id, std::span<PageRecord> records,
                          std::span<PageVerdict> verdicts) {
  const auto now = std::chrono::system_clock::now();
  std::vector<sluice::OwnedRecord> owned;
  std::vector<sluice_record*> handles;
  owned.reserve(records.size());
  handles.reserve(records.size());
  for (PageRecord& page : records) {
    owned.push_back(make_record(job_id, page, now));
    handles.push_back(owned.back().raw());
  }
  std::vector<sluice_status> statuses(records.size(), SLUICE_OK);
  const sluice_status status =
      emit_->push_all(host_->raw(), handles.data(), nullptr,
                      static_cast<std::uint32_t>(handles.size()), kPushWaitMs, statuses.data());
  if (status != SLUICE_OK) return intake_of(status);
  for (sluice::OwnedRecord& record : owned) (void)record.release();  // the host's now
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    verdicts[i] = statuses[i] == SLUICE_DROPPED ? PageVerdict::kDuplicate : PageVerdict::kAccepted;
  }
  return Intake::kTaken;
}

Intake HostPipeline::leave_out(std::string_view job_id, std::span<const LeftOutPage> pages) {
  std::vector<sluice_left_out> list;
  list.reserve(pages.size());
  for (const LeftOutPage& page : pages) {
    list.push_back({sizeof(sluice_left_out), reason_of(page.reason), sluice::to_c(page.document),
                    sluice::to_c(page.detail)});
  }
  return intake_of(crawls_->left_out(host_->raw(), sluice::to_c(job_id), list.data(),
                                     static_cast<std::uint32_t>(list.size())));
}

Intake HostPipeline::close(std::string_view job_id, CrawlEnd end) {
  return intake_of(crawls_->ended(host_->raw(), sluice::to_c(job_id), how_of(end)));
}

sluice::OwnedRecord HostPipeline::make_record(std::string_view job_id, PageRecord& page,
                                              std::chrono::system_clock::time_point now) const {
  Document& document = page.document;
  sluice::OwnedRecord owned(*host_, page.id.canonical, std::move(document.markdown));
  owned.set_group(job_id);
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
