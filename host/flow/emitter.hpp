// Emitter: the front door. A source has its answer when its pages are in the journal; from then on
// they are the host's, whatever happens to the process.
#pragma once

#include "base/latest.hpp"
#include "crawls/ledger.hpp"
#include "flow/budget.hpp"
#include "flow/delivery.hpp"
#include "flow/loop.hpp"
#include "flow/meters.hpp"
#include "journal/group_commit.hpp"
#include "journal/journal.hpp"
#include "observe/log.hpp"
#include "services/ports.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sluice::flow {

// What became durable together, in the order in which it was written.
struct Accepted {
  std::vector<Delivery::Page> in_memory;
  std::vector<journal::Journal::Head> on_disk;  // where the mode holds pages in the journal
  std::vector<std::string> closed;              // groups
};

// Where accepted pages go, and other news of sources.
struct Arrivals {
  std::function<void(Accepted)> accepted;  // where a Done of the journal runs
  std::function<void(const std::string& source, uint64_t cookie)> duplicate;
  std::function<void(const std::string& source)> finished;
};

// Owned by the graph; the journal's threads end before it. Any thread; nothing here blocks.
class Emitter final : public services::Intake {
 public:
  struct Stores {
    journal::GroupCommit& commits;
    journal::Journal& journal;
    crawls::Ledger& ledger;
  };
  struct Options {
    std::string mode;            // its name, for the ledger
    bool holds_on_disk = false;  // batch mode: pages wait in the journal, not in memory
    std::string fingerprint;     // of the stages, for digests
  };

  Emitter(Loop& loop, Stores stores, Budget& budget, PageMeters& meters, const observe::Log& log,
          Options options);

  void set_arrivals(Arrivals arrivals) { arrivals_ = std::move(arrivals); }
  // For the events that come from now on.
  void set_options(Options options) {
    options_.store(std::make_shared<const Options>(std::move(options)));
  }
  // Pages that come from now on wait on disk, until the next set_options.
  void hold_on_disk();
  // From now on every event is answered with SLUICE_E_STOPPING, those that wait for room too.
  void stop();
  // False after a page could not be written, until one could.
  bool is_writable() const { return is_writable_.load(std::memory_order_relaxed); }
  // Writes something as big as a small page and takes it away again, to see whether pages can be
  // written by now.
  void look_for_room();

  void take(const std::string& source, const services::Event& event, Taken taken) override;
  void settle_duplicate(const std::string& source, uint64_t cookie) override;
  void finished(const std::string& source) override;
  Result<std::vector<crawls::UnfinishedCrawl>> unfinished(const std::string& source,
                                                          std::chrono::milliseconds quiet,
                                                          std::size_t limit) override;

 private:
  struct Prepared;
  struct Passing;

  static std::shared_ptr<Passing> prepare(const std::string& source, const services::Event& event,
                                          std::shared_ptr<const Options> options);
  void enter(const std::shared_ptr<Passing>& passing);
  void write(SQLite::Database& database, Passing& passing);
  void write_pages(SQLite::Database& database, Passing& passing);
  void write_left_out(SQLite::Database& database, Passing& passing);
  void written(Passing& passing, const Result<void>& done);
  std::vector<sluice_status> collect(Passing& passing);
  Accepted& news();
  void disk_answered(const Result<void>& done);

  Loop& loop_;
  Stores stores_;
  Budget& budget_;
  PageMeters& meters_;
  const observe::Log& log_;
  Latest<Options> options_;
  Arrivals arrivals_;
  Accepted news_;          // the writer thread's: of the transaction whose works are being told
  bool has_news_ = false;  // as news_
  // Relaxed, both: an event that just misses the change behaves like one that came before it.
  std::atomic<bool> is_stopping_{false};
  std::atomic<bool> is_writable_{true};
};

}  // namespace sluice::flow
