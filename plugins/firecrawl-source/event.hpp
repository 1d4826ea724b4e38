// A webhook body as a typed event. Reads every generation that Firecrawl has sent: v0 with `jobId`
// and nested documents, v1 and v2, `data` as a list, one object or null, and list-valued metadata.
#pragma once

#include "document.hpp"

#include <cstddef>
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

// A job id becomes the group of every record and part of store keys; real ones are 36 bytes.
inline constexpr std::size_t kMaxJobIdBytes = 256;

// `readable` says how many bytes from body.data() on may be read, at least body.size(): with 64 to
// spare the body is parsed where it is, otherwise a padded copy is made. Of a key that occurs twice
// the last one counts, as in the JavaScript that writes these bodies. Any thread.
ParsedEvent parse_event(std::string_view body, std::size_t readable);

}  // namespace firecrawl
