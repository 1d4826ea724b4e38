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
constexpr milliseconds kFirstPause = 500ms;  // doubled with each failure
constexpr milliseconds kLongestPause = 30s;
constexpr milliseconds kBusyPause = 1s;  // for a pipeline that is full
// After so many failures in a row (some two seconds) nobody waits for the crawl any more; it is
// asked about all the same.
constexpr unsigned kHoldFailures = 3;
constexpr auto kHoldRunning = 10min;  // the same for a closed crawl that Firecrawl says still runs
constexpr auto kResultsLive = 24h;    // Firecrawl forgets a crawl's results then
constexpr std::uint32_t kBadRequest = 400;
constexpr std::uint32_t kNotFoundStatus = 404;

milliseconds pause_after(unsigned failures) {
  constexpr unsigned kMostDoublings = 6;  // reaches the longest
  return std::min(kLongestPause, kFirstPause * (1U << std::min(failures, kMostDoublings)));
}

// Why there is no answer that could be read; empty when there is one.
std::string trouble_of(const ApiReply& reply) {
  switch (reply.lack) {
    case ApiReply::Lack::kNone:
    case ApiReply::Lack::kStopping:
      break;
    case ApiReply::Lack::kTimeout:
      return "did not answer in time";
    case ApiReply::Lack::kTooLarge:
      return "answered more than this host takes at once";
    case ApiReply::Lack::kUnreachable:
      return "cannot be reached";
  }
  if (reply.status == 401 || reply.status == 403) return "refuses the api_key";
  if (reply.status == 402) return "says that its credits are used up";
  if (reply.status == 408) return "did not answer in time";
  if (reply.status == 429) return "asks for fewer requests";
  if (reply.status >= 500) return "answered HTTP " + std::to_string(reply.status);
  return {};
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
  const std::scoped_lock lock(mutex_);
  const Time due = backstage_.now() + settings_.after;
  if (const VisitPtr visit = find_or_add(job_id, due)) visit->is_closed = true;
}

// The caller locks. Null where there is no room: the list will bring it up again.
Reconciler::VisitPtr Reconciler::find_or_add(const std::string& job_id, Time due) {
  const auto found = visits_.find(job_id);
  if (found != visits_.end()) return found->second;
  if (visits_.size() >= kMost) return nullptr;
  auto visit = std::make_shared<Visit>();
  visit->job_id = job_id;
  visit->due = due;
  visit->began = due;
  visits_.emplace(job_id, visit);
  return visit;
}

void Reconciler::tick() {
  list();
  for (const VisitPtr& visit : take_due()) ask(visit);
}

void Reconciler::list() {
  const Time now = backstage_.now();
  {
    const std::scoped_lock lock(mutex_);
    if (now < list_next_) return;
    list_next_ = now + kListInterval;
  }
  const auto unfinished = backstage_.unfinished(settings_.quiet, kMost);
  const std::scoped_lock lock(mutex_);
  for (const Backstage::Unfinished& crawl : unfinished) {
    const Time due = crawl.is_closed ? now + settings_.after : now;
    const VisitPtr visit = find_or_add(crawl.job_id, due);
    if (!visit) continue;
    if (crawl.is_closed) visit->is_closed = true;
    if (crawl.is_awaited && !crawl.is_closed) visit->is_followed = true;
  }
}

std::vector<Reconciler::VisitPtr> Reconciler::take_due() {
  const Time now = backstage_.now();
  const std::scoped_lock lock(mutex_);
  std::size_t busy = 0;
  std::vector<VisitPtr> due;
  for (const auto& [id, visit] : visits_) {
    if (visit->is_busy) ++busy;
    if (!visit->is_busy && visit->due <= now) due.push_back(visit);
  }
  std::sort(due.begin(), due.end(),
            [](const VisitPtr& left, const VisitPtr& right) { return left->due < right->due; });
  due.resize(std::min(due.size(), kAtOnce - std::min(kAtOnce, busy)));
  for (const VisitPtr& visit : due) visit->is_busy = true;
  return due;
}

void Reconciler::rest(const VisitPtr& visit, milliseconds pause) {
  const std::scoped_lock lock(mutex_);
  visit->is_busy = false;
  visit->due = backstage_.now() + pause;
}

void Reconciler::forget(const VisitPtr& visit) {
  const std::scoped_lock lock(mutex_);
  visits_.erase(visit->job_id);
}

std::string Reconciler::path_of(const Visit& visit) const {
  const bool is_batch = visit.family == Visit::Family::kBatch;
  std::string path = "/" + settings_.api_version + (is_batch ? "/batch/scrape/" : "/crawl/") +
                     segment_of(visit.job_id);
  if (visit.phase == Visit::Phase::kErrors) return path + "/errors";
  if (visit.skip == 0 && !visit.is_by_one) return path;
  path += "?skip=" + std::to_string(visit.skip);
  return visit.is_by_one ? path + "&limit=1" : path;
}

void Reconciler::ask(const VisitPtr& visit) {
  api_.ask({.path = path_of(*visit)}, [this, visit](ApiReply reply) {
    // Off the event loop: an answer may be ten megabytes to read.
    auto kept = std::make_shared<ApiReply>(std::move(reply));
    later(visit, [this, visit, kept] { answered(visit, *kept); });
  });
}

void Reconciler::answered(const VisitPtr& visit, const ApiReply& reply) {
  if (reply.lack == ApiReply::Lack::kStopping) return forget(visit);
  if (reply.lack == ApiReply::Lack::kTooLarge && visit->phase == Visit::Phase::kPages) {
    if (std::exchange(visit->is_by_one, true)) ++visit->skip;  // a page that nobody could take
    return ask(visit);
  }
  if (reply.status == kNotFoundStatus) return not_found(visit);
  if (const std::string trouble = trouble_of(reply); !trouble.empty()) {
    const std::string error = parse_error(reply.body);
    return failed(visit, trouble, std::chrono::seconds(seconds_to_wait(reply.retry_after, error)));
  }
  if (reply.status >= kBadRequest) {
    visit->note =
        "Firecrawl was asked for the pages of this crawl and refused: " + parse_error(reply.body);
    return end(visit, {});
  }
  if (visit->phase == Visit::Phase::kErrors) return read_errors(visit, reply.body);
  read_pages(visit, reply.body);
}

// A job is a crawl or a batch scrape; which one its id does not say.
void Reconciler::not_found(const VisitPtr& visit) {
  if (visit->phase == Visit::Phase::kErrors) return end(visit, {});
  if (visit->family == Visit::Family::kUnknown) {
    visit->family = Visit::Family::kBatch;
    return ask(visit);
  }
  visit->note =
      "Firecrawl does not know this crawl, so its pages could not be compared; it keeps results "
      "for "
      "a day.";
  end(visit, {});
}

void Reconciler::failed(const VisitPtr& visit, const std::string& why, milliseconds pause) {
  bool is_news = false;
  {
    const std::scoped_lock lock(mutex_);
    is_news = !std::exchange(is_away_, true);
  }
  if (is_news) backstage_.say_away(why);
  const Time now = backstage_.now();
  ++visit->failures;
  if (now - visit->began > kResultsLive) {
    visit->note = "Firecrawl " + why +
                  " for a day, so the pages of this crawl were never compared with its own list.";
    return end(visit, {});
  }
  rest(visit, std::max(pause, pause_after(visit->failures - 1)));
  if (visit->failures >= kHoldFailures) {
    let_go(visit, "Firecrawl " + why +
                      ", so the pages of this crawl are not yet compared with its own list; it is "
                      "asked again with growing pauses.");
  }
}

// Nobody is to wait for this crawl any more.
void Reconciler::let_go(const VisitPtr& visit, const std::string& why) {
  if (std::exchange(visit->is_let_go, true)) return;
  CrawlNews news{.job_id = visit->job_id};
  news.fetch = Fetch::kAwaited;
  news.look = Look::kSecond;
  news.warning = why;
  pipeline_.take(std::move(news), [](Intake, std::span<const PageVerdict>) {});
}

void Reconciler::read_pages(const VisitPtr& visit, std::string_view body) {
  auto results = parse_results(body);
  if (!results) return failed(visit, "answered what this host cannot read");
  bool is_news = false;
  {
    const std::scoped_lock lock(mutex_);
    is_news = std::exchange(is_away_, false);
  }
  if (is_news) backstage_.say_back();
  visit->failures = 0;
  if (visit->family == Visit::Family::kUnknown) visit->family = Visit::Family::kCrawl;
  visit->status = results->status;
  if (!results->success) {
    visit->note = "Firecrawl says that the crawl failed: " + results->error;
    return end(visit, {});
  }
  if (results->documents.empty()) return go_on(visit, *results);
  const std::size_t count = results->documents.size();
  Sorted sorted = sort_documents(settings_.pages, visit->job_id, std::move(results->documents));
  CrawlNews news{visit->job_id, std::move(sorted.records), std::move(sorted.left_out)};
  news.look = Look::kSecond;
  // What is needed afterwards, without the documents.
  results->documents.assign(count, Document{});
  auto kept = std::make_shared<const Results>(*std::move(results));
  pipeline_.take(std::move(news),
                 [this, visit, kept](Intake intake, std::span<const PageVerdict> verdicts) {
                   const auto accepted = static_cast<std::size_t>(
                       std::count(verdicts.begin(), verdicts.end(), PageVerdict::kAccepted));
                   visit->pages_seen += verdicts.size();
                   visit->pages_new += accepted;
                   later(visit, [this, visit, kept, intake] { pushed(visit, intake, *kept); });
                 });
}

void Reconciler::pushed(const VisitPtr& visit, Intake intake, const Results& results) {
  if (intake == Intake::kTaken) return go_on(visit, results);
  if (intake == Intake::kStopping) return forget(visit);
  rest(visit, kBusyPause);
}

void Reconciler::go_on(const VisitPtr& visit, const Results& results) {
  const bool advances = results.next_skip && *results.next_skip > visit->skip;
  if (advances && !results.documents.empty()) {
    visit->skip = *results.next_skip;
    visit->waits = 0;
    return ask(visit);
  }
  // A crawl that has ended may name a next page for ever.
  if (results.status == JobStatus::kRunning) return wait_for_more(visit);
  visit->phase = Visit::Phase::kErrors;
  ask(visit);
}

void Reconciler::wait_for_more(const VisitPtr& visit) {
  bool is_closed = false;
  bool is_followed = false;
  {
    const std::scoped_lock lock(mutex_);
    is_closed = visit->is_closed;
    is_followed = visit->is_followed;
  }
  if (!is_closed && !is_followed) {
    // It runs, and its events may come; the ledger counts the quiet time from here.
    CrawlNews news{.job_id = visit->job_id};
    news.look = Look::kSecond;
    return tell(visit, std::move(news), [this, visit](Intake) { forget(visit); });
  }
  if (is_closed && backstage_.now() - visit->began > kHoldRunning) {
    let_go(visit,
           "Firecrawl says that this crawl still runs, though it has reported it as closed; it is "
           "asked again until it has ended.");
  }
  rest(visit, pause_after(++visit->waits));
}

void Reconciler::read_errors(const VisitPtr& visit, std::string_view body) {
  std::vector<LeftOutPage> left_out;
  visit->note.clear();
  if (const auto errors = parse_job_errors(body)) {
    for (const JobErrors::Page& page : errors->pages) {
      if (page.error.starts_with(kRacedRedirect)) continue;
      Document named;
      named.source_url = page.url;
      left_out.push_back({ledger_name(named), LeftOutPage::Reason::kFailed,
                          page.error.empty() ? "Firecrawl gave no reason" : page.error});
    }
    if (!errors->robots_blocked.empty()) {
      visit->note = "robots.txt kept Firecrawl from " +
                    std::to_string(errors->robots_blocked.size()) + " addresses, such as " +
                    errors->robots_blocked.front() + ".";
    }
  }
  end(visit, std::move(left_out));
}

void Reconciler::end(const VisitPtr& visit, std::vector<LeftOutPage> left_out) {
  std::string note = visit->note;
  CrawlNews news{.job_id = visit->job_id, .left_out = std::move(left_out)};
  {
    const std::scoped_lock lock(mutex_);
    const bool came_late = visit->pages_new > 0 && visit->pages_new == visit->pages_seen;
    if (came_late && !visit->is_followed) {
      if (!note.empty()) note += ' ';
      note += kAllCameLate;
    }
    const bool has_ended = visit->status != JobStatus::kRunning;
    if (!visit->is_closed && has_ended) news.end = end_after(visit->status);
  }
  news.fetch = Fetch::kEnded;
  news.look = Look::kSecond;
  news.warning = std::move(note);
  tell(visit, std::move(news), [this, visit](Intake intake) {
    const bool is_over = intake == Intake::kTaken || intake == Intake::kStopping;
    is_over ? forget(visit) : rest(visit, kBusyPause);
  });
}

void Reconciler::later(const VisitPtr& visit, std::function<void()> work) {
  backstage_.post([this, visit, work = std::move(work)] {
    try {
      work();
    } catch (...) {
      rest(visit, kLongestPause);
      throw;
    }
  });
}

// `then` runs on a worker.
void Reconciler::tell(const VisitPtr& visit, CrawlNews news, std::function<void(Intake)> then) {
  pipeline_.take(std::move(news), [this, visit, then = std::move(then)](
                                      Intake intake, std::span<const PageVerdict> /*none*/) {
    later(visit, [then, intake] { then(intake); });
  });
}

}  // namespace firecrawl
