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

// Looking through all that waits takes a millisecond for a million pages: done for everything that
// was indexed in the meantime.
constexpr std::chrono::milliseconds kSweepAfter{100};

std::size_t hash_of(const std::string& document_id) {
  return std::hash<std::string>{}(document_id);
}

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

Backlog::Page Backlog::page_of(const journal::Journal::Head& head, Origin origin) {
  return {head.seq, hash_of(head.document_id), static_cast<uint32_t>(head.bytes),
          origin == Origin::kRecovered};
}

void Backlog::add(const journal::Journal::Head& head, Origin origin) {
  Line& line = line_of(head.group, head.received_at);
  line.pages.push_back(page_of(head, origin));
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
  insert(line, page_of(head, origin));
  ++waiting_;
  if (line.is_held) ++held_;
}

void Backlog::insert(Line& line, Page page) {
  const auto place = std::upper_bound(line.pages.begin(), line.pages.end(), page.seq,
                                      [](int64_t seq, const Page& one) { return seq < one.seq; });
  line.pages.insert(place, page);
}

void Backlog::remove_if_empty(Lines::iterator line) {
  if (!line->pages.empty()) return;
  by_group_.erase(line->group);
  lines_.erase(line);
}

void Backlog::indexed(const std::string& document_id, int64_t version) {
  if (waiting_ == 0 && !is_reading_) return;
  int64_t& in_sinks = in_sinks_[document_id];
  in_sinks = std::max(in_sinks, version);
  sweep_soon();
}

void Backlog::sweep_soon() {
  if (std::exchange(is_sweep_due_, true)) return;
  loop_.after(kSweepAfter, [this] {
    is_sweep_due_ = false;
    sweep();
  });
}

// Two documents of one hash would only mean that a page is read early.
void Backlog::sweep() {
  std::unordered_map<std::size_t, int64_t> newest;
  for (const auto& [id, version] : in_sinks_) {
    int64_t& most = newest[hash_of(id)];
    most = std::max(most, version);
  }
  for (auto line = lines_.begin(); line != lines_.end();) {
    const auto late = std::erase_if(line->pages, [&](const Page& page) {
      const auto found = newest.find(page.document);
      if (found == newest.end() || page.seq >= found->second) return false;
      superseded_.push_back(page);
      return true;
    });
    if (line->is_held) held_ -= late;
    remove_if_empty(line++);
  }
  std::unordered_set<std::size_t> wanted;
  for (const Page& page : superseded_) wanted.insert(page.document);
  if (is_reading_) {
    sweep_soon();  // they may be of one that is being read
  } else {
    std::erase_if(in_sinks_, [&](const auto& one) { return !wanted.contains(hash_of(one.first)); });
  }
  pump();
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
  if (is_reading_ || is_paused_ || is_put_off_) return;
  std::vector<Page> pages;
  take(superseded_, pages);
  const auto line =
      std::find_if(lines_.begin(), lines_.end(), [](const Line& one) { return !one.is_held; });
  if (line != lines_.end()) {
    take(line->pages, pages);
    lines_.splice(lines_.end(), lines_, line);
    remove_if_empty(line);
  }
  if (!pages.empty()) read(std::move(pages));
}

void Backlog::take(std::deque<Page>& from, std::vector<Page>& pages) {
  while (!from.empty() && pages.size() < kReadAtOnce && loaded_ < policy_.max_loaded) {
    const Page& next = from.front();
    if (!budget_.take({1, next.bytes})) return;
    pages.push_back(next);
    from.pop_front();
    ++loaded_;
    --waiting_;
  }
}

void Backlog::read(std::vector<Page> pages) {
  is_reading_ = true;
  // Shared, as a std::function must be copyable and pages are not.
  auto batch = std::make_shared<Batch>();
  batch->asked = std::move(pages);
  reader_.post([this, batch] {
    load(*batch);
    loop_.post([this, batch] {
      is_reading_ = false;
      batch->read.ok() ? pass_on(*batch) : put_off(*batch);
    });
  });
}

// On the reader.
void Backlog::load(Batch& batch) const {
  std::vector<int64_t> seqs;
  seqs.reserve(batch.asked.size());
  for (const auto& page : batch.asked) seqs.push_back(page.seq);
  auto entries = journal_.read(seqs);
  if (!entries) {
    batch.read = std::move(entries).error();
    return;
  }
  for (auto& entry : *entries) {
    const auto page = std::find_if(batch.asked.begin(), batch.asked.end(),
                                   [&](const Page& one) { return one.seq == entry.seq; });
    if (!entry.damage.empty()) {
      batch.damaged.push_back(std::move(entry));
      continue;
    }
    auto document = data::decode(entry.payload);
    if (!document) {
      entry.damage = document.error().message;
      batch.damaged.push_back(std::move(entry));
      continue;
    }
    const Digest digest = digest_of(**document, fingerprint_);
    batch.loaded.push_back({std::move(*document),
                            entry.seq,
                            std::move(entry.source),
                            entry.cookie,
                            digest,
                            entry.received_at,
                            page->is_recovered,
                            {1, page->bytes},
                            true});
    page->is_loaded = true;
  }
}

// Those that were not loaded are damaged, or were removed meanwhile.
void Backlog::pass_on(Batch& batch) {
  for (const auto& page : batch.asked) {
    if (page.is_loaded) continue;
    budget_.give_back({1, page.bytes});
    --loaded_;
  }
  is_unreadable_ = false;
  for (auto& entry : batch.damaged) hooks_.damaged(std::move(entry));
  for (auto& page : batch.loaded) {
    const std::string id = page.document->id;
    const auto newer = in_sinks_.find(id);
    const bool is_superseded = newer != in_sinks_.end() && page.version() < newer->second;
    is_superseded ? hooks_.superseded(std::move(page)) : hooks_.loaded(std::move(page));
  }
  pump();
}

void Backlog::put_off(const Batch& batch) {
  if (!std::exchange(is_unreadable_, true)) hooks_.unreadable(batch.read.error().message);
  for (const auto& page : batch.asked) budget_.give_back({1, page.bytes});
  loaded_ -= batch.asked.size();
  Line& line = line_of({}, loop_.clock().wall());
  for (const auto& page : batch.asked) insert(line, page);
  waiting_ += batch.asked.size();
  is_put_off_ = true;
  loop_.after(kReadAgain, [this] {
    is_put_off_ = false;
    pump();
  });
}

}  // namespace sluice::flow
