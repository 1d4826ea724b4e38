// Signature, event, pages sorted into taken, left out and unusable, then one durable push.
#include "webhook.hpp"

#include "json_text.hpp"
#include "signature.hpp"
#include "uuid.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace firecrawl {
namespace {

constexpr std::int64_t kNotFound = 404;
constexpr std::int64_t kGone = 410;

// Firecrawl's words for a page whose content arrives under another URL: not a failure.
constexpr std::string_view kRacedRedirect = "This URL was not scraped because another scrape job";

// The documents of one event, sorted.
struct Sorted {
  std::vector<PageRecord> records;
  std::vector<std::string> names;  // one a record: what the sender may call it; a deletion has none
  std::vector<LeftOutPage> left_out;  // those on purpose and those that cannot be used
  Tally tally;
};

Answer fault_answer(EventFault fault) {
  switch (fault) {
    case EventFault::kTooDeep:
      return error_answer(400, "The body is nested more than 64 levels deep.");
    case EventFault::kNotObject:
      return error_answer(400, "The body is JSON, but not an object; a webhook event is one.");
    case EventFault::kNoType:
      return error_answer(422, "The event has no \"type\" such as \"crawl.page\".");
    case EventFault::kNoJobId:
      return error_answer(422, "The event has no job id: neither \"id\" nor \"jobId\".");
    case EventFault::kJobIdTooLong:
      return error_answer(422, "The event's job id is longer than 256 bytes.");
    case EventFault::kTooManyDocuments:
      return error_answer(413,
                          "The event carries more than 20000 documents; send fewer at a time.");
    case EventFault::kNone:
    case EventFault::kNotJson:
      break;
  }
  return error_answer(400, "The body is not valid JSON in UTF-8.");
}

Answer refusal(Intake intake) {
  switch (intake) {
    case Intake::kNotWritable:
      return unavailable_answer("The journal cannot be written; send the event again later.");
    case Intake::kStopping:
      return unavailable_answer("The pipeline is stopping; send the event again later.");
    case Intake::kFull:
    case Intake::kTaken:
      break;
  }
  return unavailable_answer("The pipeline is full; send the event again later.");
}

// The address a document goes by: where it ended up, else what was asked for. A page's own <meta>
// tags can overwrite either, so the first that is an address counts.
struct Address {
  sluice::PageUrl id;
  std::string_view written;
};

// A crawler brings pages of the web; any other address in a page's metadata is somebody's mistake
// or mischief, and must not become a link in a search result.
Address web_address(std::string_view written) {
  Address address{sluice::canonical_url(written), written};
  const std::string& canonical = address.id.canonical;
  const bool is_web = canonical.starts_with("http://") || canonical.starts_with("https://");
  if (address.id.ok() && !is_web) address.id = {{}, {}, "the URL is not an http or https address"};
  return address;
}

Address address_of(const Document& document) {
  Address final_address = web_address(document.url);
  if (final_address.id.ok()) return final_address;
  Address asked = web_address(document.source_url);
  return asked.id.ok() || document.url.empty() ? asked : final_address;
}

// What the ledger calls it.
std::string ledger_name(const Address& address) {
  return address.id.ok() ? address.id.canonical
                         : std::string(clipped(address.written, sluice::kMaxUrlBytes));
}

bool is_blank(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
}

std::string status_detail(const Document& document) {
  std::string detail = "the page answered HTTP " + std::to_string(*document.status_code);
  if (!document.target_error.empty()) detail += ": " + document.target_error;
  return detail;
}

void sort_document(const WebhookSettings& settings, std::string_view job_id, std::size_t index,
                   Document document, Sorted& out) {
  using Reason = LeftOutPage::Reason;
  Address address = address_of(document);
  const std::string_view fault = document.fault.empty() ? address.id.fault : document.fault;
  if (!fault.empty()) {
    out.tally.failed.push_back({index, std::string(address.written), std::string(fault)});
    out.left_out.push_back({ledger_name(address), Reason::kFailed, std::string(fault)});
    return;
  }
  const auto status = document.status_code;
  if (status && (*status < settings.min_status || *status > settings.max_status)) {
    ++out.tally.left_out;
    out.left_out.push_back({address.id.canonical, Reason::kStatus, status_detail(document)});
    if (settings.on_gone == OnGone::kDelete && (*status == kNotFound || *status == kGone)) {
      out.records.push_back({PageRecord::Op::kDelete, std::move(address.id), {}, {}});
      out.names.emplace_back();
    }
    return;
  }
  if (is_blank(document.markdown)) {
    ++out.tally.left_out;
    out.left_out.push_back({address.id.canonical, Reason::kEmpty, "the page has no Markdown"});
    return;
  }
  std::string written(address.written);
  out.names.push_back(uuid5_of_url(std::string(job_id) + '#' + address.id.canonical));
  out.records.push_back(
      {PageRecord::Op::kIndex, std::move(address.id), std::move(written), std::move(document)});
}

// How an answer is made of what became of the documents.
using AnswerOf = std::function<Answer(const Tally&)>;

// Hands over what is worth indexing and files the rest. On anything but kTaken the sender has to
// repeat the event.
void take_pages(const WebhookSettings& settings, Event event, std::optional<CrawlEnd> end,
                Pipeline& pipeline, AnswerOf answer_of, Respond respond) {
  Sorted sorted;
  for (std::size_t i = 0; i < event.documents.size(); ++i) {
    sort_document(settings, event.job_id, i, std::move(event.documents[i]), sorted);
  }
  if (sorted.records.empty() && sorted.left_out.empty() && !end) {
    return respond(answer_of(sorted.tally));
  }
  CrawlNews news{std::move(event.job_id), std::move(sorted.records), std::move(sorted.left_out),
                 end};
  pipeline.take(std::move(news), [tally = std::move(sorted.tally), names = std::move(sorted.names),
                                  answer_of = std::move(answer_of), respond = std::move(respond)](
                                     Intake intake, std::span<const PageVerdict> verdicts) mutable {
    if (intake != Intake::kTaken) return respond(refusal(intake));
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i].empty()) continue;  // a deletion: counted among those left out
      if (verdicts[i] == PageVerdict::kDuplicate) {
        ++tally.duplicates;
      } else {
        tally.job_ids.push_back(std::move(names[i]));
      }
    }
    respond(answer_of(tally));
  });
}

// News without pages; `answer` when they are taken.
void take_news(CrawlNews news, Answer answer, Pipeline& pipeline, Respond respond) {
  pipeline.take(std::move(news), [answer = std::move(answer), respond = std::move(respond)](
                                     Intake intake, std::span<const PageVerdict> /*none*/) {
    respond(intake == Intake::kTaken ? answer : refusal(intake));
  });
}

// A page event with success: false. A failed page often has nothing but its address, and in v0 not
// even that.
void failed_pages(Event event, Pipeline& pipeline, Respond respond) {
  Answer answer = failed_event_answer(event.job_id);
  if (event.error.starts_with(kRacedRedirect)) return respond(answer);
  const std::string why = event.error.empty() ? "Firecrawl gave no reason" : event.error;
  CrawlNews news{.job_id = std::move(event.job_id)};
  for (const Document& document : event.documents) {
    news.left_out.push_back({ledger_name(address_of(document)), LeftOutPage::Reason::kFailed, why});
  }
  if (news.left_out.empty()) news.left_out.push_back({{}, LeftOutPage::Reason::kFailed, why});
  take_news(std::move(news), std::move(answer), pipeline, std::move(respond));
}

// v0 sends all pages with `completed`; later versions an empty list.
AnswerOf answer_of_completed(std::string type) {
  return [type = std::move(type)](const Tally& tally) {
    return tally.total() == 0 ? acknowledged_answer(type) : completed_answer(type, tally);
  };
}

// Why a delivery is not even parsed, if so.
std::optional<Answer> judge_signature(const WebhookSettings& settings, const Delivery& delivery) {
  if (settings.secret.empty()) return std::nullopt;
  switch (check_signature(settings.secret, delivery.signature, delivery.body)) {
    case SignatureCheck::kOk:
      return std::nullopt;
    case SignatureCheck::kMissing:
      return error_answer(401, "The X-Firecrawl-Signature header is missing.");
    case SignatureCheck::kMalformed:
      return error_answer(400,
                          "The X-Firecrawl-Signature header is not sha256= and 64 hex digits.");
    case SignatureCheck::kWrong:
      break;
  }
  return error_answer(401, "The signature does not match the body.");
}

}  // namespace

void answer_delivery(const WebhookSettings& settings, const Delivery& delivery, Pipeline& pipeline,
                     Respond respond) {
  if (const auto refused = judge_signature(settings, delivery)) return respond(*refused);
  ParsedEvent parsed = parse_event(delivery.body, delivery.readable);
  if (parsed.fault != EventFault::kNone) return respond(fault_answer(parsed.fault));
  Event& event = parsed.event;
  CrawlNews news{.job_id = event.job_id};
  switch (event.kind) {
    case EventKind::kPage:
      if (!event.success) return failed_pages(std::move(event), pipeline, std::move(respond));
      return take_pages(settings, std::move(event), std::nullopt, pipeline, page_answer,
                        std::move(respond));
    case EventKind::kCompleted: {
      AnswerOf answer_of = answer_of_completed(event.type);
      return take_pages(settings, std::move(event), CrawlEnd::kCompleted, pipeline,
                        std::move(answer_of), std::move(respond));
    }
    case EventKind::kCancelled:
      news.end = CrawlEnd::kCancelled;
      break;
    case EventKind::kFailed:
      news.end = CrawlEnd::kFailed;
      break;
    case EventKind::kStarted:
      break;
    case EventKind::kOther:
      return respond(acknowledged_answer(event.type));
    case EventKind::kUnknown:
      return respond(ignored_answer(event.type));
  }
  take_news(std::move(news), acknowledged_answer(event.type), pipeline, std::move(respond));
}

}  // namespace firecrawl
