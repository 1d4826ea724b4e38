// The rules by which a crawl's results are paged through, and when to stop.
#include "reconciler.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace firecrawl {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds kListInterval = 5s;
constexpr milliseconds kCrashPause = 30s;  // after work that threw
constexpr milliseconds kBusyPause = 1s;    // for a pipeline that is full
// Nobody waits longer than this for a closed crawl that Firecrawl says still runs.
constexpr auto kHoldRunning = 10min;
constexpr auto kResultsLive = 24h;  // Firecrawl forgets a crawl's results then
constexpr std::uint32_t kBadRequest = 400;
constexpr std::uint32_t kNotFoundStatus = 404;

std::string not_compared(const std::string& why) {
  return "Firecrawl " + why +
         ", so the pages of this crawl are not yet compared with its own list; it is asked again "
         "with growing pauses.";
}

CrawlEnd end_after(JobStatus status) {
  if (status == JobStatus::kCancelled) return CrawlEnd::kCancelled;
  return status == JobStatus::kFailed ? CrawlEnd::kFailed : CrawlEnd::kCompleted;
}

}  // namespace

Reconciler::Reconciler(ReconcilerSettings settings, Api& api, Pipeline& pipeline,
                       Backstage& backstage)
    : settings_(std::move(settings)), api_(api), pipeline_(pipeline), backstage_(backstage) {}

void Reconciler::closed(const std::string& job_id) {
  comparisons_.add_closed(job_id, backstage_.now() + settings_.after);
}

void Reconciler::tick() {
  list();
  // A crawl need not find out by itself that Firecrawl is away.
  for (const ComparisonPtr& crawl : comparisons_.waiting_in_vain()) {
    let_go(crawl, not_compared(comparisons_.why_away()));
  }
  ask_due();
}

void Reconciler::ask_due() {
  for (const ComparisonPtr& crawl : comparisons_.take_due(backstage_.now())) ask(crawl);
}

void Reconciler::list() {
  const Time now = backstage_.now();
  {
    const std::scoped_lock lock(mutex_);
    if (now < list_next_) return;
    list_next_ = now + kListInterval;
  }
  comparisons_.add_listed(backstage_.unfinished(settings_.quiet, Comparisons::kMost), now,
                          now + settings_.after);
}

void Reconciler::rest(const ComparisonPtr& crawl, milliseconds pause) {
  comparisons_.rest(crawl, backstage_.now() + pause);
}

void Reconciler::leave(const ComparisonPtr& crawl) {
  comparisons_.forget(crawl);
  ask_due();  // others need not wait for the next tick
}

std::string Reconciler::path_of(const Comparison& crawl) const {
  const bool is_batch = crawl.family == Comparison::Family::kBatch;
  std::string path = "/" + settings_.api_version + (is_batch ? "/batch/scrape/" : "/crawl/") +
                     segment_of(crawl.job_id);
  if (crawl.phase == Comparison::Phase::kErrors) return path + "/errors";
  if (crawl.skip == 0 && !crawl.is_by_one) return path;
  path += "?skip=" + std::to_string(crawl.skip);
  return crawl.is_by_one ? path + "&limit=1" : path;
}

void Reconciler::ask(const ComparisonPtr& crawl) {
  api_.ask({.path = path_of(*crawl)}, [this, crawl](ApiReply reply) {
    // Off the event loop: an answer may be ten megabytes to read.
    auto kept = std::make_shared<ApiReply>(std::move(reply));
    later(crawl, [this, crawl, kept] { answered(crawl, *kept); });
  });
}

void Reconciler::answered(const ComparisonPtr& crawl, const ApiReply& reply) {
  if (reply.lack == ApiReply::Lack::kStopping) return comparisons_.forget(crawl);
  if (reply.lack == ApiReply::Lack::kTooLarge && crawl->phase == Comparison::Phase::kPages) {
    if (std::exchange(crawl->is_by_one, true)) ++crawl->skip;  // a page that nobody could take
    return ask(crawl);
  }
  const Trouble trouble = trouble_of(reply);
  const bool is_there = trouble.why.empty() || !trouble.is_of_all;
  if (is_there && comparisons_.note_back(backstage_.now())) backstage_.say_back();
  if (!is_there && comparisons_.note_away(trouble, backstage_.now()))
    backstage_.say_away(trouble.why);
  if (!trouble.why.empty()) return failed(crawl, trouble.why);
  if (reply.status == kNotFoundStatus) return not_found(crawl);
  if (reply.status >= kBadRequest) {
    crawl->note =
        "Firecrawl was asked for the pages of this crawl and refused: " + parse_error(reply.body);
    return end(crawl, {});
  }
  if (crawl->phase == Comparison::Phase::kErrors) return read_errors(crawl, reply.body);
  read_pages(crawl, reply.body);
}

// A job is a crawl or a batch scrape; which one its id does not say.
void Reconciler::not_found(const ComparisonPtr& crawl) {
  if (crawl->phase == Comparison::Phase::kErrors) return end(crawl, {});
  if (crawl->family == Comparison::Family::kUnknown) {
    crawl->family = Comparison::Family::kBatch;
    return ask(crawl);
  }
  crawl->note =
      "Firecrawl does not know this crawl, so its pages could not be compared; it keeps results "
      "for "
      "a day.";
  end(crawl, {});
}

void Reconciler::failed(const ComparisonPtr& crawl, const std::string& why) {
  ++crawl->failures;
  if (backstage_.now() - crawl->began > kResultsLive) {
    crawl->note = "Firecrawl " + why +
                  " for a day, so the pages of this crawl were never compared with its own list.";
    return end(crawl, {});
  }
  if (crawl->failures >= kHoldFailures) let_go(crawl, not_compared(why));
  rest(crawl, kAwayPause.after(crawl->failures - 1));
}

// Nobody is to wait for this crawl any more.
void Reconciler::let_go(const ComparisonPtr& crawl, const std::string& why) {
  if (!comparisons_.let_go(crawl)) return;
  CrawlNews news{.job_id = crawl->job_id};
  news.fetch = Fetch::kAwaited;
  news.look = Look::kSecond;
  news.warning = why;
  pipeline_.take(std::move(news), [this, crawl](Intake intake, std::span<const PageVerdict>) {
    if (intake != Intake::kTaken) comparisons_.hold_again(crawl);  // until the next time
  });
}

void Reconciler::read_pages(const ComparisonPtr& crawl, std::string_view body) {
  auto results = parse_results(body);
  if (!results) return failed(crawl, "answered what this host cannot read");
  crawl->failures = 0;
  if (crawl->family == Comparison::Family::kUnknown) crawl->family = Comparison::Family::kCrawl;
  crawl->status = results->status;
  if (!results->success) {
    crawl->note = "Firecrawl says that the crawl failed: " + results->error;
    return end(crawl, {});
  }
  if (results->documents.empty()) return go_on(crawl, *results);
  const std::size_t count = results->documents.size();
  Sorted sorted = sort_documents(settings_.pages, crawl->job_id, std::move(results->documents));
  CrawlNews news{crawl->job_id, std::move(sorted.records), std::move(sorted.left_out)};
  news.look = Look::kSecond;
  // What is needed afterwards, without the documents.
  results->documents.assign(count, Document{});
  auto kept = std::make_shared<const Results>(*std::move(results));
  pipeline_.take(std::move(news),
                 [this, crawl, kept](Intake intake, std::span<const PageVerdict> verdicts) {
                   const auto accepted = static_cast<std::size_t>(
                       std::count(verdicts.begin(), verdicts.end(), PageVerdict::kAccepted));
                   crawl->pages_seen += verdicts.size();
                   crawl->pages_new += accepted;
                   later(crawl, [this, crawl, kept, intake] { pushed(crawl, intake, *kept); });
                 });
}

void Reconciler::pushed(const ComparisonPtr& crawl, Intake intake, const Results& results) {
  if (intake == Intake::kTaken) return go_on(crawl, results);
  if (intake == Intake::kStopping) return comparisons_.forget(crawl);
  rest(crawl, kBusyPause);
}

void Reconciler::go_on(const ComparisonPtr& crawl, const Results& results) {
  const bool advances = results.next_skip && *results.next_skip > crawl->skip;
  if (advances && !results.documents.empty()) {
    crawl->skip = *results.next_skip;
    crawl->waits = 0;
    return ask(crawl);
  }
  // A crawl that has ended may name a next page for ever.
  if (results.status == JobStatus::kRunning) return wait_for_more(crawl);
  crawl->phase = Comparison::Phase::kErrors;
  ask(crawl);
}

void Reconciler::wait_for_more(const ComparisonPtr& crawl) {
  const auto [is_closed, is_followed] = comparisons_.standing_of(*crawl);
  if (!is_closed && !is_followed) {
    // It runs, and its events may come; the ledger counts the quiet time from here.
    CrawlNews news{.job_id = crawl->job_id};
    news.look = Look::kSecond;
    return tell(crawl, std::move(news), [this, crawl](Intake) { leave(crawl); });
  }
  if (is_closed && backstage_.now() - crawl->began > kHoldRunning) {
    let_go(crawl,
           "Firecrawl says that this crawl still runs, though it has reported it as closed; it is "
           "asked again until it has ended.");
  }
  rest(crawl, kAwayPause.after(++crawl->waits));
}

void Reconciler::read_errors(const ComparisonPtr& crawl, std::string_view body) {
  std::vector<LeftOutPage> left_out;
  crawl->note.clear();
  if (const auto errors = parse_job_errors(body)) {
    for (const JobErrors::Page& page : errors->pages) {
      if (page.error.starts_with(kRacedRedirect)) continue;
      Document named;
      named.source_url = page.url;
      left_out.push_back({ledger_name(named), LeftOutPage::Reason::kFailed,
                          page.error.empty() ? "Firecrawl gave no reason" : page.error});
    }
    if (!errors->robots_blocked.empty()) {
      crawl->note = "robots.txt kept Firecrawl from " +
                    std::to_string(errors->robots_blocked.size()) + " addresses, such as " +
                    errors->robots_blocked.front() + ".";
    }
  }
  end(crawl, std::move(left_out));
}

void Reconciler::end(const ComparisonPtr& crawl, std::vector<LeftOutPage> left_out) {
  std::string note = crawl->note;
  CrawlNews news{.job_id = crawl->job_id, .left_out = std::move(left_out)};
  const auto [is_closed, is_followed] = comparisons_.standing_of(*crawl);
  const bool came_late = crawl->pages_new > 0 && crawl->pages_new == crawl->pages_seen;
  if (came_late && !is_followed) {
    if (!note.empty()) note += ' ';
    note += kAllCameLate;
  }
  const bool has_ended = crawl->status != JobStatus::kRunning;
  if (!is_closed && has_ended) news.end = end_after(crawl->status);
  news.fetch = Fetch::kEnded;
  news.look = Look::kSecond;
  news.warning = std::move(note);
  tell(crawl, std::move(news), [this, crawl](Intake intake) {
    if (intake == Intake::kTaken) return leave(crawl);
    if (intake == Intake::kStopping) return comparisons_.forget(crawl);
    rest(crawl, kBusyPause);
  });
}

void Reconciler::later(const ComparisonPtr& crawl, std::function<void()> work) {
  backstage_.post([this, crawl, work = std::move(work)] {
    try {
      work();
    } catch (...) {
      rest(crawl, kCrashPause);
      throw;
    }
  });
}

// `then` runs on a worker.
void Reconciler::tell(const ComparisonPtr& crawl, CrawlNews news,
                      std::function<void(Intake)> then) {
  pipeline_.take(std::move(news), [this, crawl, then = std::move(then)](
                                      Intake intake, std::span<const PageVerdict> /*none*/) {
    later(crawl, [then, intake] { then(intake); });
  });
}

}  // namespace firecrawl
