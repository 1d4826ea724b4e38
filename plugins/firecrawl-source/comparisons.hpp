// Comparisons: which crawls are being compared with Firecrawl's list, whose turn it is, and what is
// known of Firecrawl as a whole.
#pragma once

#include "api.hpp"
#include "growing_pause.hpp"
#include "results.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace firecrawl {

// A crawl of which the ledger says that it wants a look.
struct Unfinished {
  std::string job_id;
  bool is_closed = false;
  bool is_awaited = false;  // we said that we would fetch it, and nobody waits for that
};

// One crawl being compared. What is not marked belongs to whoever took it, one at a time.
struct Comparison {
  using Time = std::chrono::steady_clock::time_point;
  enum class Phase { kPages, kErrors };
  enum class Family { kUnknown, kCrawl, kBatch };

  std::string job_id;
  Time began{};
  Phase phase = Phase::kPages;
  Family family = Family::kUnknown;
  std::uint64_t skip = 0;
  bool is_by_one = false;  // one page an answer: more were too large
  JobStatus status = JobStatus::kRunning;
  std::size_t pages_seen = 0;
  std::size_t pages_new = 0;
  unsigned failures = 0;  // in a row
  unsigned waits = 0;     // for a crawl that still runs, in a row
  std::string note{};     // for the ledger, at the end

  // Guarded by the mutex of Comparisons.
  Time due{};
  bool is_busy = false;  // taken
  bool is_closed = false;
  bool is_followed = false;  // started through this host: perhaps nobody sends events of it
  bool is_let_go = false;    // nobody waits for it any more
};
using ComparisonPtr = std::shared_ptr<Comparison>;  // the map's and that of the callback under way

// Why there is no answer that could be read.
struct Trouble {
  std::string why;                     // what Firecrawl does or does not; empty: there is an answer
  bool is_of_all = true;               // and not of the one crawl that was asked about
  std::chrono::milliseconds pause{0};  // at least so long, by Firecrawl's own words
};
Trouble trouble_of(const ApiReply& reply);

// After so many failures in a row (some two seconds) nobody waits for a crawl any more; it is asked
// about all the same.
inline constexpr unsigned kHoldFailures = 3;
// Between questions to a Firecrawl that fails.
inline constexpr GrowingPause kAwayPause{.first = std::chrono::milliseconds{500},
                                         .longest = std::chrono::seconds{30}};

// Thread-safe. Small: a line for each of kMost crawls; the ledger knows the rest, also after a
// restart, and lists them again when there is room.
class Comparisons final {
 public:
  using Time = Comparison::Time;
  static constexpr std::size_t kAtOnce = 2;
  static constexpr std::size_t kMost = 64;

  // A crawl has closed; it is due at `due`. One that nobody waits for makes room for it.
  void add_closed(const std::string& job_id, Time due);
  // What the ledger lists: closed crawls are due at `closed_due`, others `now`.
  void add_listed(const std::vector<Unfinished>& crawls, Time now, Time closed_due);
  // Those whose turn it is, longest due first, now busy: kAtOnce in all, and one alone while
  // Firecrawl is away, which finds out for the others.
  std::vector<ComparisonPtr> take_due(Time now);
  void rest(const ComparisonPtr& crawl, Time until);
  void forget(const ComparisonPtr& crawl);

  // False when it is already.
  bool let_go(const ComparisonPtr& crawl);
  void hold_again(const ComparisonPtr& crawl);
  // Those that somebody waits for in vain; empty unless Firecrawl has been away for kHoldFailures.
  std::vector<ComparisonPtr> waiting_in_vain() const;
  std::string why_away() const;

  // Nobody asks for a while. True when it was there until now.
  bool note_away(const Trouble& trouble, Time now);
  // True when it was away until now.
  bool note_back(Time now);

  struct Standing {
    bool is_closed, is_followed;
  };
  Standing standing_of(const Comparison& crawl) const;

 private:
  void make_room();
  ComparisonPtr find_or_add(const std::string& job_id, Time due);

  // Firecrawl as a whole: what a question about one crawl showed holds for all.
  struct Away {
    unsigned failures = 0;  // in a row; 0: it is there
    Time until{};           // nobody asks before
    std::string why{};
  };

  mutable std::mutex mutex_;                          // guards what follows
  std::map<std::string, ComparisonPtr> comparisons_;  // by job id
  Away away_;
};

}  // namespace firecrawl
