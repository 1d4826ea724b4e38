// What Firecrawl's API answers to questions about a job.
#pragma once

#include "document.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace firecrawl {

enum class JobStatus { kRunning, kCompleted, kFailed, kCancelled };

// GET /v2/crawl/{id}: some of the pages, and where the next ones begin.
struct Results {
  bool success = true;
  JobStatus status = JobStatus::kRunning;
  std::string error;
  // Of `next` nothing but these is believed: its host comes from a header of the request, and
  // often is not one that can be reached.
  std::optional<std::uint64_t> next_skip;
  std::vector<Document> documents;
};

// GET /v2/crawl/{id}/errors: the pages that could not be scraped.
struct JobErrors {
  struct Page {
    std::string url;
    std::string error;
  };
  std::vector<Page> pages;
  std::vector<std::string> robots_blocked;
};

// Nothing when it is not what Firecrawl answers.
std::optional<Results> parse_results(std::string_view body);
std::optional<JobErrors> parse_job_errors(std::string_view body);

// The page in the answer to a scrape: one, or none when it is not such an answer.
std::vector<Document> parse_scraped(std::string_view body);

// The `error` of an answer that is not a success; empty when there is none to be found.
std::string parse_error(std::string_view body);

// How many seconds a rate limit asks to wait: the Retry-After header, else Firecrawl's own words
// "retry after 12s"; 0 when neither says.
std::int64_t seconds_to_wait(std::string_view retry_after, std::string_view error);

}  // namespace firecrawl
