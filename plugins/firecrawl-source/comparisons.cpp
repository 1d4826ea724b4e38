#include "comparisons.hpp"

#include <algorithm>
#include <utility>

namespace firecrawl {
namespace {

constexpr std::uint32_t kServerError = 500;

}  // namespace

Trouble trouble_of(const ApiReply& reply) {
  switch (reply.lack) {
    case ApiReply::Lack::kNone:
    case ApiReply::Lack::kStopping:
      break;
    case ApiReply::Lack::kTimeout:
      return {.why = "did not answer in time"};
    case ApiReply::Lack::kTooLarge:
      return {.why = "answered more than this host takes at once", .is_of_all = false};
    case ApiReply::Lack::kUnreachable:
      return {.why = "cannot be reached"};
  }
  if (reply.status == 401 || reply.status == 403) return {.why = "refuses the api_key"};
  if (reply.status == 402) return {.why = "says that its credits are used up"};
  if (reply.status == 408) return {.why = "did not answer in time"};
  if (reply.status == 429) {
    const auto seconds = seconds_to_wait(reply.retry_after, parse_error(reply.body));
    return {.why = "asks for fewer requests", .pause = std::chrono::seconds(seconds)};
  }
  if (reply.status < kServerError) return {};
  // Those above it come from what stands before Firecrawl, when it is not there.
  return {.why = "answered HTTP " + std::to_string(reply.status),
          .is_of_all = reply.status != kServerError};
}

void Comparisons::add_closed(const std::string& job_id, Time due) {
  const std::scoped_lock lock(mutex_);
  make_room();
  if (const ComparisonPtr crawl = find_or_add(job_id, due)) crawl->is_closed = true;
}

void Comparisons::add_listed(const std::vector<Unfinished>& crawls, Time now, Time closed_due) {
  const std::scoped_lock lock(mutex_);
  for (const Unfinished& listed : crawls) {
    if (listed.is_closed && !listed.is_awaited) make_room();
    const ComparisonPtr crawl = find_or_add(listed.job_id, listed.is_closed ? closed_due : now);
    if (!crawl) continue;
    if (listed.is_closed) crawl->is_closed = true;
    if (listed.is_awaited && listed.is_closed) crawl->is_let_go = true;
    if (listed.is_awaited && !listed.is_closed) crawl->is_followed = true;
  }
}

// For a crawl that somebody waits for, in the place of one that nobody does. The caller locks.
void Comparisons::make_room() {
  if (comparisons_.size() < kMost) return;
  const auto spare = std::find_if(comparisons_.begin(), comparisons_.end(), [](const auto& entry) {
    const Comparison& crawl = *entry.second;
    return !crawl.is_busy && (crawl.is_let_go || !crawl.is_closed);
  });
  if (spare != comparisons_.end()) comparisons_.erase(spare);
}

// The caller locks. Null where there is no room.
ComparisonPtr Comparisons::find_or_add(const std::string& job_id, Time due) {
  const auto found = comparisons_.find(job_id);
  if (found != comparisons_.end()) return found->second;
  if (comparisons_.size() >= kMost) return nullptr;
  auto crawl = std::make_shared<Comparison>();
  crawl->job_id = job_id;
  crawl->due = due;
  crawl->began = due;
  comparisons_.emplace(job_id, crawl);
  return crawl;
}

std::vector<ComparisonPtr> Comparisons::take_due(Time now) {
  const std::scoped_lock lock(mutex_);
  if (now < away_.until) return {};
  const std::size_t most = away_.failures > 0 ? 1 : kAtOnce;
  std::size_t busy = 0;
  std::vector<ComparisonPtr> due;
  for (const auto& [id, crawl] : comparisons_) {
    if (crawl->is_busy) ++busy;
    if (!crawl->is_busy && crawl->due <= now) due.push_back(crawl);
  }
  std::sort(due.begin(), due.end(), [](const ComparisonPtr& left, const ComparisonPtr& right) {
    return left->due < right->due;
  });
  due.resize(std::min(due.size(), most - std::min(most, busy)));
  for (const ComparisonPtr& crawl : due) crawl->is_busy = true;
  return due;
}

void Comparisons::rest(const ComparisonPtr& crawl, Time until) {
  const std::scoped_lock lock(mutex_);
  crawl->is_busy = false;
  crawl->due = until;
}

void Comparisons::forget(const ComparisonPtr& crawl) {
  const std::scoped_lock lock(mutex_);
  comparisons_.erase(crawl->job_id);
}

bool Comparisons::let_go(const ComparisonPtr& crawl) {
  const std::scoped_lock lock(mutex_);
  return !std::exchange(crawl->is_let_go, true);
}

void Comparisons::hold_again(const ComparisonPtr& crawl) {
  const std::scoped_lock lock(mutex_);
  crawl->is_let_go = false;
}

std::vector<ComparisonPtr> Comparisons::waiting_in_vain() const {
  const std::scoped_lock lock(mutex_);
  std::vector<ComparisonPtr> waiting;
  if (away_.failures < kHoldFailures) return waiting;
  for (const auto& [id, crawl] : comparisons_) {
    if (crawl->is_closed && !crawl->is_let_go && !crawl->is_busy) waiting.push_back(crawl);
  }
  return waiting;
}

std::string Comparisons::why_away() const {
  const std::scoped_lock lock(mutex_);
  return away_.why;
}

bool Comparisons::note_away(const Trouble& trouble, Time now) {
  const std::scoped_lock lock(mutex_);
  const bool is_news = away_.failures == 0;
  away_.why = trouble.why;
  away_.until = now + std::max(trouble.pause, kAwayPause.after(away_.failures));
  ++away_.failures;
  return is_news;
}

bool Comparisons::note_back(Time now) {
  const std::scoped_lock lock(mutex_);
  if (std::exchange(away_, {}).failures == 0) return false;
  for (const auto& [id, crawl] : comparisons_) {
    if (crawl->is_let_go && !crawl->is_busy) crawl->due = now;
  }
  return true;
}

Comparisons::Standing Comparisons::standing_of(const Comparison& crawl) const {
  const std::scoped_lock lock(mutex_);
  return {crawl.is_closed, crawl.is_followed};
}

}  // namespace firecrawl
