// What a FakeFirecrawl answers to its clients.
#include "fakes/firecrawl/impl.hpp"
#include "fakes/firecrawl/requests.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace sluice::fakes {
namespace {

constexpr std::chrono::hours kDefaultMaxAge{2 * 24};  // of v2
constexpr std::chrono::milliseconds kScrapeTimeout{60'000};

std::size_t number_or_zero(std::string_view digits) {
  std::size_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

std::optional<Route> route_of(std::string_view path) {
  for (const ApiVersion version : {ApiVersion::kV0, ApiVersion::kV1, ApiVersion::kV2}) {
    const std::string prefix = "/" + std::string(name_of(version)) + "/";
    if (path.starts_with(prefix)) return Route{version, std::string(path.substr(prefix.size()))};
  }
  return std::nullopt;
}

Answer ok(const Json& body) { return {.body = text_of(body)}; }
Answer not_found(const std::string& error) { return answer_of({404, error}); }

}  // namespace

Answer FakeFirecrawl::Impl::answer(const Request& request) {
  FirecrawlOptions now;
  {
    const std::scoped_lock lock(mutex);
    now = options;
  }
  const std::string_view path = request.path();
  if (path == "/") {
    return ok({{"message", "Firecrawl API"}, {"documentation_url", "https://docs.firecrawl.dev"}});
  }
  if (path == "/e2e-test") return {.body = "OK", .content_type = "text/plain"};
  const auto route = route_of(path);
  if (!route) {
    return {.status = 404,
            .body = "<pre>Cannot " + request.method + " " + std::string(path) + "</pre>",
            .content_type = "text/html"};
  }
  const std::string_view key = request.header("Authorization");
  if (!now.api_key.empty() && key != "Bearer " + now.api_key) {
    const std::scoped_lock lock(mutex);
    ++counters.refused;
    return answer_of(
        {401, key.empty() ? "Unauthorized: Token missing" : "Unauthorized: Invalid token"});
  }
  return request.method == "POST" ? post(request, *route, now) : ask(request, *route, now);
}

Answer FakeFirecrawl::Impl::post(const Request& request, const Route& route,
                                 const FirecrawlOptions& now) {
  if (route.rest == "scrape") return scrape(request, route.version, now);
  if (route.rest == "crawl") return start(request, route.version, JobKind::kCrawl);
  if (route.rest == "batch/scrape") return start(request, route.version, JobKind::kBatch);
  if (route.rest == "map") return map(request, route.version);
  return not_found("Not found");
}

Answer FakeFirecrawl::Impl::ask(const Request& request, const Route& route,
                                const FirecrawlOptions& now) {
  std::string_view rest = route.rest;
  if (rest == "crawl/active" || rest == "crawl/ongoing") return active(route.version);
  JobKind kind = JobKind::kCrawl;
  constexpr std::string_view kCrawl = "crawl/";
  constexpr std::string_view kBatch = "batch/scrape/";
  if (rest.starts_with(kBatch)) {
    kind = JobKind::kBatch;
    rest.remove_prefix(kBatch.size());
  } else if (rest.starts_with(kCrawl)) {
    rest.remove_prefix(kCrawl.size());
  } else {
    return not_found("Not found");
  }
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string id(rest.substr(0, slash));
  if (!is_uuid(id)) {
    return answer_of({400, "Invalid job ID format. Job ID must be a valid UUID."});
  }
  const std::scoped_lock lock(mutex);
  Job* job = find(id);
  if (job == nullptr || job->kind != kind) {
    // The controllers that cancel leave out `success`.
    if (request.method == "DELETE") {
      return {.status = 404, .body = text_of({{"error", "Job not found"}})};
    }
    return not_found("Job not found");
  }
  if (job->is_expired) return not_found("Job expired");
  return about(request, *job, rest.substr(slash), now);
}

// The caller locks.
Answer FakeFirecrawl::Impl::about(const Request& request, Job& job, std::string_view what,
                                  const FirecrawlOptions& now) {
  if (request.method == "DELETE" && what.empty()) return cancel(job);
  if (request.method != "GET") return not_found("Not found");
  if (what == "/errors") {
    ++counters.errors;
    return ok(errors_answer(job));
  }
  if (!what.empty()) return not_found("Not found");
  const Json body = status_answer(job,
                                  {.base = base_of(request, now),
                                   .skip = number_or_zero(query_value(request.query(), "skip")),
                                   .limit = number_or_zero(query_value(request.query(), "limit"))},
                                  now);
  ++counters.statuses;
  counters.documents += body["data"].size();
  return ok(body);
}

// The caller locks.
Answer FakeFirecrawl::Impl::cancel(Job& job) {
  if (job.status == CrawlStatus::kCompleted) {
    return {.status = 409, .body = text_of({{"error", "Crawl is already completed"}})};
  }
  if (job.status == CrawlStatus::kScraping) {
    ++counters.cancelled;
    job.status = CrawlStatus::kCancelled;
    job.ended_at = std::chrono::system_clock::now();
    changed.notify_all();
  }
  return ok({{"status", "cancelled"}});
}

Answer FakeFirecrawl::Impl::active(ApiVersion version) {
  const std::scoped_lock lock(mutex);
  Json crawls = Json::array();
  for (const auto& [id, job] : jobs) {
    if (job.status != CrawlStatus::kScraping || job.kind != JobKind::kCrawl) continue;
    crawls.push_back({{"id", id},
                      {"teamId", "bypass"},
                      {"url", job.url},
                      {"created_at", iso_time(job.created_at)},
                      {"options", Json::object()}});
  }
  if (version == ApiVersion::kV0) return not_found("Not found");
  return ok({{"success", true}, {"crawls", std::move(crawls)}});
}

std::string FakeFirecrawl::Impl::base_of(const Request& request,
                                         const FirecrawlOptions& now) const {
  return now.next_base.empty() ? "http://" + std::string(request.header("Host")) : now.next_base;
}

Job* FakeFirecrawl::Impl::find(const std::string& id) {
  const auto found = jobs.find(id);
  return found == jobs.end() ? nullptr : &found->second;
}

Answer FakeFirecrawl::Impl::scrape(const Request& request, ApiVersion version,
                                   const FirecrawlOptions& now) {
  const auto read = read_body(request, Operation::kScrape, version);
  if (const auto* error = std::get_if<ApiError>(&read)) return answer_of(*error);
  const Json& body = std::get<Json>(read);
  const std::string url = body["url"].get<std::string>();
  if (host_of(url).empty()) return answer_of({400, "Invalid URL", "BAD_REQUEST"});
  const std::chrono::milliseconds timeout{body.value("timeout", kScrapeTimeout.count())};
  const auto default_age = version == ApiVersion::kV2 ? kDefaultMaxAge : std::chrono::hours{0};
  const std::chrono::milliseconds max_age{
      body.value("maxAge", std::chrono::milliseconds(default_age).count())};
  if (now.page_time > timeout) {
    return {.status = 408,
            .body = text_of({{"success", false},
                             {"code", "SCRAPE_TIMEOUT"},
                             {"error", "The scrape operation timed out before completing."}}),
            .delay = timeout};
  }
  const std::scoped_lock lock(mutex);
  ++counters.scrapes;
  site.make_up(host_of(url), now.made_up_pages);
  const auto kept = site.cached(url, max_age);
  const SitePage page = kept ? *kept : site.find(url);
  Scraped scraped = Site::scrape(page, Formats::of(body), now.build);
  if (!scraped.error.empty()) {
    const bool is_dns = scraped.code == "SCRAPE_DNS_RESOLUTION_ERROR";
    return answer_of({is_dns ? 200U : 500U, scraped.error, scraped.code});
  }
  scraped.document["metadata"]["cacheState"] = kept ? "hit" : "miss";
  if (!kept) {
    ++counters.fetched;
    if (body.value("storeInCache", true)) site.cache(page);
  }
  Answer answer = ok({{"success", true}, {"data", std::move(scraped.document)}});
  answer.delay = now.page_time;
  return answer;
}

Answer FakeFirecrawl::Impl::map(const Request& request, ApiVersion version) {
  const auto read = read_body(request, Operation::kMap, version);
  if (const auto* error = std::get_if<ApiError>(&read)) return answer_of(*error);
  const Json& body = std::get<Json>(read);
  const std::scoped_lock lock(mutex);
  Json links = Json::array();
  for (const SitePage& page : site.pages_of(host_of(body["url"].get<std::string>()))) {
    if (version == ApiVersion::kV2) {
      links.push_back({{"url", page.url}, {"title", page.title}});
    } else {
      links.push_back(page.url);
    }
  }
  return ok({{"success", true}, {"links", std::move(links)}});
}

}  // namespace sluice::fakes
