// What POST /api/v2/scrape asks for.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace firecrawl {

enum class ScrapeCommand { kStart, kStatus, kCancel, kErrors };
std::string_view name_of(ScrapeCommand command);

struct ScrapeRequest {
  enum class Handling { kSaveAndReturn, kSaveOnly, kReturnOnly };
  enum class Content { kMarkdown, kHtml };
  enum class Freshness { kCachedWillDo, kForced };

  ScrapeCommand command = ScrapeCommand::kStart;
  std::string url{};                // of a single page
  std::vector<std::string> urls{};  // of a batch
  std::string job_id{};             // of status, cancel and errors
  std::string options{};            // what goes to Firecrawl as it is: a JSON object, keys in order
  std::chrono::milliseconds timeout{60'000};
  std::chrono::milliseconds max_age{172'800'000};
  Freshness freshness = Freshness::kCachedWillDo;
  Content content = Content::kMarkdown;
  Handling handling = Handling::kSaveAndReturn;
  std::size_t start_index = 0;  // in code points
  std::size_t max_chars = 100'000;
};

// What is wrong with a request: a status and a sentence.
struct ScrapeFault {
  int status = 422;
  std::string detail;
};

enum class PrivateTargets { kRefused, kAllowed };

std::variant<ScrapeRequest, ScrapeFault> read_scrape_request(std::string_view body,
                                                             PrivateTargets targets);

}  // namespace firecrawl
