// Reconciler: compares crawls with what Firecrawl itself says of them. A webhook that is lost is
// lost for good, and the newer generations close a crawl without its pages; so after a crawl has
// closed, or has been quiet for long, its results are paged through and what is missing is pushed.
#pragma once

#include "api.hpp"
#include "comparisons.hpp"
#include "pages.hpp"
#include "pipeline.hpp"
#include "results.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
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
// Firecrawl at a time for each of Comparisons::kAtOnce crawls, and what Comparisons holds.
class Reconciler final {
 public:
  Reconciler(ReconcilerSettings settings, Api& api, Pipeline& pipeline, Backstage& backstage);

  // A crawl has closed without its pages. Any thread.
  void closed(const std::string& job_id);
  // Does what is due; about once a second. [worker]
  void tick();

 private:
  using Time = std::chrono::steady_clock::time_point;

  void list();
  void ask_due();
  void rest(const ComparisonPtr& crawl, std::chrono::milliseconds pause);
  void leave(const ComparisonPtr& crawl);

  std::string path_of(const Comparison& crawl) const;
  void ask(const ComparisonPtr& crawl);
  void answered(const ComparisonPtr& crawl, const ApiReply& reply);
  void not_found(const ComparisonPtr& crawl);
  void failed(const ComparisonPtr& crawl, const std::string& why);
  void let_go(const ComparisonPtr& crawl, const std::string& why);
  void read_pages(const ComparisonPtr& crawl, std::string_view body);
  void pushed(const ComparisonPtr& crawl, Intake intake, const Results& results);
  void go_on(const ComparisonPtr& crawl, const Results& results);
  void wait_for_more(const ComparisonPtr& crawl);
  void read_errors(const ComparisonPtr& crawl, std::string_view body);
  void end(const ComparisonPtr& crawl, std::vector<LeftOutPage> left_out);
  // Runs on a worker; what it throws leaves the crawl for later.
  void later(const ComparisonPtr& crawl, std::function<void()> work);
  void tell(const ComparisonPtr& crawl, CrawlNews news, std::function<void(Intake)> then);

  const ReconcilerSettings settings_;
  Api& api_;
  Pipeline& pipeline_;
  Backstage& backstage_;

  Comparisons comparisons_;
  std::mutex mutex_;  // guards what follows
  Time list_next_{};
};

}  // namespace firecrawl
