#include "watches.hpp"

#include "growing_pause.hpp"
#include "json_check.hpp"
#include "signature.hpp"
#include "targets.hpp"

#include <sluice/url.hpp>

#include <nlohmann/json.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace firecrawl {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr GrowingPause kWatchPause{.first = std::chrono::seconds{1},
                                   .longest = std::chrono::minutes{5}};
constexpr std::string_view kPath = "/api/v1/watch";

std::string dumped(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

// A JSON string in which nothing stands that a template, HTML or Markdown has a meaning for.
std::string quoted(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr std::string_view kHarmless = ":/.-";
  std::string out = "\"";
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    const bool is_word = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                         (byte >= 'a' && byte <= 'z') || byte >= 0x80;
    if (is_word || kHarmless.find(letter) != kHarmless.npos) {
      out += letter;
    } else {
      out += "\\u00";
      out += kDigits[byte >> 4U];
      out += kDigits[byte & 15U];
    }
  }
  return out + '"';
}

std::string why_of(const ApiReply& reply) {
  switch (reply.lack) {
    case ApiReply::Lack::kNone:
      break;
    case ApiReply::Lack::kTimeout:
      return "does not answer in time";
    case ApiReply::Lack::kTooLarge:
      return "has a longer list of watches than this host takes";
    case ApiReply::Lack::kStopping:
      return "is not asked any more";
    case ApiReply::Lack::kUnreachable:
      return "cannot be reached at watch_url";
  }
  if (reply.status == 401 || reply.status == 403) return "refuses watch_key";
  return "answers " + std::to_string(reply.status);
}

// An answer that another try may turn into a better one.
bool may_pass(const ApiReply& reply) {
  return reply.status == 0 || reply.status == 401 || reply.status == 403 || reply.status == 404 ||
         reply.status == 408 || reply.status == 429 || reply.status >= 500;
}

}  // namespace

std::string change_report(std::string_view url) {
  // The time is none of a change; the queue wants one, and takes no heed of it.
  constexpr std::string_view kNoTime = "1970-01-01T00:00:00Z";
  return "{" + quoted("watch_id") + ":" + quoted("sluice") + "," + quoted("watch_url") + ":" +
         quoted(url) + "," + quoted("detected_at") + ":" + quoted(kNoTime) + "}";
}

std::string notification_url(std::string_view notify, std::string_view signature) {
  constexpr std::string_view kTls = "https://";
  const bool is_tls = notify.starts_with(kTls);
  std::string url = is_tls ? "posts://" : "post://";
  url += notify.substr(is_tls ? kTls.size() : std::string_view("http://").size());
  if (!signature.empty()) url.append("?+X-Signature=").append(signature);
  return url;
}

Watches::Watches(Settings settings, Ports ports)
    : settings_(std::move(settings)), ports_(std::move(ports)) {}

void Watches::want(const std::string& url, std::string_view title) {
  if (!url.starts_with("http")) return;
  if (judge_target(url) != Target::kPublic && !settings_.allows_private) return;
  std::string sentence;
  {
    const std::scoped_lock lock(mutex_);
    if (pages_.contains(url)) return;
    if (!knows_all_it_may(sentence)) {
      pages_.emplace(url, State::kWanted);
      wanted_.push_back({url, std::string(title)});
    }
  }
  if (!sentence.empty()) ports_.warn(sentence);
}

// Under the lock; the sentence is for the first time.
bool Watches::knows_all_it_may(std::string& sentence) {
  if (pages_.size() < settings_.most) return false;
  if (!std::exchange(has_said_full_, true)) {
    sentence = "there are as many watches as watch_limit allows (" +
               std::to_string(settings_.most) + "); further pages are not watched";
  }
  return true;
}

void Watches::tick() {
  std::vector<Page> due;
  {
    const std::scoped_lock lock(mutex_);
    if (wanted_.empty() || ports_.now() < due_) return;
    if (!is_listed_) {
      if (busy_ > 0) return;
      ++busy_;
    }
    while (is_listed_ && busy_ < kAtOnce && !wanted_.empty()) {
      Page page = std::move(wanted_.front());
      wanted_.pop_front();
      if (pages_[page.url] == State::kWatched) continue;  // the list has told so
      ++busy_;
      due.push_back(std::move(page));
    }
    if (is_listed_ && due.empty()) return;
  }
  if (due.empty()) return list();
  for (const Page& page : due) make(page);
}

void Watches::list() {
  ports_.api.ask({.path = std::string(kPath)}, [this](ApiReply reply) {
    auto kept = std::make_shared<const ApiReply>(std::move(reply));
    ports_.post([this, kept] { listed(*kept); });
  });
}

void Watches::listed(const ApiReply& reply) {
  if (reply.lack == ApiReply::Lack::kStopping) return;
  if (reply.status != 200) return pause(why_of(reply));
  const json list = check_json(reply.body) == JsonCheck::kOk
                        ? json::parse(reply.body, nullptr, false)
                        : json(json::value_t::discarded);
  if (!list.is_object()) return pause("answers with something that is no list of watches");
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [id, watch] : list.items()) {
      if (!watch.is_object()) continue;
      const auto url = watch.find("url");
      if (url == watch.end() || !url->is_string()) continue;
      const sluice::PageUrl page = sluice::canonical_url(url->get<std::string>());
      const auto known = pages_.find(page.canonical);
      if (known != pages_.end()) {
        known->second = State::kWatched;
      } else if (page.ok() && pages_.size() < settings_.most) {
        pages_.emplace(page.canonical, State::kWatched);
      }
    }
    is_listed_ = true;
  }
  answered();
}

std::string Watches::body_of(const Page& page) const {
  const std::string report = change_report(page.url);
  const std::string signature =
      settings_.secret.empty() ? std::string{} : sign(settings_.secret, report);
  return dumped(
      {{"url", page.url},
       {"title", page.title.empty() ? page.url : page.title},
       {"tag", settings_.tag},
       {"time_between_check", {{"seconds", settings_.interval.count()}}},
       {"time_between_check_use_default", false},
       {"notification_urls", json::array({notification_url(settings_.notify, signature)})},
       {"notification_title", "A watched page has changed"},
       {"notification_body", report}});
}

void Watches::make(const Page& page) {
  ports_.api.ask({.method = "POST", .path = std::string(kPath), .body = body_of(page)},
                 [this, page](ApiReply reply) {
                   auto kept = std::make_shared<const ApiReply>(std::move(reply));
                   ports_.post([this, page, kept] { made(page, *kept); });
                 });
}

void Watches::made(const Page& page, const ApiReply& reply) {
  if (reply.lack == ApiReply::Lack::kStopping) return;
  if (may_pass(reply)) {
    {
      const std::scoped_lock lock(mutex_);
      wanted_.push_front(page);
    }
    return pause(why_of(reply));
  }
  constexpr std::uint32_t kThereAlready = 409;
  const bool is_refused = reply.status >= 300 && reply.status != kThereAlready;
  bool is_first = false;
  {
    const std::scoped_lock lock(mutex_);
    pages_[page.url] = State::kWatched;  // or never will be: it is not asked for again
    is_first = is_refused && !std::exchange(has_said_refused_, true);
  }
  if (is_first) {
    ports_.warn("changedetection.io does not want to watch " + page.url + ": it answers " +
                std::to_string(reply.status) + "; further refusals are not mentioned");
  }
  answered();
}

void Watches::answered() {
  bool was_away = false;
  {
    const std::scoped_lock lock(mutex_);
    --busy_;
    was_away = std::exchange(failures_, 0U) > 0;
  }
  if (was_away) ports_.inform("changedetection.io answers again");
}

void Watches::pause(const std::string& why) {
  bool is_first = false;
  {
    const std::scoped_lock lock(mutex_);
    --busy_;
    if (ports_.now() < due_) return;  // another request has failed at the same time
    due_ = ports_.now() + kWatchPause.after(failures_);
    is_first = failures_++ == 0;
  }
  if (is_first) ports_.warn("changedetection.io " + why + "; pages are watched later");
}

}  // namespace firecrawl
