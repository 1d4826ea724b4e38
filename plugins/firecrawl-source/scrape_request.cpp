#include "scrape_request.hpp"

#include "event.hpp"
#include "json_check.hpp"
#include "targets.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace firecrawl {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxBatch = 10'000;
constexpr std::int64_t kMostMs = std::int64_t{366} * 24 * 60 * 60 * 1000;

// Options that go to Firecrawl as they are.
constexpr std::array<std::string_view, 13> kOptions = {
    "actions",  "blockAds", "excludeTags",     "formats", "headers", "includeTags",
    "location", "mobile",   "onlyMainContent", "parsers", "proxy",   "skipTlsVerification",
    "waitFor"};
constexpr std::array<std::string_view, 12> kOwn = {
    "command",       "url",         "urls",           "jobId",    "timeout",    "maxAge",
    "forceRescrape", "cleanScrape", "resultHandling", "maxChars", "startIndex", "extract"};

bool is_among(std::string_view key, const auto& list) {
  return std::find(list.begin(), list.end(), key) != list.end();
}

// Reads one field after the other; after the first fault nothing more is read.
class Reader {
 public:
  explicit Reader(const json& body) : body_(body) {}

  const std::optional<std::string>& fault() const { return fault_; }
  void refuse(std::string sentence) {
    if (!fault_) fault_ = std::move(sentence);
  }

  const json* find(const char* key) const {
    const auto found = body_.find(key);
    return found == body_.end() || found->is_null() ? nullptr : &*found;
  }
  std::string text(const char* key, std::string otherwise = {}) {
    const json* value = find(key);
    if (value == nullptr) return otherwise;
    if (value->is_string()) return value->get<std::string>();
    refuse(std::string(key) + " is not text");
    return otherwise;
  }
  bool flag(const char* key, bool otherwise) {
    const json* value = find(key);
    if (value == nullptr) return otherwise;
    if (value->is_boolean()) return value->get<bool>();
    refuse(std::string(key) + " is neither true nor false");
    return otherwise;
  }
  struct Range {
    std::int64_t least;
    std::int64_t most;
  };
  std::int64_t number(const char* key, std::int64_t otherwise, Range range) {
    const json* value = find(key);
    if (value == nullptr) return otherwise;
    const bool is_whole = value->is_number_integer() &&
                          !(value->is_number_unsigned() && value->get<std::uint64_t>() > INT64_MAX);
    const std::int64_t number = is_whole ? value->get<std::int64_t>() : range.least - 1;
    if (number >= range.least && number <= range.most) return number;
    refuse(std::string(key) + " is not a whole number from " + std::to_string(range.least) +
           " to " + std::to_string(range.most));
    return otherwise;
  }
  template <class Word>
  Word word(const char* key, std::initializer_list<std::pair<std::string_view, Word>> words) {
    const std::string given = text(key, std::string(words.begin()->first));
    std::string list;
    for (const auto& [name, value] : words) {
      if (given == name) return value;
      list += (list.empty() ? "" : ", ") + std::string(name);
    }
    refuse(std::string(key) + " is none of: " + list);
    return words.begin()->second;
  }

 private:
  const json& body_;
  std::optional<std::string> fault_;
};

void check_target(Reader& reader, const std::string& url, PrivateTargets targets) {
  switch (judge_target(url)) {
    case Target::kPublic:
      return;
    case Target::kNoWebAddress:
      return reader.refuse("an address to scrape is not an http or https address");
    case Target::kPrivate:
      break;
  }
  if (targets == PrivateTargets::kAllowed) return;
  reader.refuse(
      "an address to scrape leads into a private network; allow_private_targets of the source "
      "would "
      "let it pass");
}

void read_addresses(Reader& reader, PrivateTargets targets, ScrapeRequest& out) {
  out.url = reader.text("url");
  const json* urls = reader.find("urls");
  if (out.url.empty() == (urls == nullptr)) {
    return reader.refuse("start wants exactly one of url and urls");
  }
  if (urls == nullptr) return check_target(reader, out.url, targets);
  if (!urls->is_array() || urls->empty() || urls->size() > kMaxBatch) {
    return reader.refuse("urls is not a list of 1 to 10000 addresses");
  }
  for (const json& url : *urls) {
    if (!url.is_string()) return reader.refuse("urls holds something that is not text");
    out.urls.push_back(url.get<std::string>());
    check_target(reader, out.urls.back(), targets);
    if (reader.fault()) return;
  }
}

bool has_format(const json& formats, const char* name) {
  return std::any_of(formats.begin(), formats.end(), [&](const json& format) {
    return format == name || (format.is_object() && format.value("type", "") == name);
  });
}

// The formats that the caller wants and those that this host needs.
json formats_of(Reader& reader, const ScrapeRequest& request) {
  json formats = {"markdown", "html"};
  if (const json* given = reader.find("formats")) formats = *given;
  if (!formats.is_array()) {
    reader.refuse("formats is not a list");
    return json::array();
  }
  const bool wants_html = request.content == ScrapeRequest::Content::kHtml;
  const bool wants_markdown =
      !wants_html || request.handling != ScrapeRequest::Handling::kReturnOnly;
  if (wants_markdown && !has_format(formats, "markdown")) formats.emplace_back("markdown");
  if (wants_html && !has_format(formats, "html") && !has_format(formats, "rawHtml")) {
    formats.emplace_back("html");
  }
  return formats;
}

void read_start(Reader& reader, const json& body, PrivateTargets targets, ScrapeRequest& out) {
  using Request = ScrapeRequest;
  read_addresses(reader, targets, out);
  out.timeout = std::chrono::milliseconds(reader.number("timeout", 60'000, {1000, 300'000}));
  out.max_age = std::chrono::milliseconds(reader.number("maxAge", 172'800'000, {0, kMostMs}));
  if (reader.flag("forceRescrape", false)) out.freshness = Request::Freshness::kForced;
  if (!reader.flag("cleanScrape", true)) out.content = Request::Content::kHtml;
  out.handling = reader.word<Request::Handling>(
      "resultHandling", {{"saveAndReturn", Request::Handling::kSaveAndReturn},
                         {"saveOnly", Request::Handling::kSaveOnly},
                         {"returnOnly", Request::Handling::kReturnOnly}});
  out.max_chars = static_cast<std::size_t>(reader.number("maxChars", 100'000, {100, 1'000'000}));
  out.start_index = static_cast<std::size_t>(reader.number("startIndex", 0, {0, INT32_MAX}));
  reader.number("waitFor", 0, {0, 60'000});
  if (reader.find("extract")) reader.refuse("extract is not done here; Firecrawl has /v2/extract");
  json options = {{"onlyMainContent", true}};
  for (const std::string_view key : kOptions) {
    const auto given = body.find(std::string(key));
    if (given != body.end() && !given->is_null()) options[std::string(key)] = *given;
  }
  options["formats"] = formats_of(reader, out);
  out.options = options.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

std::string_view name_of(ScrapeCommand command) {
  switch (command) {
    case ScrapeCommand::kStart:
      return "start";
    case ScrapeCommand::kStatus:
      return "status";
    case ScrapeCommand::kCancel:
      return "cancel";
    case ScrapeCommand::kErrors:
      return "errors";
  }
  return "start";
}

std::variant<ScrapeRequest, ScrapeFault> read_scrape_request(std::string_view body,
                                                             PrivateTargets targets) {
  switch (check_json(body)) {
    case JsonCheck::kOk:
      break;
    case JsonCheck::kTooDeep:
      return ScrapeFault{400, "The body is nested more than 64 levels deep."};
    case JsonCheck::kMalformed:
      return ScrapeFault{422, "The body is not valid JSON."};
  }
  const json parsed = json::parse(body, nullptr, false);
  if (parsed.is_discarded()) return ScrapeFault{422, "The body is not valid JSON in UTF-8."};
  if (!parsed.is_object()) return ScrapeFault{422, "The body is not a JSON object."};
  Reader reader(parsed);
  for (const auto& [key, value] : parsed.items()) {
    // Its name is not repeated: an answer never echoes what it was sent.
    if (!is_among(key, kOptions) && !is_among(key, kOwn)) {
      return ScrapeFault{422, "The body has a key that is no option of a scrape."};
    }
  }
  ScrapeRequest request;
  request.command = reader.word<ScrapeCommand>("command", {{"start", ScrapeCommand::kStart},
                                                           {"status", ScrapeCommand::kStatus},
                                                           {"cancel", ScrapeCommand::kCancel},
                                                           {"errors", ScrapeCommand::kErrors}});
  if (request.command == ScrapeCommand::kStart) {
    read_start(reader, parsed, targets, request);
  } else {
    request.job_id = reader.text("jobId");
    if (request.job_id.empty() || request.job_id.size() > kMaxJobIdBytes) {
      reader.refuse("this command wants the jobId that start has answered");
    }
  }
  if (reader.fault())
    return ScrapeFault{422, "The request cannot be used: " + *reader.fault() + "."};
  return request;
}

}  // namespace firecrawl
