// Archive: pages as they were received, for those who want to read one again.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "content/compressor.hpp"
#include "journal/group_commit.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::content {

struct Retention {
  std::chrono::milliseconds keep{};  // how long; zero: nothing is kept
  std::uint64_t max_bytes = 0;       // of all pages, compressed; the oldest go first
};

struct Page {
  std::string_view document_id;
  std::string_view crawl_id;  // empty: of no crawl
  Wall::time_point received_at;
  std::string_view packed;  // by pack()
};

struct StoredPage {
  std::string content_id;
  std::string crawl_id;
  Wall::time_point stored_at;
  std::string bytes;  // as they were before pack()
};

struct StoredPages {
  std::vector<StoredPage> items;
  std::uint64_t total = 0;
};

// Owned by the app, made between GroupCommit::open and start. Methods that take a Database run
// inside a Work on the writer thread and throw what SQLite throws; those that find run on any
// thread but that one. `clock` outlives it.
class Archive final : private journal::Gatherer {
 public:
  // Of one answer, before compression: whoever wants more asks for the next part.
  static constexpr std::size_t kMostBytesAtOnce = std::size_t{32} << 20U;

  static Result<std::unique_ptr<Archive>> open(journal::GroupCommit& commits, const Clock& clock,
                                               Retention retention);
  ~Archive() override;
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  // False: there is no need to pack or store anything.
  bool keeps_pages() const { return retention_.keep.count() > 0; }
  // Any thread.
  std::string pack(std::string_view bytes) { return compressor_.pack(bytes); }
  // The page's number: higher than that of any before it.
  std::int64_t store(SQLite::Database& database, const Page& page);
  // Of the newest page when the archive was opened; 0: there was none.
  std::int64_t newest_at_start() const { return newest_at_start_; }

  struct Window {
    std::size_t limit = 0;
    std::size_t offset = 0;
    // Pages with higher numbers are left out, and not counted either.
    std::int64_t newest = std::numeric_limits<std::int64_t>::max();
  };
  // All versions of the document, or all pages of the crawl, newest first. Fewer than `limit` when
  // they would be more than kMostBytesAtOnce.
  Result<StoredPages> versions(const std::string& content_id, Window window) const;
  Result<StoredPages> of_crawl(const std::string& crawl_id, Window window) const;

  // All pages, compressed. A gauge: may run behind by one transaction.
  std::uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  struct Reader;

  Archive(journal::GroupCommit& commits, const Clock& clock, Retention retention);

  void keep() override;
  void drop() override { by_work_ = 0; }
  void flush(SQLite::Database&) override { forget_some(); }
  void committed() override;
  void rolled_back() override;
  void forget_some();
  // With what this transaction has changed.
  std::int64_t total() const {
    return stored_ + by_transaction_ - forgotten_ - forgotten_by_transaction_;
  }

  journal::GroupCommit& commits_;
  const Clock& clock_;
  const Retention retention_;
  Compressor compressor_;

  // The writer thread's. Counts of bytes: all that were ever stored, as of the last commit, and
  // those of them that were let go; then what this transaction adds to either, and this work.
  SQLite::Statement insert_, oldest_, erase_;
  std::int64_t stored_ = 0;
  std::int64_t forgotten_ = 0;
  std::int64_t by_transaction_ = 0;
  std::int64_t forgotten_by_transaction_ = 0;
  std::int64_t by_work_ = 0;
  const std::int64_t newest_at_start_;
  std::int64_t newest_ = newest_at_start_;
  Wall::time_point look_next_{};  // for pages that are too old; not before

  std::atomic<std::uint64_t> bytes_{0};  // relaxed: a gauge, it orders nothing
  const std::unique_ptr<Reader> reader_;
};

}  // namespace sluice::content
