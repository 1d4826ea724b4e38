// Walks the body once with simdjson's on-demand parser. check_json has vouched for the grammar
// before, so that what is skipped here is known to be JSON.
#include "event.hpp"

#include "json_check.hpp"
#include "json_text.hpp"

#include <simdjson.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

namespace firecrawl {
namespace {

namespace ondemand = simdjson::ondemand;

// Bounds of what goes into metadata, which every chunk of a page carries to every store.
constexpr std::size_t kMaxTitleBytes = 2048;
constexpr std::size_t kMaxDescriptionBytes = 8192;
constexpr std::size_t kMaxTagBytes = 64;  // a language or a country
constexpr std::size_t kMaxErrorBytes = 1024;

bool is_json_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// The bytes of a scalar as they stand in the body, without the white space behind it.
std::string_view raw_scalar(ondemand::value& value) {
  std::string_view raw = value.raw_json_token();
  while (!raw.empty() && is_json_space(raw.back())) raw.remove_suffix(1);
  return raw;
}

// What is between the quotes, still escaped.
std::string_view raw_string(ondemand::value& value) {
  const std::string_view raw = raw_scalar(value);
  return raw.substr(1, raw.size() - 2);
}

bool is_string(ondemand::value& value) { return value.type() == ondemand::json_type::string; }

// The text of a metadata value: a string, else the first string of a list that is not empty. Pages
// with a <meta> tag twice give lists.
std::string text_of(ondemand::value& value, Nul nul = Nul::kReplace) {
  if (is_string(value)) return unescaped(raw_string(value), nul);
  if (value.type() != ondemand::json_type::array) return {};
  for (ondemand::value item : value.get_array()) {
    if (!is_string(item)) continue;
    std::string text = unescaped(raw_string(item), nul);
    if (!text.empty()) return text;
  }
  return {};
}

std::string clipped_text_of(ondemand::value& value, std::size_t limit) {
  const std::string text = text_of(value);
  return std::string(clipped(text, limit));
}

// A language tag or country that is too long to be one is left out rather than cut.
std::string tag_of(ondemand::value& value) {
  std::string text = text_of(value);
  return text.size() <= kMaxTagBytes ? std::move(text) : std::string{};
}

// 200, 200.0 and "200" all are 200.
std::optional<std::int64_t> whole_number(std::string_view text) {
  const char* const end = text.data() + text.size();
  std::int64_t whole = 0;
  if (const auto r = std::from_chars(text.data(), end, whole);
      r.ec == std::errc{} && r.ptr == end) {
    return whole;
  }
  double number = 0;
  const auto r = std::from_chars(text.data(), end, number);
  constexpr double kExact = 9007199254740992.0;  // 2^53: whole numbers are exact up to here
  if (r.ec != std::errc{} || r.ptr != end || !(std::abs(number) <= kExact) ||
      number != std::floor(number)) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(number);
}

std::optional<std::int64_t> number_of(ondemand::value& value) {
  if (value.type() == ondemand::json_type::number) return whole_number(raw_scalar(value));
  return whole_number(text_of(value));
}

std::optional<bool> flag_of(ondemand::value& value) {
  const ondemand::json_type type = value.type();
  if (type != ondemand::json_type::boolean && type != ondemand::json_type::string) {
    return std::nullopt;
  }
  const std::string_view raw =
      type == ondemand::json_type::string ? raw_string(value) : raw_scalar(value);
  if (raw == "true") return true;
  if (raw == "false") return false;
  return std::nullopt;
}

// A job id: text, or a number taken as its digits.
std::string id_of(ondemand::value& value) {
  if (value.type() == ondemand::json_type::number) return std::string(raw_scalar(value));
  return is_string(value) ? unescaped(raw_string(value)) : std::string{};
}

// Calls `visit(key, value)` for every member. A key that is not valid Unicode is nobody's.
template <class Visit>
void each_member(ondemand::object object, Visit visit) {
  for (ondemand::field field : object) {
    std::string_view key;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS) continue;
    ondemand::value value = field.value();
    visit(key, value);
  }
}

// Usually text; v0 sends a serialised JavaScript Error, which is an object, at times an empty one.
std::string error_of(ondemand::value& value) {
  if (value.type() != ondemand::json_type::object) return clipped_text_of(value, kMaxErrorBytes);
  std::string message;
  each_member(value.get_object(), [&message](std::string_view key, ondemand::value& member) {
    if (key == "message") message = clipped_text_of(member, kMaxErrorBytes);
  });
  return message;
}

void read_metadata(ondemand::object object, Document& out) {
  std::optional<std::int64_t> v0_status;
  each_member(object, [&](std::string_view key, ondemand::value& value) {
    if (key == "url")
      out.url = text_of(value, Nul::kKeep);
    else if (key == "sourceURL")
      out.source_url = text_of(value, Nul::kKeep);
    else if (key == "title")
      out.title = clipped_text_of(value, kMaxTitleBytes);
    else if (key == "description")
      out.description = clipped_text_of(value, kMaxDescriptionBytes);
    else if (key == "language")
      out.language = tag_of(value);
    else if (key == "country")
      out.country = tag_of(value);
    else if (key == "isMobile")
      out.is_mobile = flag_of(value);
    else if (key == "statusCode")
      out.status_code = number_of(value);
    else if (key == "pageStatusCode")
      v0_status = number_of(value);
    else if (key == "error")
      out.target_error = clipped_text_of(value, kMaxErrorBytes);
  });
  if (!out.status_code) out.status_code = v0_status;
}

// Collects one document; `content` may hold another that takes its place (v0).
class DocumentReader {
 public:
  Document read(ondemand::value& value) {
    if (value.type() != ondemand::json_type::object) {
      document_.fault = "the document is not a JSON object";
      return std::move(document_);
    }
    read_members(value.get_object(), Level::kOuter);
    if (document_.url.empty()) document_.url = std::move(outer_url_);
    if (document_.source_url.empty()) document_.source_url = std::move(source_);
    if (document_.title.empty()) document_.title = std::move(outer_title_);
    if (document_.description.empty()) document_.description = std::move(outer_description_);
    if (document_.fault.empty()) {
      document_.markdown = unescaped(markdown_.empty() ? content_ : markdown_);
    }
    return std::move(document_);
  }

  // The document was {}.
  bool was_empty() const { return was_empty_; }

 private:
  enum class Level { kOuter, kNested };

  void read_members(ondemand::object object, Level level) {
    was_empty_ = level == Level::kOuter;
    each_member(object, [&](std::string_view key, ondemand::value& value) {
      was_empty_ = false;
      if (key == "markdown")
        read_markdown(value);
      else if (key == "content")
        read_content(value, level);
      else if (key == "metadata")
        read_metadata_of(value);
      else if (key == "url")
        outer_url_ = text_of(value, Nul::kKeep);
      else if (key == "source")
        source_ = text_of(value, Nul::kKeep);
      else if (key == "title")
        outer_title_ = clipped_text_of(value, kMaxTitleBytes);
      else if (key == "description") {
        outer_description_ = clipped_text_of(value, kMaxDescriptionBytes);
      }
    });
  }

  void read_markdown(ondemand::value& value) {
    if (is_string(value)) {
      markdown_ = raw_string(value);
    } else if (value.type() != ondemand::json_type::null) {
      document_.fault = "the document's markdown is not text";
    }
  }

  void read_content(ondemand::value& value, Level level) {
    if (is_string(value)) {
      content_ = raw_string(value);
    } else if (level == Level::kOuter && value.type() == ondemand::json_type::object) {
      read_members(value.get_object(), Level::kNested);
    }
  }

  void read_metadata_of(ondemand::value& value) {
    if (value.type() == ondemand::json_type::object) read_metadata(value.get_object(), document_);
  }

  Document document_;
  std::string_view markdown_;  // escaped, in the body
  std::string_view content_;   // the same: v0's plain text
  std::string outer_url_;
  std::string source_;
  std::string outer_title_;
  std::string outer_description_;
  bool was_empty_ = false;
};

// Returns false when there are more documents than an event may carry.
bool read_documents(ondemand::value& data, std::vector<Document>& out) {
  out.clear();
  switch (data.type()) {
    case ondemand::json_type::null:
      return true;
    case ondemand::json_type::array:
      for (ondemand::value item : data.get_array()) {
        if (out.size() == kMaxDocuments) return false;
        out.push_back(DocumentReader{}.read(item));
      }
      return true;
    default:
      break;
  }
  DocumentReader reader;
  Document only = reader.read(data);
  if (!reader.was_empty()) out.push_back(std::move(only));
  return true;
}

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

// The body with the padding that simdjson reads over: itself where that much is readable.
class PaddedBody {
 public:
  PaddedBody(std::string_view body, std::size_t readable) : body_(body), readable_(readable) {
    if (readable >= body.size() + simdjson::SIMDJSON_PADDING) return;
    copy_ = std::make_unique_for_overwrite<char[]>(body.size() + simdjson::SIMDJSON_PADDING);
    std::memcpy(copy_.get(), body.data(), body.size());
    std::memset(copy_.get() + body.size(), 0, simdjson::SIMDJSON_PADDING);
    body_ = {copy_.get(), body.size()};
    readable_ = body.size() + simdjson::SIMDJSON_PADDING;
  }

  simdjson::padded_string_view view() const {
    return simdjson::padded_string_view(body_.data(), body_.size(), readable_);
  }

 private:
  std::string_view body_;
  std::size_t readable_;
  std::unique_ptr<char[]> copy_;
};

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
