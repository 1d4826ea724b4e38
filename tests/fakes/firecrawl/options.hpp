// What a FakeFirecrawl pretends to be, the site it crawls, and what it counts.
#pragma once

#include "fakes/server/server.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sluice::fakes {

// What the server's webhooks carry has changed over time.
enum class FirecrawlBuild {
  kAug2025,  // no webhookId, no signature, nothing about failed pages, no `metadata.url`
  kAug2026,
};

enum class DeliveryOrder {
  kAsTheyHappen,
  kCompletedFirst,  // before the first page
  kShuffled,        // completed somewhere among the pages
};

// How webhooks are delivered. The defaults are those of a self-hosted server: one attempt.
struct DeliveryOptions {
  DeliveryOrder order = DeliveryOrder::kAsTheyHappen;
  std::vector<std::string> lost = {};  // "started", "page", "completed": never sent
  std::uint64_t lose_every = 0;        // of the page events each so-manieth; 0: none
  std::uint64_t double_every = 0;      // likewise sent twice
  std::vector<std::chrono::milliseconds> retries = {};  // waits after a failure; the cloud's are
                                                        // 1, 5 and 15 minutes
  std::chrono::milliseconds timeout{10'000};
  std::size_t parallel = 50;
  std::uint64_t seed = 1;  // of the shuffling
};

struct FirecrawlOptions {
  std::string api_key = {};  // empty: self-hosted, whatever key comes
  FirecrawlBuild build = FirecrawlBuild::kAug2026;
  std::string webhook_secret = {};       // empty: deliveries are not signed
  std::string self_hosted_webhook = {};  // for requests without a webhook; {{JOB_ID}} is replaced
  std::string next_base = {};            // scheme and host of `next`; empty: http and the request's
  std::size_t page_size = 100;           // documents of a status answer
  std::size_t answer_bytes = 10'485'760;   // of their JSON
  std::chrono::milliseconds page_time{0};  // that scraping one page takes
  std::size_t made_up_pages = 0;           // of a host that has none: a crawl finds so many on it
  DeliveryOptions deliveries = {};
  ServerOptions server = {};
};

// One page of the web as the fake knows it.
struct SitePage {
  std::string url = {};
  std::string title = {};
  std::string markdown = {};
  int status_code = 200;
  std::string language = "en";
  std::string moved_to = {};    // where a request for `url` ends up
  std::string error = {};       // why scraping it fails; empty: it does not
  std::string error_code = {};  // empty: SCRAPE_ALL_ENGINES_FAILED
};

enum class CrawlStatus { kScraping, kCompleted, kFailed, kCancelled };

// A crawl that nobody runs, as it stands in the server's books.
struct KeptCrawl {
  std::string id = {};  // empty: a new one
  CrawlStatus status = CrawlStatus::kCompleted;
  std::vector<SitePage> pages = {};    // those with an `error` are in the list of errors
  std::vector<std::size_t> gone = {};  // of the pages: counted, but their results are lost
  std::vector<std::string> robots_blocked = {};
  std::string kickoff_error = {};  // it failed before the first page
};

struct FirecrawlCounters {
  std::uint64_t scrapes = 0;    // requests to scrape one page
  std::uint64_t fetched = 0;    // pages got from the site: not those that the cache had
  std::uint64_t crawls = 0;     // started
  std::uint64_t batches = 0;    // batch scrapes started
  std::uint64_t statuses = 0;   // questions for the pages of a crawl or batch
  std::uint64_t documents = 0;  // told in answer to them
  std::uint64_t errors = 0;     // questions for the errors
  std::uint64_t cancelled = 0;
  std::uint64_t refused = 0;    // 401
  std::uint64_t sent = 0;       // deliveries attempted
  std::uint64_t delivered = 0;  // of them answered with 2xx
};

}  // namespace sluice::fakes
