// The table of routes: what each is for, who may call it, what it takes and answers.
#include "api/api.hpp"
#include "api/query.hpp"

namespace sluice::api {
namespace {

using Answers = std::vector<Operation::Answer>;
using Query = std::vector<Operation::Parameter>;

Query with_window(Query query, Sizes sizes = kItems) {
  query.push_back({"limit",
                   R"({"type":"integer","minimum":1,"maximum":)" + std::to_string(sizes.most) +
                       R"(,"default":)" + std::to_string(sizes.usual) + "}",
                   "Items at most."});
  query.push_back(
      {"offset", R"({"type":"integer","minimum":0,"default":0})", "Items to pass over."});
  return query;
}

// Of a body that is JSON.
Answers after_reading(Answers answers) {
  answers.push_back({400, "Error"});
  answers.push_back({422, "Error"});
  return answers;
}

constexpr const char* kText = R"({"type":"string"})";
constexpr const char* kTruth = R"({"type":"boolean","default":false})";

}  // namespace

std::vector<Api::Entry> Api::entries() {
  constexpr Access kGuarded{.needs_token = true, .is_limited = true};
  constexpr Access kPublic{.needs_token = false, .is_limited = true, .is_early = true};
  // Health and metrics are for machines.
  constexpr Access kProbe{.needs_token = false, .is_limited = false, .is_early = true};
  return {
      {"POST",
       "/api/search",
       kGuarded,
       &Api::search,
       {.summary = "Searches by keyword, by meaning, or by both",
        .request = "SearchRequest",
        .answers = after_reading({{200, "SearchAnswer"}, {503, "Error"}})}},
      {"POST",
       "/api/index",
       kGuarded,
       &Api::index,
       {.summary = "Takes one document",
        .request = "Document",
        .answers = after_reading({{202, "Queued"}})}},
      {"POST",
       "/api/test-index",
       kGuarded,
       &Api::test_index,
       {.summary = "Takes one document and says what each stage did with it",
        .request = "Document",
        .answers = after_reading({{200, "IndexTest"}})}},
      {"GET",
       "/api/stats",
       kGuarded,
       &Api::stats,
       {.summary = "Counts what the indexes hold", .answers = {{200, "Stats"}}}},
      {"GET",
       "/api/crawls",
       kGuarded,
       &Api::crawls,
       {.summary = "Lists crawls, newest first",
        .answers = {{200, "CrawlList"}, {422, "Error"}},
        .query = with_window({})}},
      {"GET",
       "/api/crawls/{id}",
       kGuarded,
       &Api::crawl,
       {.summary = "Says what became of a crawl's pages",
        .answers = {{200, "Crawl"}, {404, "Error"}}}},
      {"GET",
       "/api/metrics/crawls/{id}",
       kGuarded,
       &Api::crawl_metrics,
       {.summary = "The same, and what each stage spent on the crawl's pages",
        .answers = {{200, "CrawlMetrics"}, {404, "Error"}}}},
      {"GET",
       "/api/content/{id}",
       kGuarded,
       &Api::content,
       {.summary = "Shows the page behind a search result, as it was received last",
        .answers = {{200, "Content"}, {404, "Error"}}}},
      {"GET",
       "/api/content/by-url",
       kGuarded,
       &Api::content_by_url,
       {.summary = "Lists the versions of a page, newest first",
        .answers = {{200, "ContentList"}, {404, "Error"}, {422, "Error"}},
        .query = with_window({{"url", kText, "In any spelling."}}, kVersions)}},
      {"GET",
       "/api/content/by-session/{crawl_id}",
       kGuarded,
       &Api::content_by_session,
       {.summary = "Lists the pages of a crawl, newest first",
        .answers = {{200, "ContentList"}, {404, "Error"}, {422, "Error"}},
        .query = with_window({}, kPagesOfCrawl)}},
      {"GET",
       "/api/pipeline",
       kGuarded,
       &Api::pipeline,
       {.summary = "Shows the stages and how they fare", .answers = {{200, "Pipeline"}}}},
      {"POST",
       "/api/pipeline/reload",
       kGuarded,
       &Api::reload,
       {.summary = "Reads the pipeline file again",
        .answers = {{200, "Reloaded"}, {422, "ReloadRefused"}},
        .query = {{"plan", kTruth, "Only says what would change."}}}},
      {"GET",
       "/api/dead-letters",
       kGuarded,
       &Api::dead_letters,
       {.summary = "Lists pages that were given up, newest first",
        .answers = {{200, "DeadLetterList"}, {422, "Error"}},
        .query = with_window({{"stage", kText, "That gave them up."},
                              {"crawl_id", kText, "They came with."},
                              {"document_id", kText, "The page's."}})}},
      {"GET",
       "/api/dead-letters/{id}",
       kGuarded,
       &Api::dead_letter,
       {.summary = "Shows one, with its page", .answers = {{200, "DeadLetter"}, {404, "Error"}}}},
      {"POST",
       "/api/dead-letters/{id}/replay",
       kGuarded,
       &Api::replay,
       {.summary = "Runs the page again", .answers = {{202, "LetterMoved"}, {404, "Error"}}}},
      {"DELETE",
       "/api/dead-letters/{id}",
       kGuarded,
       &Api::drop,
       {.summary = "Forgets it", .answers = {{200, "LetterMoved"}, {404, "Error"}}}},
      {"GET",
       "/api/openapi.json",
       kGuarded,
       &Api::openapi,
       {.summary = "This document", .answers = {{200, "Anything"}}}},
      {"GET",
       "/health/live",
       kProbe,
       &Api::live,
       {.summary = "Whether the process answers", .answers = {{200, "Alive"}}}},
      {"GET",
       "/health/ready",
       kProbe,
       &Api::ready,
       {.summary = "Whether it takes pages", .answers = {{200, "Ready"}, {503, "NotReady"}}}},
      {"GET",
       "/health",
       kProbe,
       &Api::health,
       {.summary = "How each stage is", .answers = {{200, "Health"}}}},
      {"GET",
       "/metrics",
       kProbe,
       &Api::metrics,
       {.summary = "Prometheus text", .answers = {{200, "", "text/plain"}}}},
      {"GET",
       "/",
       kPublic,
       &Api::about,
       {.summary = "What runs here; for a browser, the dashboard",
        .answers = {{200, "About"}, {200, "", "text/html"}}}},
  };
}

}  // namespace sluice::api
