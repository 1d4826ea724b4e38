// Emitter: the front door. A push is answered when its pages are in the journal; from then on they
// are the host's, whatever happens to the process.
#pragma once

#include "crawls/ledger.hpp"
#include "flow/budget.hpp"
#include "flow/delivery.hpp"
#include "flow/meters.hpp"
#include "journal/group_commit.hpp"
#include "journal/journal.hpp"
#include "observe/log.hpp"
#include "services/ports.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::flow {

// Where accepted pages go. Called on whichever thread pushed, after the pages are durable.
struct Arrivals {
  std::function<void(std::vector<Delivery::Page>)> in_memory;
  std::function<void(std::vector<journal::Journal::Head>)>
      on_disk;  // where the mode holds pages in the journal
  std::function<void(const std::string& group)> closed;
  std::function<void(const std::string& source, uint64_t cookie)> duplicate;
  std::function<void(const std::string& source)> finished;
};

// Owned by the graph. Any thread but the loop: it waits for the disk.
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

  Emitter(Stores stores, Budget& budget, PageMeters& meters, const observe::Log& log,
          Options options);

  void set_arrivals(Arrivals arrivals) { arrivals_ = std::move(arrivals); }
  // From now on every push answers SLUICE_E_STOPPING.
  void stop() { is_stopping_.store(true, std::memory_order_relaxed); }
  // False after a page could not be written, until one could.
  bool is_writable() const { return is_writable_.load(std::memory_order_relaxed); }
  // Writes something as big as a small page and takes it away again, to see whether pages can be
  // written by now. Does not block.
  void look_for_room();

  sluice_status push(const std::string& source, const Push& push, sluice_status* verdicts) override;
  sluice_status opened(const std::string& source, std::string_view group) override;
  sluice_status left_out(const std::string& source, std::string_view group,
                         std::span<const sluice_left_out> pages) override;
  sluice_status ended(std::string_view group, uint32_t how) override;
  void settle_duplicate(const std::string& source, uint64_t cookie) override;
  void finished(const std::string& source) override;

 private:
  struct Prepared;

  std::vector<Prepared> prepare(const std::string& source, const Push& push) const;
  void write(SQLite::Database& database, const std::string& source, std::vector<Prepared>& pages);
  void hand_over(const std::string& source, std::vector<Prepared> pages, sluice_status* verdicts);
  sluice_status durably(const journal::GroupCommit::Work& work);

  Stores stores_;
  Budget& budget_;
  PageMeters& meters_;
  const observe::Log& log_;
  const Options options_;
  Arrivals arrivals_;
  // Relaxed, both: a push that just misses the change behaves like one that came before it.
  std::atomic<bool> is_stopping_{false};
  std::atomic<bool> is_writable_{true};
};

}  // namespace sluice::flow
