// The answers of POST /api/v2/scrape: {success, command, data, error}, or {detail} where the host
// or Firecrawl is at fault.
#pragma once

#include "answer.hpp"
#include "api.hpp"
#include "scrape_cache.hpp"
#include "scrape_request.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace firecrawl {

Answer scrape_success(ScrapeCommand command, const nlohmann::json& data);

// What Firecrawl said no to.
struct Refusal {
  std::string code;
  std::string message;
  std::string url;
};
Answer scrape_refusal(ScrapeCommand command, const Refusal& refusal);

// The answer where Firecrawl has given none that could be used, or has refused; nothing when
// `reply` is a success.
std::optional<Answer> scrape_trouble(const ScrapeRequest& request, const ApiReply& reply);

// How a page came and where it goes.
struct PageFacts {
  std::optional<std::chrono::milliseconds> age{};  // of the cached copy; none: it was just fetched
  std::string crawl_id{};                          // in the ledger; empty: it is not kept
  std::string message{};
};
// The `data` of a single page; nothing when the answer has none.
std::optional<nlohmann::json> page_data(const ScrapeRequest& request, const ScrapeCache::Page& page,
                                        const PageFacts& facts);

// The HTTP status of the page in an answer to a scrape; 0 when it tells none.
std::int64_t page_status(const std::string& answer);

}  // namespace firecrawl
