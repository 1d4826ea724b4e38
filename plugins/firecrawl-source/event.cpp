// Walks the body once. check_json has vouched for the grammar before, so that what is skipped here
// is known to be JSON.
#include "event.hpp"

#include "document_reader.hpp"
#include "json_check.hpp"
#include "json_fields.hpp"

#include <array>
#include <new>
#include <utility>

namespace firecrawl {
namespace {

EventFault read_event(ondemand::object object, Event& out) {
  std::string id;
  std::string v0_id;
  bool fits = true;
  each_member(object, [&](std::string_view key, ondemand::value& value) {
    if (key == "type")
      out.type = is_string(value) ? text_of(value) : std::string{};
    else if (key == "id")
      id = id_of(value);
    else if (key == "jobId")
      v0_id = id_of(value);
    else if (key == "success")
      out.success = flag_of(value).value_or(true);
    else if (key == "error")
      out.error = error_of(value);
    else if (key == "data")
      fits = read_documents(value, out.documents);
  });
  out.job_id = std::move(id.empty() ? v0_id : id);
  out.kind = event_kind(out.type);
  if (out.type.empty()) return EventFault::kNoType;
  if (out.kind == EventKind::kUnknown || out.kind == EventKind::kOther) return EventFault::kNone;
  if (out.job_id.empty()) return EventFault::kNoJobId;
  if (out.job_id.size() > kMaxJobIdBytes) return EventFault::kJobIdTooLong;
  return fits ? EventFault::kNone : EventFault::kTooManyDocuments;
}

}  // namespace

EventKind event_kind(std::string_view type) {
  struct Known {
    std::string_view event;
    EventKind kind;
  };
  static constexpr std::array<Known, 5> kOfCrawls = {{{"page", EventKind::kPage},
                                                      {"started", EventKind::kStarted},
                                                      {"completed", EventKind::kCompleted},
                                                      {"cancelled", EventKind::kCancelled},
                                                      {"failed", EventKind::kFailed}}};
  static constexpr std::array<std::string_view, 11> kOthers = {
      "extract.started", "extract.completed", "extract.failed",         "extract.cancelled",
      "agent.started",   "agent.action",      "agent.completed",        "agent.failed",
      "agent.cancelled", "monitor.page",      "monitor.check.completed"};
  for (const std::string_view family : {"crawl.", "batch_scrape."}) {
    if (!type.starts_with(family)) continue;
    for (const Known& known : kOfCrawls) {
      if (type.substr(family.size()) == known.event) return known.kind;
    }
  }
  for (const std::string_view other : kOthers) {
    if (type == other) return EventKind::kOther;
  }
  return EventKind::kUnknown;
}

ParsedEvent parse_event(std::string_view body, std::size_t readable) {
  ParsedEvent out;
  if (const JsonCheck check = check_json(body); check != JsonCheck::kOk) {
    out.fault = check == JsonCheck::kTooDeep ? EventFault::kTooDeep : EventFault::kNotJson;
    return out;
  }
  try {
    const PaddedBody padded(body, readable);
    ondemand::parser parser;
    ondemand::document document = parser.iterate(padded.view());
    if (document.type() != ondemand::json_type::object) {
      out.fault = EventFault::kNotObject;
      return out;
    }
    out.fault = read_event(document.get_object(), out.event);
  } catch (const simdjson::simdjson_error& e) {
    if (e.error() == simdjson::MEMALLOC) throw std::bad_alloc{};
    out.fault = EventFault::kNotJson;  // not UTF-8; the grammar was checked above
  }
  return out;
}

}  // namespace firecrawl
