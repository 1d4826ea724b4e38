// Holding, releasing and reading back.
#include "flow/backlog.hpp"

#include "data/codec.hpp"
#include "flow/digest.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace sluice::flow {
namespace {

// Pages in one read: enough to keep the stages fed, little enough to share the loop.
constexpr std::size_t kReadAtOnce = 80;
// After a read that failed, for the disk to come back.
constexpr std::chrono::seconds kReadAgain{1};
// Crawls remembered as closed; forgetting one only means that its late pages are held until
// max_hold.
constexpr std::size_t kMostClosed = 10'000;

}  // namespace

Backlog::Backlog(Loop& loop, const journal::Journal& journal, Budget& budget, Policy policy,
                 std::string fingerprint, Hooks hooks)
    : loop_(loop),
      journal_(journal),
      budget_(budget),
      policy_(policy),
      fingerprint_(std::move(fingerprint)),
      hooks_(std::move(hooks)) {}

void Backlog::set_policy(Policy policy) {
  policy_ = policy;
  for (Line& line : lines_) {
    if (is_to_hold(line.group) && !line.is_held) {
      held_ += line.pages.size();
      hold(line);
    }
    if (!is_to_hold(line.group) && std::exchange(line.is_held, false)) held_ -= line.pages.size();
    if (line.is_held) watch(line.group);
  }
  pump();
}

Backlog::Line& Backlog::line_of(const std::string& group, Wall::time_point first) {
  const auto it = by_group_.find(group);
  if (it != by_group_.end()) return *it->second;
  lines_.push_back({group, {}, false, first});
  by_group_.emplace(group, std::prev(lines_.end()));
  if (is_to_hold(group)) hold(lines_.back());
  return lines_.back();
}

bool Backlog::is_to_hold(const std::string& group) const {
  return policy_.is_holding && !group.empty() && !closed_.contains(group);
}

void Backlog::hold(Line& line) {
  line.is_held = true;
  watch(line.group);
}

// Not at once: a line that is due may go, and whoever asked is not done with it.
void Backlog::watch(const std::string& group) {
  loop_.post([this, group] { release_when_due(group); });
}

// Looks again when the time comes, as max_hold may have changed by then.
void Backlog::release_when_due(const std::string& group) {
  const auto it = by_group_.find(group);
  if (it == by_group_.end() || !it->second->is_held) return;
  const auto left = it->second->first + policy_.max_hold - loop_.clock().wall();
  if (left <= Wall::duration::zero()) return release(*it->second);
  loop_.after(std::chrono::ceil<Steady::duration>(left),
              [this, group] { release_when_due(group); });
}

void Backlog::add(const journal::Journal::Head& head, Origin origin) {
  Line& line = line_of(head.group, head.received_at);
  line.pages.push_back({head.seq, head.bytes, origin == Origin::kRecovered});
  ++waiting_;
  if (line.is_held) {
    ++held_;
  } else {
    pump();
  }
}

void Backlog::put_back(const journal::Journal::Head& head, Origin origin) {
  Line& line = line_of(head.group, head.received_at);
  line.first = std::min(line.first, head.received_at);
  const auto place = std::upper_bound(line.pages.begin(), line.pages.end(), head.seq,
                                      [](int64_t seq, const Page& page) { return seq < page.seq; });
  line.pages.insert(place, {head.seq, head.bytes, origin == Origin::kRecovered});
  ++waiting_;
  if (line.is_held) ++held_;
}

void Backlog::resume() {
  is_paused_ = false;
  pump();
}

void Backlog::close(const std::string& group) {
  if (closed_.size() >= kMostClosed) closed_.clear();
  closed_.insert(group);
  const auto line = by_group_.find(group);
  if (line != by_group_.end()) release(*line->second);
}

void Backlog::release(Line& line) {
  if (!std::exchange(line.is_held, false)) return;
  held_ -= line.pages.size();
  pump();
}

void Backlog::pump() {
  if (is_reading_ || is_paused_) return;
  const auto line =
      std::find_if(lines_.begin(), lines_.end(), [](const Line& one) { return !one.is_held; });
  if (line == lines_.end()) return;
  std::vector<Page> pages;
  while (!line->pages.empty() && pages.size() < kReadAtOnce && loaded_ < policy_.max_loaded) {
    const Page& next = line->pages.front();
    if (!budget_.take({1, next.bytes})) break;
    pages.push_back(next);
    line->pages.pop_front();
    ++loaded_;
  }
  waiting_ -= pages.size();
  if (line->pages.empty()) {
    by_group_.erase(line->group);
    lines_.erase(line);
  } else {
    lines_.splice(lines_.end(), lines_, line);
  }
  if (!pages.empty()) read(std::move(pages));
}

void Backlog::read(std::vector<Page> pages) {
  is_reading_ = true;
  reader_.post([this, pages = std::move(pages)]() mutable {
    std::vector<int64_t> seqs;
    seqs.reserve(pages.size());
    for (const auto& page : pages) seqs.push_back(page.seq);
    auto entries = journal_.read(seqs);
    // Shared, as a std::function must be copyable and pages are not.
    auto loaded = std::make_shared<std::vector<Delivery::Page>>();
    std::vector<std::pair<int64_t, std::string>> damaged;
    if (entries) {
      for (auto& entry : *entries) {
        const auto page = std::find_if(pages.begin(), pages.end(),
                                       [&](const Page& one) { return one.seq == entry.seq; });
        if (!entry.damage.empty()) {
          damaged.emplace_back(entry.seq, entry.damage);
          continue;  // stays among those without a page
        }
        auto document = data::decode(entry.payload);
        if (!document) {
          damaged.emplace_back(entry.seq, document.error().message);
          continue;
        }
        const Digest digest = digest_of(**document, fingerprint_);
        loaded->push_back({std::move(*document),
                           entry.seq,
                           std::move(entry.source),
                           entry.cookie,
                           digest,
                           entry.received_at,
                           page->is_recovered,
                           {1, page->bytes},
                           true});
        page->seq = 0;  // accounted for: what keeps its number below was removed meanwhile
      }
    }
    loop_.post([this, loaded, damaged = std::move(damaged), pages = std::move(pages),
                is_read = entries.ok()] {
      is_reading_ = false;
      if (!is_read) {
        for (const auto& page : pages) budget_.give_back({1, page.bytes});
        loaded_ -= pages.size();
        loop_.after(kReadAgain, [this, pages] {
          Line& line = line_of({}, loop_.clock().wall());
          line.pages.insert(line.pages.begin(), pages.begin(), pages.end());
          waiting_ += pages.size();
          pump();
        });
        return;
      }
      for (const auto& page : pages) {
        if (page.seq == 0) continue;
        budget_.give_back({1, page.bytes});
        --loaded_;
      }
      for (const auto& [seq, why] : damaged) hooks_.damaged(seq, why);
      for (auto& page : *loaded) hooks_.loaded(std::move(page));
      pump();
    });
  });
}

}  // namespace sluice::flow
