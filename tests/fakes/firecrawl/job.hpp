// Job: a crawl or a batch scrape in the server's books, and what it answers to questions about it.
#pragma once

#include "fakes/firecrawl/json.hpp"
#include "fakes/firecrawl/options.hpp"
#include "fakes/firecrawl/site.hpp"
#include "fakes/server/message.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace sluice::fakes {

enum class ApiVersion { kV0, kV1, kV2 };
enum class JobKind { kCrawl, kBatch };

std::string_view name_of(ApiVersion version);  // "v2"
std::string_view name_of(JobKind kind);        // "crawl", "batch_scrape": as in events

// The `webhook` of a request.
struct Webhook {
  std::string url;  // empty: none
  std::map<std::string, std::string> headers;
  Json metadata = Json::object();
  std::vector<std::string> events;  // short names; empty: all
  bool is_of_request = true;        // false: the server's own setting
};

struct Job {
  std::string id;
  std::string url;
  JobKind kind = JobKind::kCrawl;
  ApiVersion version = ApiVersion::kV2;
  Webhook webhook;
  Formats formats;
  std::vector<std::string> urls;  // to scrape

  CrawlStatus status = CrawlStatus::kScraping;
  std::vector<Json> documents;  // null: its result is lost
  std::vector<Json> errors;     // as the answer has them
  std::vector<std::string> robots_blocked;
  std::string kickoff_error;
  bool is_expired = false;
  std::chrono::system_clock::time_point created_at = std::chrono::system_clock::now();
  std::chrono::system_clock::time_point ended_at{};

  // As its `errors` shows a page that could not be scraped.
  void add_error(const Scraped& failed);
};

// RFC 3339 with milliseconds, as JavaScript writes it.
std::string iso_time(std::chrono::system_clock::time_point time);

struct StatusQuestion {
  std::string base;  // of `next`
  std::size_t skip = 0;
  std::size_t limit = 0;  // 0: the server's
};

// GET /v2/crawl/{id} and its like.
Json status_answer(const Job& job, const StatusQuestion& question, const FirecrawlOptions& options);
// GET .../errors
Json errors_answer(const Job& job);

}  // namespace sluice::fakes
