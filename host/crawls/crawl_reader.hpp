// CrawlReader: what the API tells about crawls.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "crawls/live_crawl.hpp"
#include "journal/sql.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace sluice::crawls {

enum class CrawlState { kOpen, kClosed, kDone };
// "open", "closed" or "done".
const char* name_of(CrawlState state);

// How the source says that a crawl ended. Stored as numbers: new ones go to the end.
enum class Closing { kCompleted, kCancelled, kFailed };
// "completed", "cancelled" or "failed".
const char* name_of(Closing closing);

// One crawl as of the last commit. received == indexed + skipped + unchanged + failed + pending.
struct CrawlRow {
  std::string crawl_id;
  CrawlState state = CrawlState::kOpen;
  std::string mode;
  std::string source;
  std::uint64_t received = 0;  // distinct pages
  std::uint64_t indexed = 0;
  std::uint64_t skipped = 0;
  std::uint64_t unchanged = 0;
  std::uint64_t failed = 0;
  std::uint64_t pending = 0;
  std::uint64_t duplicates = 0;             // pages that came again
  std::uint64_t received_before_close = 0;  // 0: the crawl closed before it sent a page
  Wall::time_point started_at{};
  std::optional<Wall::time_point> closed_at{};
  std::optional<Closing> closing{};  // once it is closed
  std::optional<Wall::time_point> done_at{};
  std::optional<std::chrono::milliseconds> time_to_index_p50{};  // within 4.5 %
  std::optional<std::chrono::milliseconds> time_to_index_p95{};
  std::vector<std::string> warnings{};
  std::vector<StageTime> stages{};  // in the order in which they were first heard of
};

// Whether the source goes on fetching a crawl's pages by itself. Stored as numbers, those of
// SLUICE_FETCH_*.
enum class Fetch { kAsBefore, kPending, kAwaited, kEnded };

// A crawl that still wants something from its source.
struct UnfinishedCrawl {
  std::string crawl_id;
  Fetch fetch = Fetch::kAsBefore;
  bool is_closed = false;
};

struct CrawlPage {
  std::vector<CrawlRow> items;
  std::uint64_t total = 0;
};

// A read-only connection. Any thread but the writer's.
class CrawlReader final {
 public:
  // `file` has the ledger's tables. Throws what SQLite throws.
  explicit CrawlReader(const std::filesystem::path& file);

  Result<std::optional<CrawlRow>> find(const std::string& crawl_id) const;
  // Those of the source that are pending or awaited, and open ones that were not fetched to the end
  // and of which nothing was heard since `quiet_since`. Longest quiet first.
  Result<std::vector<UnfinishedCrawl>> unfinished(const std::string& source,
                                                  Wall::time_point quiet_since,
                                                  std::size_t limit) const;
  // Newest first.
  Result<CrawlPage> list(std::size_t limit, std::size_t offset) const;

 private:
  CrawlRow row(SQLite::Statement& statement) const;

  const std::filesystem::path folder_;
  mutable std::mutex mutex_;  // guards all below
  SQLite::Database database_;
  mutable SQLite::Statement find_, list_, count_, warnings_, unfinished_;
};

}  // namespace sluice::crawls
