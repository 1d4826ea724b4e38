#include "scraper.hpp"

#include "results.hpp"
#include "scrape_answer.hpp"
#include "uuid.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace firecrawl {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr milliseconds kJobTimeout{30'000};  // of a question about a job, or the start of one

std::chrono::system_clock::time_point wall() { return std::chrono::system_clock::now(); }

// What one scrape is called in the ledger.
std::string new_crawl_id(const std::string& url) {
  return "scrape-" + uuid5_of_url(url + '#' + std::to_string(wall().time_since_epoch().count()));
}

json field_or_null(const json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? json(nullptr) : *found;
}

}  // namespace

struct Scraper::Asked {
  ScrapeRequest request;
  Respond respond;
};

Scraper::Scraper(Settings settings, Api& api, Pipeline& pipeline, Post post)
    : settings_(std::move(settings)),
      api_(api),
      pipeline_(pipeline),
      post_(std::move(post)),
      cache_(settings_.cache_bytes) {}

void Scraper::answer(ScrapeRequest request, Respond respond) {
  const auto asked = std::make_shared<const Asked>(Asked{std::move(request), std::move(respond)});
  if (asked->request.command != ScrapeCommand::kStart) return ask_job(asked);
  asked->request.urls.empty() ? start_one(asked) : start_batch(asked);
}

void Scraper::ask(ApiRequest request, const AskedPtr& asked,
                  void (Scraper::*then)(const AskedPtr&, const ApiReply&)) {
  request.path.insert(0, "/" + settings_.api_version);
  api_.ask(std::move(request), [this, asked, then](ApiReply reply) {
    auto kept = std::make_shared<const ApiReply>(std::move(reply));
    if (kept->lack == ApiReply::Lack::kStopping) return (this->*then)(asked, *kept);
    // Off the event loop: an answer may be megabytes to read.
    post_([this, asked, then, kept] { (this->*then)(asked, *kept); });
  });
}

void Scraper::start_one(const AskedPtr& asked) {
  const ScrapeRequest& request = asked->request;
  const std::string key = request.url + '\n' + request.options;
  const bool is_forced = request.freshness == ScrapeRequest::Freshness::kForced;
  if (!is_forced) {
    if (const auto page = cache_.find(key, request.max_age, wall())) return save(asked, page, true);
  }
  json body = json::parse(request.options);
  body["url"] = request.url;
  body["timeout"] = request.timeout.count();
  body["maxAge"] = is_forced ? 0 : request.max_age.count();
  ask({.method = "POST",
       .path = "/scrape",
       .body = body.dump(),
       .timeout = request.timeout + settings_.timeout_buffer},
      asked, &Scraper::scraped);
}

void Scraper::scraped(const AskedPtr& asked, const ApiReply& reply) {
  const ScrapeRequest& request = asked->request;
  if (const auto trouble = scrape_trouble(request, reply)) return asked->respond(*trouble);
  const std::int64_t status = page_status(reply.body);
  const bool is_good =
      status == 0 || (status >= settings_.pages.min_status && status <= settings_.pages.max_status);
  const ScrapeCache::PagePtr page =
      is_good ? cache_.keep(request.url + '\n' + request.options, reply.body, wall())
              : std::make_shared<const ScrapeCache::Page>(ScrapeCache::Page{reply.body, wall()});
  save(asked, page, false);
}

// Into the pipeline, if it is wanted there; then the answer.
void Scraper::save(const AskedPtr& asked, const ScrapeCache::PagePtr& page, bool was_cached) {
  const ScrapeRequest& request = asked->request;
  PageFacts facts;
  if (was_cached) facts.age = std::chrono::duration_cast<milliseconds>(wall() - page->at);
  const auto finish = [asked, page](const PageFacts& known) {
    const auto data = page_data(asked->request, *page, known);
    asked->respond(data ? scrape_success(ScrapeCommand::kStart, *data)
                        : error_answer(502, "Firecrawl's answer has no page in it."));
  };
  if (request.handling == ScrapeRequest::Handling::kReturnOnly) {
    facts.message = "The page is not kept.";
    return finish(facts);
  }
  facts.crawl_id = new_crawl_id(request.url);
  Sorted sorted = sort_documents(settings_.pages, facts.crawl_id, parse_scraped(page->answer));
  facts.message = sorted.left_out.empty()
                      ? "The page is on its way into the index."
                      : "The page is not indexed: " + sorted.left_out.front().detail + ".";
  CrawlNews news{facts.crawl_id, std::move(sorted.records), std::move(sorted.left_out),
                 CrawlEnd::kCompleted};
  pipeline_.take(
      std::move(news), [asked, facts, finish](Intake intake, std::span<const PageVerdict>) {
        if (intake == Intake::kTaken) return finish(facts);
        asked->respond(unavailable_answer(
            "The page was scraped but the pipeline takes nothing now; ask again later."));
      });
}

void Scraper::start_batch(const AskedPtr& asked) {
  json body = json::parse(asked->request.options);
  body["urls"] = asked->request.urls;
  body["timeout"] = asked->request.timeout.count();
  body["maxAge"] = asked->request.freshness == ScrapeRequest::Freshness::kForced
                       ? 0
                       : asked->request.max_age.count();
  ask({.method = "POST", .path = "/batch/scrape", .body = body.dump(), .timeout = kJobTimeout},
      asked, &Scraper::batch_started);
}

void Scraper::batch_started(const AskedPtr& asked, const ApiReply& reply) {
  const ScrapeRequest& request = asked->request;
  if (const auto trouble = scrape_trouble(request, reply)) return asked->respond(*trouble);
  const json answer = json::parse(reply.body);
  const auto id = answer.find("id");
  if (id == answer.end() || !id->is_string()) {
    return asked->respond(error_answer(502, "Firecrawl's answer has no job id in it."));
  }
  const bool is_kept = request.handling != ScrapeRequest::Handling::kReturnOnly;
  json data = {{"jobId", *id},
               {"status", "scraping"},
               {"urls", request.urls.size()},
               {"invalidURLs", field_or_null(answer, "invalidURLs")},
               {"message", is_kept ? "The pages are indexed when they are scraped."
                                   : "The pages are not kept."}};
  if (!is_kept) return asked->respond(scrape_success(request.command, data));
  CrawlNews news{.job_id = id->get<std::string>()};
  news.look = Look::kSecond;
  if (settings_.follows_jobs) news.fetch = Fetch::kAwaited;
  // The job runs whether or not the ledger could be written.
  pipeline_.take(std::move(news),
                 [asked, data = std::move(data)](Intake, std::span<const PageVerdict>) {
                   asked->respond(scrape_success(asked->request.command, data));
                 });
}

void Scraper::ask_job(const AskedPtr& asked) {
  ApiRequest request{.path = "/batch/scrape/" + segment_of(asked->request.job_id),
                     .timeout = kJobTimeout};
  switch (asked->request.command) {
    case ScrapeCommand::kCancel:
      request.method = "DELETE";
      break;
    case ScrapeCommand::kErrors:
      request.path += "/errors";
      break;
    case ScrapeCommand::kStatus:
    case ScrapeCommand::kStart:
      request.path += "?skip=0&limit=1";  // the pages themselves are not asked for
      break;
  }
  ask(std::move(request), asked, &Scraper::job_answered);
}

void Scraper::job_answered(const AskedPtr& asked, const ApiReply& reply) {
  const ScrapeRequest& request = asked->request;
  if (const auto trouble = scrape_trouble(request, reply)) return asked->respond(*trouble);
  const json answer = json::parse(reply.body);
  json data = {{"jobId", request.job_id}};
  if (request.command == ScrapeCommand::kErrors) {
    data["errors"] = json::array();
    for (const json& error : answer.value("errors", json::array())) {
      if (!error.is_object()) continue;
      data["errors"].push_back({{"url", field_or_null(error, "url")},
                                {"error", field_or_null(error, "error")},
                                {"timestamp", field_or_null(error, "timestamp")}});
    }
    data["robotsBlocked"] = field_or_null(answer, "robotsBlocked");
    data["message"] = std::to_string(data["errors"].size()) + " pages failed.";
    return asked->respond(scrape_success(request.command, data));
  }
  for (const char* key : {"status", "total", "completed", "creditsUsed", "expiresAt"}) {
    if (const auto found = answer.find(key); found != answer.end()) data[key] = *found;
  }
  data["message"] = request.command == ScrapeCommand::kCancel ? "The job is cancelled."
                                                              : "The job as Firecrawl tells it.";
  asked->respond(scrape_success(request.command, data));
}

}  // namespace firecrawl
