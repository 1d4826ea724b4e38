// The queries behind CrawlReader.
#include "crawls/crawl_reader.hpp"

#include "crawls/stage_times.hpp"
#include "crawls/time_histogram.hpp"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/VariadicBind.h>

#include <cstddef>
#include <string>

namespace sluice::crawls {
namespace {

const std::string kSelect =
    "SELECT id, crawl_id, mode, source, received, indexed, skipped, unchanged, failed, pending, "
    "duplicates, received_before_close, started_at, closed_at, closing, done_at, times, stages "
    "FROM crawls ";

std::uint64_t count(const SQLite::Column& column) {
  return static_cast<std::uint64_t>(column.getInt64());
}

CrawlState state_of(const CrawlRow& row) {
  if (!row.closed_at) return CrawlState::kOpen;
  return row.done_at ? CrawlState::kDone : CrawlState::kClosed;
}

}  // namespace

const char* name_of(CrawlState state) {
  switch (state) {
    case CrawlState::kOpen:
      return "open";
    case CrawlState::kClosed:
      return "closed";
    case CrawlState::kDone:
      return "done";
  }
  return "open";
}

const char* name_of(Closing closing) {
  switch (closing) {
    case Closing::kCompleted:
      return "completed";
    case Closing::kCancelled:
      return "cancelled";
    case Closing::kFailed:
      return "failed";
  }
  return "completed";
}

CrawlReader::CrawlReader(const std::filesystem::path& file)
    : folder_(file.parent_path()),
      database_(sql::open_reader(file)),
      find_(database_, kSelect + "WHERE crawl_id = ?"),
      list_(database_, kSelect + "ORDER BY id DESC LIMIT ? OFFSET ?"),
      count_(database_, "SELECT count(*) FROM crawls"),
      warnings_(database_, "SELECT text FROM crawl_warnings WHERE crawl = ? ORDER BY ordinal"),
      unfinished_(database_,
                  "SELECT crawl_id, fetch, closed_at IS NOT NULL FROM crawls "
                  "WHERE (closed_at IS NULL OR fetch IN (1, 2)) AND source = ?1 AND "
                  "(fetch IN (1, 2) OR (fetch = 0 AND touched_at <= ?2)) "
                  "ORDER BY fetch = 1 DESC, touched_at LIMIT ?3") {}

CrawlRow CrawlReader::row(SQLite::Statement& statement) const {
  const auto column = [&](int index) { return statement.getColumn(index); };
  CrawlRow row{.crawl_id = sql::text(column(1)),
               .mode = sql::text(column(2)),
               .source = sql::text(column(3)),
               .received = count(column(4)),
               .indexed = count(column(5)),
               .skipped = count(column(6)),
               .unchanged = count(column(7)),
               .failed = count(column(8)),
               .pending = count(column(9)),
               .duplicates = count(column(10)),
               .received_before_close = count(column(11)),
               .started_at = sql::from_ms(column(12).getInt64()),
               .closed_at = sql::time_or_none(column(13)),
               .done_at = sql::time_or_none(column(15))};
  if (!column(14).isNull()) row.closing = static_cast<Closing>(column(14).getInt());
  row.state = state_of(row);
  const auto times = column(16);
  const auto histogram = TimeHistogram::from_bytes(
      {static_cast<const std::byte*>(times.getBlob()), static_cast<std::size_t>(times.getBytes())});
  row.time_to_index_p50 = histogram.percentile(0.50);
  row.time_to_index_p95 = histogram.percentile(0.95);
  row.stages = stage_times_from(sql::text(column(17)));
  sql::Use warning(warnings_);
  warning->bind(1, column(0).getInt64());
  while (warning->executeStep()) row.warnings.push_back(sql::text(warning->getColumn(0)));
  return row;
}

Result<std::optional<CrawlRow>> CrawlReader::find(const std::string& crawl_id) const {
  const std::scoped_lock lock(mutex_);
  return sql::guarded(folder_, [&]() -> std::optional<CrawlRow> {
    sql::Use found(find_);
    found->bind(1, crawl_id);
    if (!found->executeStep()) return std::nullopt;
    return row(*found);
  });
}

Result<std::vector<UnfinishedCrawl>> CrawlReader::unfinished(const std::string& source,
                                                             Wall::time_point quiet_since,
                                                             std::size_t limit) const {
  const std::scoped_lock lock(mutex_);
  return sql::guarded(folder_, [&] {
    std::vector<UnfinishedCrawl> crawls;
    sql::Use found(unfinished_);
    SQLite::bind(*found, source, sql::to_ms(quiet_since), static_cast<std::int64_t>(limit));
    while (found->executeStep()) {
      crawls.push_back({sql::text(found->getColumn(0)),
                        static_cast<Fetch>(found->getColumn(1).getInt()),
                        found->getColumn(2).getInt() != 0});
    }
    return crawls;
  });
}

Result<CrawlPage> CrawlReader::list(std::size_t limit, std::size_t offset) const {
  const std::scoped_lock lock(mutex_);
  return sql::guarded(folder_, [&] {
    CrawlPage page;
    sql::Use listed(list_);
    SQLite::bind(*listed, static_cast<std::int64_t>(limit), static_cast<std::int64_t>(offset));
    while (listed->executeStep()) page.items.push_back(row(*listed));
    sql::Use counted(count_);
    counted->executeStep();
    page.total = count(counted->getColumn(0));
    return page;
  });
}

}  // namespace sluice::crawls
