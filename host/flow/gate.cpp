// Claims in, settlements out.
#include "flow/gate.hpp"

#include <algorithm>
#include <utility>

namespace sluice::flow {
namespace {

// One round trip for whatever waits, up to this many pages: past it a script in Redis would hold up
// everybody else there.
constexpr std::size_t kMostKeys = 256;

// A page that somebody else holds, and a service that does not answer, are asked again after these.
constexpr RetryPolicy kBusy{.attempts = 0,
                            .initial = std::chrono::milliseconds(250),
                            .max = std::chrono::seconds(5),
                            .elapsed = {}};
constexpr RetryPolicy kOutage{.attempts = 0,
                              .initial = std::chrono::milliseconds(200),
                              .max = std::chrono::seconds(10),
                              .elapsed = {}};

sluice_str to_c(std::string_view s) { return {s.data(), s.size()}; }

bool is_older(const Delivery* left, const Delivery* right) {
  return left->version() < right->version();
}

bool is_deletion(const Delivery& page) { return page.page().document->op == SLUICE_DELETE; }

// A deletion belongs to no crawl and leaves no text: whatever comes after it is not unchanged.
std::string_view scope_of(const Delivery& page) { return is_deletion(page) ? "" : page.group(); }
Digest text_of(const Delivery& page) { return is_deletion(page) ? Digest{} : page.page().digest; }

sluice_key key_of(std::string_view scope, std::string_view id, const Digest& digest) {
  sluice_key key{};
  key.scope = to_c(scope);
  key.id = to_c(id);
  std::copy(digest.begin(), digest.end(), key.digest);
  return key;
}

sluice_error fresh_error() {
  sluice_error err{};
  err.struct_size = sizeof err;
  return err;
}

}  // namespace

Gate::Gate(Loop& loop, DedupePort dedupe, GateKeeper& keeper, observe::Metrics& metrics)
    : loop_(loop),
      dedupe_(std::move(dedupe)),
      keeper_(keeper),
      metrics_(metrics),
      claims_("gate-claim", dedupe_.is_present ? 1 : 0),
      settles_("gate-settle", dedupe_.is_present ? 1 : 0) {
  make_meters();
}

void Gate::make_meters() {
  constexpr uint32_t kClaimsAtOnce = 1;
  meters_.reset();
  if (dedupe_.is_present) {
    meters_.emplace(metrics_, dedupe_.stage, dedupe_.plugin, kClaimsAtOnce);
  }
}

void Gate::enter(Delivery& page) {
  const auto [it, is_first] = documents_.try_emplace(page.document_id());
  if (!is_first) {
    auto& waiting = it->second;
    const auto place = std::upper_bound(waiting.begin(), waiting.end(), &page, is_older);
    waiting.insert(place, &page);
    return;
  }
  line_up(page);
  pump();
}

void Gate::leave(const std::string& document_id, int64_t in_sinks) {
  const auto it = documents_.find(document_id);
  if (it == documents_.end()) return;
  while (!it->second.empty() && it->second.front()->version() < in_sinks) {
    Delivery* late = it->second.front();
    it->second.pop_front();
    keeper_.superseded(*late);
  }
  if (it->second.empty()) {
    documents_.erase(it);
    return;
  }
  line_up(*it->second.front());
  it->second.pop_front();
  pump();
}

void Gate::resume() {
  is_paused_ = false;
  pump();
}

void Gate::start_over(DedupePort dedupe) {
  ++beginning_;
  dedupe_ = std::move(dedupe);
  queue_.clear();
  claiming_.clear();
  documents_.clear();
  settling_.clear();
  busy_ = 0;
  outages_ = 0;
  last_error_.clear();
  make_meters();
  for (WorkerPool* pool : {&claims_, &settles_}) {
    if (dedupe_.is_present && pool->threads() == 0) pool->grow();
  }
}

// Not for pages that were forgotten meanwhile.
void Gate::again(Steady::duration delay, std::function<void()> work) {
  loop_.after(delay, [this, beginning = beginning_, work = std::move(work)] {
    if (beginning == beginning_) work();
  });
}

void Gate::pump() {
  if (is_paused_ || queue_.empty() || !claiming_.empty()) return;
  if (!dedupe_.is_present) return admit_all();
  const auto oldest = take_claims();
  if (!claiming_.empty()) claim(oldest);
  meters_->depth(waiting(), in_flight());
}

void Gate::admit_all() {
  while (!queue_.empty()) {
    Delivery* page = queue_.front().page;
    queue_.pop_front();
    keeper_.admitted(*page);
  }
}

// Since when the first of them has waited.
Steady::time_point Gate::take_claims() {
  auto oldest = Steady::time_point::max();
  while (!queue_.empty() && claiming_.size() < kMostKeys) {
    const auto [page, since] = queue_.front();
    queue_.pop_front();
    oldest = std::min(oldest, since);
    claiming_.push_back(page);
  }
  return oldest;
}

void Gate::claim(Steady::time_point oldest) {
  is_claim_running_ = true;
  const auto began = loop_.now();
  meters_->left_inlet(began - oldest);
  // The pages outlive the call: nothing ends a delivery that was not admitted.
  claims_.post([this, began, pages = claiming_] {
    std::vector<sluice_key> keys;
    keys.reserve(pages.size());
    for (const auto* page : pages) {
      keys.push_back(key_of(scope_of(*page), page->document_id(), text_of(*page)));
    }
    std::vector<uint8_t> answers(pages.size(), SLUICE_KEY_BUSY);
    sluice_error err = fresh_error();
    const sluice_status status = dedupe_.claim(keys, answers.data(), &err);
    loop_.post([this, began, pages, answers = std::move(answers), status, err] {
      is_claim_running_ = false;
      claiming_.clear();
      meters_->batch_ended(pages.size(), loop_.now() - began);
      meters_->batch_result(status == SLUICE_OK ? "ok" : "failed");
      if (status == SLUICE_OK) {
        claimed(pages, answers);
      } else {
        claim_failed(pages, err);
      }
      meters_->depth(waiting(), in_flight());
      pump();
    });
  });
}

void Gate::claimed(const Pages& pages, const std::vector<uint8_t>& answers) {
  outages_ = 0;
  last_error_.clear();
  for (std::size_t i = 0; i < pages.size(); ++i) {
    Delivery& page = *pages[i];
    switch (answers[i]) {
      case SLUICE_KEY_NEW:
      case SLUICE_KEY_CHANGED:
        page.is_claimed = true;
        keeper_.admitted(page);
        break;
      case SLUICE_KEY_SAME:
      case SLUICE_KEY_UNCHANGED:
        // Deleting twice does no harm, leaving a deletion out would.
        is_deletion(page) ? keeper_.admitted(page) : keeper_.known(page, answers[i]);
        break;
      default:  // SLUICE_KEY_BUSY, or an answer of a newer component: somebody else is at it
        ++busy_;
        meters_->retried("busy", 1);
        again(backoff(kBusy, ++page.claims, random_) + kBusy.initial, [this, &page] {
          --busy_;
          line_up(page);
          pump();
        });
    }
  }
}

void Gate::claim_failed(const Pages& pages, const sluice_error& err) {
  last_error_ = err.message[0] != '\0' ? err.message : "the dedupe stage failed without a reason";
  const auto delay = err.retry_after_ms > 0
                         ? std::chrono::milliseconds(err.retry_after_ms)
                         : backoff(kOutage, ++outages_, random_) + kOutage.initial;
  meters_->retried("transient", pages.size());
  // Until the component answers, nothing else is asked of it.
  claiming_ = pages;
  again(delay, [this, pages, failed = loop_.now()] {
    claiming_.clear();
    for (auto page = pages.rbegin(); page != pages.rend(); ++page) {
      queue_.push_front({*page, failed});
    }
    pump();
  });
}

void Gate::settle(Delivery& page, sluice_status verdict, std::function<void()> then) {
  if (!page.is_claimed) {
    then();
    return;
  }
  page.is_claimed = false;
  settling_.push_back(
      {text_of(page), std::string(scope_of(page)), page.document_id(), verdict, std::move(then)});
  pump_settle();
}

// All that wait and have the same verdict, in one round trip.
void Gate::pump_settle() {
  if (is_settle_running_ || settling_.empty()) return;
  is_settle_running_ = true;
  std::vector<Settlement> now;
  const sluice_status verdict = settling_.front().verdict;
  while (!settling_.empty() && settling_.front().verdict == verdict && now.size() < kMostKeys) {
    now.push_back(std::move(settling_.front()));
    settling_.pop_front();
  }
  settles_.post([this, now = std::move(now), verdict]() mutable {
    std::vector<sluice_key> keys;
    keys.reserve(now.size());
    for (const auto& one : now) keys.push_back(key_of(one.scope, one.id, one.digest));
    sluice_error err = fresh_error();
    const sluice_status status = dedupe_.settle(keys, verdict, &err);
    loop_.post([this, now = std::move(now), status, why = std::string(err.message)]() mutable {
      is_settle_running_ = false;
      settled(std::move(now), status, why);
    });
  });
}

void Gate::settled(std::vector<Settlement> done, sluice_status status, const std::string& why) {
  if (status == SLUICE_OK) {
    outages_ = 0;
    last_error_.clear();
    for (auto& one : done) one.then();
    pump_settle();
    return;
  }
  last_error_ = why;
  settling_.insert(settling_.begin(), std::make_move_iterator(done.begin()),
                   std::make_move_iterator(done.end()));
  again(backoff(kOutage, ++outages_, random_) + kOutage.initial, [this] { pump_settle(); });
}

}  // namespace sluice::flow
