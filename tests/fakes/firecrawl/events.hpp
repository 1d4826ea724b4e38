// The webhook's events, as each generation and build of the server writes them.
#pragma once

#include "fakes/firecrawl/job.hpp"

#include <optional>
#include <string>

namespace sluice::fakes {

// One POST to a webhook.
struct Parcel {
  std::string url;
  std::string kind;  // "started", "page", "completed"
  std::string body;
  std::vector<Header> headers;
};

// None where the build does not send it, or the request did not ask for it.
std::optional<Parcel> started_event(const Job& job, const FirecrawlOptions& options);
std::optional<Parcel> page_event(const Job& job, const Scraped& page,
                                 const FirecrawlOptions& options);
std::optional<Parcel> completed_event(const Job& job, const FirecrawlOptions& options);

}  // namespace sluice::fakes
