// A webhook body as a typed event. Reads every generation that Firecrawl has sent: v0 with `jobId`
// and nested documents, v1 and v2, `data` as a list, one object or null, and list-valued metadata.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace firecrawl {

enum class EventKind {
  kPage,     // crawl.page, batch_scrape.page
  kStarted,  // the next four: of a crawl or a batch scrape
  kCompleted,
  kCancelled,
  kFailed,
  kOther,  // known, and of no interest: extract.*, agent.*, monitor.*
  kUnknown,
};

EventKind event_kind(std::string_view type);

// One element of `data`. Never the reason to refuse its event: what is wrong with it is in `fault`.
struct Document {
  std::string markdown;    // its only copy, to be moved into the record
  std::string url;         // after redirects
  std::string source_url;  // as it was asked for; all that a failed page has
  std::string title;
  std::string description;
  std::string language;
  std::string country;
  std::string target_error;  // the reason phrase of a target that did not answer 2xx
  std::optional<std::int64_t> status_code;
  std::optional<bool> is_mobile;
  std::string_view fault;  // a sentence that lives for ever; empty when the document is readable
};

struct Event {
  EventKind kind = EventKind::kUnknown;
  std::string type;
  std::string job_id;  // of the crawl or batch scrape
  bool success = true;
  std::string error;
  std::vector<Document> documents;
};

enum class EventFault {
  kNone,
  kNotJson,
  kTooDeep,
  kNotObject,
  kNoType,
  kNoJobId,
  kJobIdTooLong,
  kTooManyDocuments,
};

struct ParsedEvent {
  EventFault fault = EventFault::kNone;
  Event event;
};

// An event may carry this many documents: more than Firecrawl's largest crawl by default (10,000),
// and few enough that a body of nothing but empty documents stays cheap.
inline constexpr std::size_t kMaxDocuments = 20'000;

// A job id becomes the group of every record and part of store keys; real ones are 36 bytes.
inline constexpr std::size_t kMaxJobIdBytes = 256;

// `readable` says how many bytes from body.data() on may be read, at least body.size(): with 64 to
// spare the body is parsed where it is, otherwise a padded copy is made. Of a key that occurs twice
// the last one counts, as in the JavaScript that writes these bodies. Any thread.
ParsedEvent parse_event(std::string_view body, std::size_t readable);

}  // namespace firecrawl
