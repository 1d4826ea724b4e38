// Settlement: the end of a page. Dedupe hears the verdict, then journal, ledger, dead letters and
// archive change in one transaction, and only then the source is told.
#pragma once

#include "base/worker_pool.hpp"
#include "content/archive.hpp"
#include "crawls/ledger.hpp"
#include "data/record.hpp"
#include "flow/dead_letters.hpp"
#include "flow/delivery.hpp"
#include "flow/gate.hpp"
#include "flow/loop.hpp"
#include "journal/group_commit.hpp"
#include "journal/journal.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sluice::flow {

// Owned by the graph; the loop's thread.
class Settlement {
 public:
  struct Stores {
    journal::GroupCommit& commits;
    journal::Journal& journal;
    crawls::Ledger& ledger;
    DeadLetters& dead_letters;
    content::Archive* archive = nullptr;  // none: pages are not kept
  };
  // `ended` runs on the loop when everything is on disk; the delivery may go then.
  Settlement(Loop& loop, Gate& gate, Stores stores, std::function<void(Delivery&)> ended)
      : loop_(loop),
        gate_(gate),
        stores_(stores),
        ended_(std::move(ended)),
        archived_(stores.archive ? stores.archive->newest_at_start() : 0) {}

  // The page has this outcome.
  void conclude(Delivery& page, crawls::Outcome outcome);

  // An entry of the journal that cannot be read as a page has failed. Not waited for: until it is
  // written, every start finds it again.
  void write_off(std::shared_ptr<const journal::Journal::StoredEntry> entry);

  std::size_t under_way() const { return under_way_; }
  std::size_t writing() const { return writing_; }  // of those, in a transaction
  // The number of the newest page in the archive that is no delivery any more: those after it still
  // are, as pages end in the order of their numbers.
  std::int64_t archived() const { return archived_; }
  // The gate has forgotten those that it had not told the dedupe component of. While none is
  // written.
  void start_over() { under_way_ = 0; }

 private:
  struct Entry {  // everything the transaction needs, so that it reads nothing of the loop's
    int64_t seq = 0;
    int64_t version = 0;
    bool is_in_ledger = false;
    bool is_in_sinks = false;
    std::string group;
    std::string document_id;
    crawls::Outcome outcome = crawls::Outcome::kIndexed;
    std::chrono::milliseconds time_to_index{};
    std::vector<std::pair<std::string, std::chrono::microseconds>> stages;
    std::optional<DeadLetter> letter;
    Wall::time_point received_at{};
    data::RecordRef document{};  // for the archive; empty: it is not kept
    std::string packed{};        // the same as bytes, once it is on its way
    std::int64_t number = 0;     // its number there; the writer's, until the transaction is done
  };

  using EntryPtr = std::shared_ptr<Entry>;  // the loop's, then the packer's, then the writer's

  EntryPtr entry_of(Delivery& page, crawls::Outcome outcome) const;
  void pack(Delivery& page, const EntryPtr& entry);
  void write(Delivery& page, const EntryPtr& entry);

  Loop& loop_;
  Gate& gate_;
  Stores stores_;
  std::function<void(Delivery&)> ended_;
  std::size_t under_way_ = 0;
  std::size_t writing_ = 0;
  std::int64_t archived_;
  WorkerPool packer_{"archive", 1};  // one: versions of a page stay in order
};

}  // namespace sluice::flow
