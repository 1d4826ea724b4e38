// Reconciler: compares crawls with what Firecrawl itself says of them. A webhook that is lost is
// lost for good, and the newer generations close a crawl without its pages; so after a crawl has
// closed, or has been quiet for long, its results are paged through and what is missing is pushed.
#pragma once

#include "api.hpp"
#include "pages.hpp"
#include "pipeline.hpp"
#include "results.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace firecrawl {

struct ReconcilerSettings {
  std::string api_version = "v2";
  PageRules pages = {};
  std::chrono::milliseconds after{2'000};    // a closing: page events may still be on their way
  std::chrono::milliseconds quiet{600'000};  // an open crawl without news is asked about
};

// What a reconciler stands on.
class Backstage {
 public:
  struct Unfinished {
    std::string job_id;
    bool is_closed = false;
    bool is_awaited = false;  // we said that we would fetch it
  };

  virtual ~Backstage() = default;
  virtual std::chrono::steady_clock::time_point now() const = 0;
  // Crawls that are being fetched, and open ones without news for `quiet`; `limit` at most. Blocks.
  virtual std::vector<Unfinished> unfinished(std::chrono::milliseconds quiet,
                                             std::size_t limit) = 0;
  // Runs `work` on a worker, unless the pipeline is stopping. Never from inside post.
  virtual void post(std::function<void()> work) = 0;
  virtual void say_away(std::string_view why) = 0;  // for the log: once per outage
  virtual void say_back() = 0;
};

// Owned by the component; the three it stands on outlive it. Its state is small: one answer of
// Firecrawl at a time for each of kAtOnce crawls, and a line for each of kMost; the ledger knows
// the rest, also after a restart.
class Reconciler final {
 public:
  static constexpr std::size_t kAtOnce = 2;
  static constexpr std::size_t kMost = 64;

  Reconciler(ReconcilerSettings settings, Api& api, Pipeline& pipeline, Backstage& backstage);

  // A crawl has closed without its pages. Any thread.
  void closed(const std::string& job_id);
  // Does what is due; about once a second. [worker]
  void tick();

 private:
  using Time = std::chrono::steady_clock::time_point;

  // One crawl being compared.
  struct Visit {
    enum class Phase { kPages, kErrors };
    enum class Family { kUnknown, kCrawl, kBatch };

    std::string job_id;
    bool is_closed = false;
    bool is_followed = false;  // started through this host: perhaps nobody sends events of it
    bool is_busy = false;      // somebody works on it; nobody else touches it
    Time due{};
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
    bool is_let_go = false;
    std::string note{};  // for the ledger, at the end
  };
  using VisitPtr = std::shared_ptr<Visit>;  // the map's and that of the callback under way

  VisitPtr find_or_add(const std::string& job_id, Time due);
  void list();
  std::vector<VisitPtr> take_due();
  void rest(const VisitPtr& visit, std::chrono::milliseconds pause);
  void forget(const VisitPtr& visit);

  std::string path_of(const Visit& visit) const;
  void ask(const VisitPtr& visit);
  void answered(const VisitPtr& visit, const ApiReply& reply);
  void not_found(const VisitPtr& visit);
  void failed(const VisitPtr& visit, const std::string& why, std::chrono::milliseconds pause = {});
  void let_go(const VisitPtr& visit, const std::string& why);
  void read_pages(const VisitPtr& visit, std::string_view body);
  void pushed(const VisitPtr& visit, Intake intake, const Results& results);
  void go_on(const VisitPtr& visit, const Results& results);
  void wait_for_more(const VisitPtr& visit);
  void read_errors(const VisitPtr& visit, std::string_view body);
  void end(const VisitPtr& visit, std::vector<LeftOutPage> left_out);
  // Runs on a worker; what it throws leaves the crawl for later.
  void later(const VisitPtr& visit, std::function<void()> work);
  void tell(const VisitPtr& visit, CrawlNews news, std::function<void(Intake)> then);

  const ReconcilerSettings settings_;
  Api& api_;
  Pipeline& pipeline_;
  Backstage& backstage_;

  std::mutex mutex_;                        // guards what follows
  std::map<std::string, VisitPtr> visits_;  // by job id
  Time list_next_{};
  bool is_away_ = false;
};

}  // namespace firecrawl
