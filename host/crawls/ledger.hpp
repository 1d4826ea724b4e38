// Ledger: what became of every page of every crawl.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "crawls/crawl_reader.hpp"
#include "crawls/live_crawl.hpp"
#include "journal/group_commit.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace sluice::crawls {

enum class Received { kNew, kDuplicate };
enum class LeftOut { kProcessed, kUnchanged, kFailedPage, kEmpty, kStatus };
// At a second look at a crawl, what it has already is not counted as having come again.
enum class Look { kFirst, kSecond };
enum class Outcome { kIndexed, kSkipped, kUnchanged, kFailed };
// "indexed", "skipped", "unchanged" or "failed".
const char* name_of(Outcome outcome);

// Owned by the app, made between GroupCommit::open and start. Methods that take a Database run
// inside a Work on the writer thread and throw what SQLite throws; find and list run on any thread
// but that one. The group is the crawl's id; the empty group is no crawl and leaves no trace here.
class Ledger final : private journal::Gatherer {
 public:
  // A crawl and where it comes from.
  struct Origin {
    std::string_view group;
    std::string_view source;  // the instance that pushes its pages
    std::string_view mode;    // of the pipeline
  };
  struct Arrival {
    Origin origin;
    std::string_view document_id;
    Look look = Look::kFirst;
  };
  struct Settled {
    std::string_view group;
    std::string_view document_id;
    Outcome outcome = Outcome::kIndexed;
    std::chrono::milliseconds time_to_index{};  // counts for kIndexed only
    // What each stage spent on it.
    std::span<const std::pair<std::string, std::chrono::microseconds>> stages{};
  };

  static constexpr std::chrono::hours kRemember{30 * 24};  // after the last sign of life
  static constexpr std::size_t kMostWarnings = 20;         // of a crawl
  static constexpr std::size_t kWarningBytes = 500;        // longer ones are cut

  // `clock` outlives the ledger.
  static Result<std::unique_ptr<Ledger>> open(journal::GroupCommit& commits, const Clock& clock);
  ~Ledger() override;
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // A page for the pipeline. kDuplicate: this crawl has it already, open or finished; nothing is to
  // be done. One that failed or was left out for its emptiness or status is new once more.
  Received receive(SQLite::Database& database, const Arrival& page);

  // An open page turns out not to have been received: it will come again, and is new then.
  void take_back(SQLite::Database& database, std::string_view group, std::string_view document_id);

  // A page that does not enter the pipeline. Counted once, whatever comes again.
  Received left_out(SQLite::Database& database, const Arrival& page, LeftOut reason);

  // An open page is finished. Anything else is passed over.
  void settle(SQLite::Database& database, const Settled& page);

  // The crawl has started. Without it, the first page starts it.
  void open(SQLite::Database& database, const Origin& crawl);

  // No more pages are to be expected; late ones are taken all the same. The first closing counts.
  void close(SQLite::Database& database, std::string_view group, Closing how);

  // A crawl whose fetch is pending is not done. kPending counts only for one that was never fetched
  // or is awaited and open, so that a closing that comes again changes nothing. Before close.
  void fetch(SQLite::Database& database, std::string_view group, Fetch fetch);

  // A sentence for those who look at the crawl. The same one is kept once.
  void warn(SQLite::Database& database, std::string_view group, std::string_view text);

  // None: no such crawl, or forgotten since.
  Result<std::optional<CrawlRow>> find(const std::string& group) const {
    return reader_->find(group);
  }
  // As CrawlReader says; `quiet` is counted from now.
  Result<std::vector<UnfinishedCrawl>> unfinished(const std::string& source,
                                                  std::chrono::milliseconds quiet,
                                                  std::size_t limit) const {
    return reader_->unfinished(source, clock_.wall() - quiet, limit);
  }
  // Newest first.
  Result<CrawlPage> list(std::size_t limit, std::size_t offset) const {
    return reader_->list(limit, offset);
  }

 private:
  struct Statements;

  Ledger(journal::GroupCommit& commits, const Clock& clock);

  LiveCrawl* known(std::string_view group);
  LiveCrawl& changed(const Origin& crawl);
  void forget_some();
  std::int64_t now() const;
  void keep() override { crawls_.keep(); }
  void drop() override { crawls_.drop(); }
  void flush(SQLite::Database& database) override;
  void committed() override { crawls_.committed(); }
  void rolled_back() override { crawls_.forget(); }

  journal::GroupCommit& commits_;
  const Clock& clock_;

  // The writer thread's.
  const std::unique_ptr<Statements> statements_;
  LiveCrawls crawls_;
  Wall::time_point forget_next_{};  // not before

  const std::unique_ptr<CrawlReader> reader_;
};

}  // namespace sluice::crawls
