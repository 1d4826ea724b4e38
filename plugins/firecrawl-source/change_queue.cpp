#include "change_queue.hpp"

#include "growing_pause.hpp"
#include "json_check.hpp"
#include "results.hpp"
#include "signature.hpp"
#include "targets.hpp"
#include "uuid.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <regex>
#include <span>

namespace firecrawl {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr GrowingPause kRetryPause{.first = std::chrono::seconds{1},
                                   .longest = std::chrono::minutes{5}};
constexpr unsigned kMostTries = 300;  // a day of the longest pause
constexpr std::size_t kMaxUrlBytes = 8192;

// "sha256=<hex>" or bare hex.
SignatureCheck check_notice(const std::string& secret, const Notice& notice) {
  constexpr std::string_view kPrefix = "sha256=";
  std::string header(notice.signature);
  if (!header.empty() && !header.starts_with(kPrefix)) header.insert(0, kPrefix);
  return check_signature(secret, header, notice.body);
}

bool is_iso_time(const std::string& text) {
  static const std::regex kIso(
      R"(\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?)");
  return std::regex_match(text, kIso);
}

struct ReadNotice {
  std::string url;
  std::string fault;  // a sentence; empty when the notice is good
};

ReadNotice read_notice(std::string_view body, bool allows_private) {
  if (check_json(body) != JsonCheck::kOk) return {{}, "The notice is not valid JSON."};
  const json notice = json::parse(body, nullptr, false);
  if (!notice.is_object()) return {{}, "The notice is not a JSON object in UTF-8."};
  const auto text = [&](const char* key) {
    const auto found = notice.find(key);
    return found != notice.end() && found->is_string() ? found->get<std::string>() : std::string{};
  };
  for (const char* key : {"watch_id", "watch_url", "detected_at"}) {
    if (text(key).empty()) return {{}, std::string("The notice has no ") + key + "."};
  }
  constexpr std::size_t kMaxTimeBytes = 64;
  const std::string detected_at = text("detected_at");
  if (detected_at.size() > kMaxTimeBytes || !is_iso_time(detected_at)) {
    return {{}, "The notice's detected_at is not an ISO 8601 time."};
  }
  std::string url = text("watch_url");
  const Target target = url.size() > kMaxUrlBytes ? Target::kNoWebAddress : judge_target(url);
  if (target == Target::kNoWebAddress) {
    return {{}, "The notice's watch_url is not an http or https address."};
  }
  if (target == Target::kPrivate && !allows_private) {
    return {{},
            "The notice's watch_url leads into a private network; allow_private_targets of the "
            "source would let it pass."};
  }
  return {std::move(url), {}};
}

}  // namespace

ChangeQueue::ChangeQueue(Settings settings, Ports ports)
    : settings_(std::move(settings)), ports_(std::move(ports)) {}

Answer ChangeQueue::take(const Notice& notice) {
  if (!settings_.secret.empty()) {
    switch (check_notice(settings_.secret, notice)) {
      case SignatureCheck::kOk:
        break;
      case SignatureCheck::kMissing:
        return error_answer(401, "The X-Signature header is missing.");
      case SignatureCheck::kMalformed:
      case SignatureCheck::kWrong:
        return error_answer(401, "The signature does not match the body.");
    }
  }
  ReadNotice read = read_notice(notice.body, settings_.allows_private);
  if (!read.fault.empty()) return error_answer(400, read.fault);
  const auto received = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  std::string id;
  {
    const std::scoped_lock lock(mutex_);
    // A page that waits already will be scraped after this change.
    const auto same = std::find_if(changes_.begin(), changes_.end(), [&](const auto& entry) {
      return entry.second.url == read.url && !entry.second.is_busy;
    });
    if (same != changes_.end()) id = same->first;
    if (id.empty() && changes_.size() >= kMost) {
      return unavailable_answer(
          "Too many changed pages wait already; send the notice again later.");
    }
  }
  if (id.empty()) {
    id = "change-" + uuid5_of_url(read.url + '#' + std::to_string(received.count()));
    if (!ports_.shelf.put(id, read.url)) {
      return unavailable_answer("The notice cannot be kept; send it again later.");
    }
    const std::scoped_lock lock(mutex_);
    changes_[id] = {.url = read.url, .due = ports_.now()};
  }
  const json answer = {{"status", "queued"},
                       {"job_id", id},
                       {"change_event_id", received.count()},
                       {"url", read.url}};
  return {202, answer.dump(-1, ' ', false, json::error_handler_t::replace)};
}

void ChangeQueue::load() {
  {
    const std::scoped_lock lock(mutex_);
    if (std::exchange(is_loaded_, true)) return;
  }
  const auto kept = ports_.shelf.all();
  const std::scoped_lock lock(mutex_);
  for (const auto& [id, url] : kept) changes_.try_emplace(id, Change{.url = url});
}

void ChangeQueue::tick() {
  load();
  std::vector<std::pair<std::string, std::string>> due;
  {
    const std::scoped_lock lock(mutex_);
    const auto now = ports_.now();
    auto busy = static_cast<std::size_t>(std::count_if(
        changes_.begin(), changes_.end(), [](const auto& entry) { return entry.second.is_busy; }));
    for (auto& [id, change] : changes_) {
      if (busy >= kAtOnce) break;
      if (change.is_busy || change.due > now) continue;
      change.is_busy = true;
      ++busy;
      due.emplace_back(id, change.url);
    }
  }
  for (const auto& [id, url] : due) scrape(id, url);
}

void ChangeQueue::scrape(const std::string& id, const std::string& url) {
  // Not a copy that Firecrawl made before the change.
  const json body = {
      {"url", url}, {"formats", {"markdown"}}, {"onlyMainContent", true}, {"maxAge", 0}};
  ports_.api.ask({.method = "POST",
                  .path = "/" + settings_.api_version + "/scrape",
                  .body = body.dump(-1, ' ', false, json::error_handler_t::replace)},
                 [this, id, url](ApiReply reply) {
                   auto kept = std::make_shared<const ApiReply>(std::move(reply));
                   ports_.post([this, id, url, kept] { scraped(id, url, *kept); });
                 });
}

void ChangeQueue::scraped(const std::string& id, const std::string& url, const ApiReply& reply) {
  if (reply.status == 0) return again(id, url, "Firecrawl cannot be reached");
  const std::string error = parse_error(reply.body);
  const bool may_pass = reply.status == 401 || reply.status == 408 || reply.status == 429 ||
                        reply.status == 502 || reply.status == 503 || reply.status == 504;
  if (may_pass) return again(id, url, error.empty() ? "Firecrawl is not ready" : error);
  auto documents = parse_scraped(reply.body);
  CrawlNews news{.job_id = id, .end = CrawlEnd::kCompleted};
  if (reply.status >= 400 || documents.empty()) {
    Document named;
    named.source_url = url;
    news.left_out.push_back({ledger_name(named), LeftOutPage::Reason::kFailed,
                             error.empty() ? "Firecrawl gave no reason" : error});
  } else {
    Sorted sorted = sort_documents(settings_.pages, id, std::move(documents));
    news.records = std::move(sorted.records);
    news.left_out = std::move(sorted.left_out);
  }
  settle(id, std::move(news));
}

void ChangeQueue::again(const std::string& id, const std::string& url, const std::string& why) {
  bool is_over = false;
  {
    const std::scoped_lock lock(mutex_);
    Change& change = changes_[id];
    change.due = ports_.now() + kRetryPause.after(change.failures);
    is_over = ++change.failures > kMostTries;
    change.is_busy = is_over;
  }
  if (!is_over) return;
  Document named;
  named.source_url = url;
  CrawlNews news{.job_id = id, .end = CrawlEnd::kFailed};
  news.left_out.push_back({ledger_name(named), LeftOutPage::Reason::kFailed, why});
  settle(id, std::move(news));
}

// Into the pipeline; only then is the notice forgotten.
void ChangeQueue::settle(const std::string& id, CrawlNews news) {
  ports_.pipeline.take(std::move(news), [this, id](Intake intake, std::span<const PageVerdict>) {
    ports_.post([this, id, intake] {
      if (intake == Intake::kTaken) ports_.shelf.erase(id);
      const std::scoped_lock lock(mutex_);
      if (intake == Intake::kTaken) {
        changes_.erase(id);
      } else {
        changes_[id].is_busy = false;
        changes_[id].due = ports_.now() + kRetryPause.first;
      }
    });
  });
}

}  // namespace firecrawl
