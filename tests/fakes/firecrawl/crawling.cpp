// Jobs: how they start, run and tell of it.
#include "fakes/firecrawl/events.hpp"
#include "fakes/firecrawl/impl.hpp"
#include "fakes/firecrawl/requests.hpp"

#include <algorithm>
#include <random>
#include <regex>
#include <utility>

namespace sluice::fakes {
namespace {

constexpr std::size_t kDefaultLimit = 10'000;  // pages of a crawl

bool matches_any(const std::string& text, const Json& patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const Json& pattern) {
    return pattern.is_string() && std::regex_search(text, std::regex(pattern.get<std::string>()));
  });
}

std::string path_of(const std::string& url) {
  const std::size_t at = url.find(host_of(url)) + host_of(url).size();
  return at < url.size() ? url.substr(at) : "/";
}

// The addresses that a crawl with these options gets to.
std::vector<std::string> urls_of(const Site& site, const Json& options) {
  const Json none = Json::array();
  const auto list = [&](const char* key) -> const Json& {
    const auto found = options.find(key);
    return found != options.end() && found->is_array() ? *found : none;
  };
  const std::string start = options["url"].get<std::string>();
  const std::size_t limit = options.value("limit", kDefaultLimit);
  std::vector<std::string> urls;
  for (const SitePage& page : site.pages_of(host_of(start))) {
    const std::string path = path_of(page.url);
    if (urls.size() == limit) break;
    if (!list("includePaths").empty() && !matches_any(path, list("includePaths"))) continue;
    if (matches_any(path, list("excludePaths"))) continue;
    urls.push_back(page.url);
  }
  if (urls.empty()) urls.push_back(start);
  return urls;
}

}  // namespace

Answer FakeFirecrawl::Impl::start(const Request& request, ApiVersion version, JobKind kind) {
  const bool is_crawl = kind == JobKind::kCrawl;
  const auto read = read_body(request, is_crawl ? Operation::kCrawl : Operation::kBatch, version);
  if (const auto* error = std::get_if<ApiError>(&read)) return answer_of(*error);
  const Json& body = std::get<Json>(read);
  const auto webhook = read_webhook(body);
  if (const auto* error = std::get_if<ApiError>(&webhook)) return answer_of(*error);

  const std::scoped_lock lock(mutex);
  const std::string key(request.header("X-Idempotency-Key"));
  if (!key.empty() && is_crawl && !idempotency_keys.insert(key).second) {
    return answer_of({409, "Idempotency key already used"});
  }
  Job job;
  job.id = new_uuid();
  job.kind = kind;
  job.version = version;
  job.webhook = std::get<Webhook>(webhook);
  Addresses addresses = is_crawl ? crawled(body) : listed(body, version);
  if (addresses.is_refused) return answer_of({400, "Invalid URL", "BAD_REQUEST"});
  job.urls = std::move(addresses.urls);
  if (is_crawl) job.url = body["url"].get<std::string>();
  const Json no_options = Json::object();
  const bool has_options = body.contains("scrapeOptions");
  job.formats = Formats::of(!is_crawl ? body : (has_options ? body["scrapeOptions"] : no_options));
  ++(is_crawl ? counters.crawls : counters.batches);
  set_own_webhook(job);
  const std::string id = job.id;
  jobs.emplace(id, std::move(job));
  ++running;
  threads.emplace_back([this, id] { run(id); });
  if (version == ApiVersion::kV0) return {.body = text_of({{"jobId", id}})};
  Json answer = {{"success", true},
                 {"id", id},
                 {"url", base_of(request, options) + "/" + std::string(name_of(version)) +
                             (is_crawl ? "/crawl/" : "/batch/scrape/") + id}};
  if (!is_crawl) answer["invalidURLs"] = std::move(addresses.invalid);
  return {.body = text_of(answer)};
}

// The caller locks, here and in the next two.
FakeFirecrawl::Impl::Addresses FakeFirecrawl::Impl::crawled(const Json& body) {
  const std::string start = body["url"].get<std::string>();
  if (host_of(start).empty()) return {.is_refused = true};
  site.make_up(host_of(start), options.made_up_pages);
  return {.urls = urls_of(site, body)};
}

FakeFirecrawl::Impl::Addresses FakeFirecrawl::Impl::listed(const Json& body,
                                                           ApiVersion version) const {
  const bool may_ignore = body.value("ignoreInvalidURLs", version == ApiVersion::kV2);
  Addresses addresses;
  for (const Json& url : body["urls"]) {
    if (url.is_string() && !host_of(url.get<std::string>()).empty()) {
      addresses.urls.push_back(url.get<std::string>());
    } else {
      addresses.invalid.push_back(url);
      addresses.is_refused |= !may_ignore;
    }
  }
  return addresses;
}

void FakeFirecrawl::Impl::set_own_webhook(Job& job) const {
  if (!job.webhook.url.empty() || options.self_hosted_webhook.empty()) return;
  constexpr std::string_view kPlace = "{{JOB_ID}}";
  std::string url = options.self_hosted_webhook;
  if (const std::size_t at = url.find(kPlace); at != std::string::npos) {
    url.replace(at, kPlace.size(), job.id);
  }
  job.webhook.url = std::move(url);
  job.webhook.is_of_request = false;
}

// A job's thread. Jobs are never taken off the books, so that the reference stays good.
void FakeFirecrawl::Impl::run(const std::string& id) {
  std::unique_lock lock(mutex);
  Job& job = jobs.find(id)->second;
  dispatch(started_event(job, options));
  const bool is_first =
      options.deliveries.order == DeliveryOrder::kCompletedFirst && job.version != ApiVersion::kV0;
  if (is_first) dispatch(completed_event(job, options));
  for (const std::string& url : job.urls) {
    if (!run_page(job, url, lock)) break;
  }
  if (job.status == CrawlStatus::kScraping) {
    job.status = CrawlStatus::kCompleted;
    job.ended_at = std::chrono::system_clock::now();
  }
  if (!is_first) dispatch(completed_event(job, options));
  std::mt19937_64 random(options.deliveries.seed);
  std::shuffle(shuffled.begin(), shuffled.end(), random);
  for (Parcel& parcel : shuffled) courier.send(std::move(parcel), options.deliveries);
  shuffled.clear();
  --running;
  changed.notify_all();
}

// False when the job is to end.
bool FakeFirecrawl::Impl::run_page(Job& job, const std::string& url,
                                   std::unique_lock<std::mutex>& lock) {
  const auto is_over = [&] { return is_stopping || job.status != CrawlStatus::kScraping; };
  changed.wait_for(lock, options.page_time, is_over);
  if (is_over()) return false;
  const SitePage page = site.find(url);
  Scraped scraped = Site::scrape(page, job.formats, options.build);
  if (scraped.error.empty()) {
    ++counters.fetched;
    job.documents.push_back(scraped.document);
  } else {
    job.add_error(scraped);
  }
  dispatch(page_event(job, scraped, options));
  return true;
}

// The caller locks.
void FakeFirecrawl::Impl::dispatch(std::optional<Parcel> parcel) {
  if (!parcel) return;
  const DeliveryOptions& how = options.deliveries;
  if (std::find(how.lost.begin(), how.lost.end(), parcel->kind) != how.lost.end()) return;
  const bool is_page = parcel->kind == "page";
  if (is_page) ++page_events;
  if (is_page && how.lose_every > 0 && page_events % how.lose_every == 0) return;
  const bool is_doubled = is_page && how.double_every > 0 && page_events % how.double_every == 0;
  for (int copy = 0; copy < (is_doubled ? 2 : 1); ++copy) {
    if (how.order == DeliveryOrder::kShuffled && parcel->kind != "started") {
      shuffled.push_back(*parcel);
    } else {
      courier.send(*parcel, how);
    }
  }
}

}  // namespace sluice::fakes
