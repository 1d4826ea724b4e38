#include "fakes/firecrawl/job.hpp"

#include <array>
#include <ctime>
#include <utility>

namespace sluice::fakes {
namespace {

constexpr std::chrono::hours kResultsLive{24};

const char* name_of(CrawlStatus status) {
  switch (status) {
    case CrawlStatus::kScraping:
      return "scraping";
    case CrawlStatus::kCompleted:
      return "completed";
    case CrawlStatus::kFailed:
      return "failed";
    case CrawlStatus::kCancelled:
      return "cancelled";
  }
  return "scraping";
}

// A page of the results: from `skip` on, as many as fit.
struct Part {
  Json data = Json::array();
  std::size_t end = 0;  // where the next one begins
};

Part part_of(const Job& job, const StatusQuestion& question, const FirecrawlOptions& options) {
  const std::size_t most = question.limit > 0 ? question.limit : options.page_size;
  Part part{.end = std::min(question.skip, job.documents.size())};
  std::size_t bytes = 0;
  for (std::size_t taken = 0; taken < most && part.end < job.documents.size(); ++taken) {
    const Json& document = job.documents[part.end];
    if (!document.is_null()) {
      bytes += text_of(document).size();
      // The one that is too much is left for the next answer, unless it is alone.
      if (bytes > options.answer_bytes && !part.data.empty()) break;
      part.data.push_back(document);
    }
    ++part.end;
  }
  return part;
}

}  // namespace

std::string_view name_of(ApiVersion version) {
  constexpr std::array<std::string_view, 3> kNames{"v0", "v1", "v2"};
  return kNames.at(static_cast<std::size_t>(version));
}

std::string_view name_of(JobKind kind) {
  return kind == JobKind::kCrawl ? "crawl" : "batch_scrape";
}

void Job::add_error(const Scraped& failed) {
  errors.push_back({{"id", new_uuid()},
                    {"timestamp", iso_time(std::chrono::system_clock::now())},
                    {"url", failed.url},
                    {"code", failed.code},
                    {"error", failed.error}});
}

std::string iso_time(std::chrono::system_clock::time_point time) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch());
  const std::time_t seconds = ms.count() / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%FT%T", &parts);
  const std::string thousandths = std::to_string(1000 + ms.count() % 1000).substr(1);
  return std::string(text.data()) + "." + thousandths + "Z";
}

Json status_answer(const Job& job, const StatusQuestion& question,
                   const FirecrawlOptions& options) {
  const bool is_new = options.build == FirecrawlBuild::kAug2026;
  const std::string expires = iso_time(job.created_at + kResultsLive);
  if (!job.kickoff_error.empty()) {
    return {{"success", false},     {"status", "failed"},   {"error", job.kickoff_error},
            {"completed", 0},       {"total", 0},           {"creditsUsed", 0},
            {"expiresAt", expires}, {"data", Json::array()}};
  }
  Part part = part_of(job, question, options);
  const std::size_t done = job.documents.size();
  const bool is_running = job.status == CrawlStatus::kScraping;
  const std::size_t waiting =
      is_running ? job.urls.size() - std::min(job.urls.size(), done + job.errors.size()) : 0;
  Json answer = {
      {"success", true},
      {"status", name_of(job.status)},
      {"completed", done},
      {"total", done + waiting},
      {"creditsUsed",
       is_new && options.api_key.empty() ? std::int64_t{-1} : static_cast<std::int64_t>(done)},
      {"expiresAt", expires}};
  // After a crawl that was cancelled or failed, newer builds go on naming a next page for ever.
  const bool is_endless =
      is_new && (job.status == CrawlStatus::kCancelled || job.status == CrawlStatus::kFailed);
  if (is_running || part.end < done || is_endless) {
    const std::string path = job.kind == JobKind::kCrawl ? "/crawl/" : "/batch/scrape/";
    std::string next = question.base + "/" + std::string(name_of(job.version)) + path + job.id +
                       "?skip=" + std::to_string(part.end);
    if (question.limit > 0) next += "&limit=" + std::to_string(question.limit);
    answer["next"] = std::move(next);
  }
  answer["data"] = std::move(part.data);
  if (is_new && job.version == ApiVersion::kV2) {
    const auto end = is_running ? std::chrono::system_clock::now() : job.ended_at;
    answer["createdAt"] = iso_time(job.created_at);
    if (!is_running) answer["completedAt"] = iso_time(job.ended_at);
    answer["duration"] = std::chrono::duration<double>(end - job.created_at).count();
  }
  return answer;
}

Json errors_answer(const Job& job) {
  return {{"errors", job.errors}, {"robotsBlocked", job.robots_blocked}};
}

}  // namespace sluice::fakes
