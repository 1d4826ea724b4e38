// Signature, event, pages sorted into taken, left out and unusable, then one durable push.
#include "webhook.hpp"

#include "event.hpp"
#include "signature.hpp"

#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace firecrawl {
namespace {

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

// How an answer is made of what became of the documents.
using AnswerOf = std::function<Answer(const Tally&)>;

// Where an event goes and how its sender is answered.
struct Reception {
  Pipeline& pipeline;
  AnswerOf answer_of;
  Respond respond;
};

// What became of each page, into the tally.
void count(std::span<const PageVerdict> verdicts, std::vector<std::string>& names, Tally& tally) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) continue;  // a deletion: counted among those left out
    if (verdicts[i] == PageVerdict::kDuplicate) {
      ++tally.duplicates;
    } else {
      tally.job_ids.push_back(std::move(names[i]));
    }
  }
}

// Hands over what is worth indexing and files the rest. On anything but kTaken the sender has to
// repeat the event.
void take_pages(const PageRules& rules, CrawlNews news, std::vector<Document> documents,
                Reception reception) {
  Sorted sorted = sort_documents(rules, news.job_id, std::move(documents));
  if (sorted.records.empty() && sorted.left_out.empty() && !news.end) {
    return reception.respond(reception.answer_of(sorted.tally));
  }
  CrawlNews warning{.job_id = news.end ? news.job_id : std::string{},
                    .warning = std::string(kAllCameLate)};
  news.records = std::move(sorted.records);
  news.left_out = std::move(sorted.left_out);
  Pipeline& pipeline = reception.pipeline;
  pipeline.take(std::move(news), [tally = std::move(sorted.tally), names = std::move(sorted.names),
                                  reception = std::move(reception), warning = std::move(warning)](
                                     Intake intake, std::span<const PageVerdict> verdicts) mutable {
    if (intake != Intake::kTaken) return reception.respond(refusal(intake));
    count(verdicts, names, tally);
    if (!warning.job_id.empty() && !tally.job_ids.empty() && tally.duplicates == 0) {
      reception.pipeline.take(std::move(warning), [](Intake, std::span<const PageVerdict>) {});
    }
    reception.respond(reception.answer_of(tally));
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
  if (event.documents.empty()) event.documents.emplace_back();
  LedgerNames names;
  for (const Document& document : event.documents) {
    news.left_out.push_back({names.of(document, why), LeftOutPage::Reason::kFailed, why});
  }
  take_news(std::move(news), std::move(answer), pipeline, std::move(respond));
}

// v0 sends all pages with `completed`; later versions an empty list.
AnswerOf answer_of_completed(std::string type) {
  return [type = std::move(type)](const Tally& tally) {
    return tally.total() == 0 ? acknowledged_answer(type) : completed_answer(type, tally);
  };
}

std::optional<CrawlEnd> end_of(EventKind kind) {
  switch (kind) {
    case EventKind::kCompleted:
      return CrawlEnd::kCompleted;
    case EventKind::kCancelled:
      return CrawlEnd::kCancelled;
    case EventKind::kFailed:
      return CrawlEnd::kFailed;
    default:
      return std::nullopt;
  }
}

// What those who look at the crawl are told of an end that is not a completion. In the words of the
// comparison with Firecrawl's list, which finds the same.
std::string warning_of(const Event& event) {
  const std::string why = event.error.empty() ? "" : ": " + event.error;
  if (event.kind == EventKind::kFailed) {
    return "Firecrawl says that the crawl failed" + (why.empty() ? " and gives no reason" : why);
  }
  if (event.kind == EventKind::kCancelled)
    return "Firecrawl says that the crawl was cancelled" + why;
  return {};
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
  CrawlNews news{.job_id = event.job_id, .end = end_of(event.kind)};
  if (news.end && settings.closed && event.documents.empty()) {
    news.fetch = Fetch::kPending;
    respond = [job_id = event.job_id, closed = settings.closed,
               respond = std::move(respond)](const Answer& answer) {
      if (answer.status < 300) closed(job_id);
      respond(answer);
    };
  }
  switch (event.kind) {
    case EventKind::kPage:
      if (!event.success) return failed_pages(std::move(event), pipeline, std::move(respond));
      return take_pages(settings.pages, std::move(news), std::move(event.documents),
                        {pipeline, page_answer, std::move(respond)});
    case EventKind::kCompleted:
      return take_pages(settings.pages, std::move(news), std::move(event.documents),
                        {pipeline, answer_of_completed(event.type), std::move(respond)});
    case EventKind::kCancelled:
    case EventKind::kFailed:
      news.warning = warning_of(event);
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
