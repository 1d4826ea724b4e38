// What a FakeFirecrawl is made of. One lock over the site and the books; the courier and the server
// have their own.
#pragma once

#include "fakes/firecrawl/courier.hpp"
#include "fakes/firecrawl/fake_firecrawl.hpp"
#include "fakes/firecrawl/job.hpp"
#include "fakes/firecrawl/site.hpp"

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace sluice::fakes {

// "/v2/crawl/1234/errors" in its parts.
struct Route {
  ApiVersion version = ApiVersion::kV2;
  std::string rest;  // "crawl/1234/errors"
};

struct FakeFirecrawl::Impl {
  explicit Impl(const FirecrawlOptions& given)
      : options(given),
        courier(given.deliveries.parallel),
        server([this](const Request& request) { return answer(request); }, given.server) {}

  Answer answer(const Request& request);
  Answer post(const Request& request, const Route& route, const FirecrawlOptions& now);
  Answer ask(const Request& request, const Route& route, const FirecrawlOptions& now);
  Answer scrape(const Request& request, ApiVersion version, const FirecrawlOptions& now);
  Answer start(const Request& request, ApiVersion version, JobKind kind);
  Answer map(const Request& request, ApiVersion version);
  Answer about(const Request& request, Job& job, std::string_view what,
               const FirecrawlOptions& now);
  Answer cancel(Job& job);
  Answer active(ApiVersion version);
  std::string base_of(const Request& request, const FirecrawlOptions& now) const;
  Job* find(const std::string& id);

  // What a job is to scrape.
  struct Addresses {
    std::vector<std::string> urls = {};
    Json invalid = Json::array();
    bool is_refused = false;
  };
  Addresses crawled(const Json& body);
  Addresses listed(const Json& body, ApiVersion version) const;
  void set_own_webhook(Job& job) const;

  void run(const std::string& id);
  bool run_page(Job& job, const std::string& url, std::unique_lock<std::mutex>& lock);
  void dispatch(std::optional<Parcel> parcel);

  mutable std::mutex mutex;  // guards what follows, but for the courier and the server
  std::condition_variable changed;
  FirecrawlOptions options;
  Site site;
  std::map<std::string, Job, std::less<>> jobs;
  std::set<std::string, std::less<>> idempotency_keys;
  std::vector<std::thread> threads;  // one a running job, and those that have ended
  std::size_t running = 0;
  std::uint64_t page_events = 0;
  std::vector<Parcel> shuffled;  // waiting for the end of their crawl
  FirecrawlCounters counters;
  bool is_stopping = false;

  Courier courier;
  HttpServer server;  // last: its threads use all of the above
};

}  // namespace sluice::fakes
