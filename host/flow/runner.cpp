// Batches out, verdicts back.
#include "flow/runner.hpp"

#include <algorithm>
#include <utility>

namespace sluice::flow {
namespace {

// A stage that says SLUICE_E_AGAIN is busy, or what is behind it is away: the record comes again
// when the stage says, or soon, and it does not count as an attempt.
constexpr std::chrono::milliseconds kSoon{20};

bool is_transient(sluice_status verdict) {
  return verdict == SLUICE_E_RETRY || verdict == SLUICE_E_TIMEOUT;
}

// Neither a verdict nor an excuse: the stage broke, or broke the contract.
bool is_bug(sluice_status verdict) {
  switch (verdict) {
    case SLUICE_OK:
    case SLUICE_DROPPED:
    case SLUICE_PENDING:
    case SLUICE_E_RETRY:
    case SLUICE_E_TIMEOUT:
    case SLUICE_E_AGAIN:
    case SLUICE_E_STOPPING:
    case SLUICE_E_REJECT:
    case SLUICE_E_FATAL:
      return false;
    default:
      return true;
  }
}

uint64_t to_ns(Steady::time_point at) {
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count());
}

}  // namespace

Runner::Runner(Loop& loop, StagePort port, RunnerOptions options, Outlet& outlet,
               StageMeters& meters)
    : loop_(loop),
      port_(std::move(port)),
      options_(std::move(options)),
      outlet_(outlet),
      meters_(meters),
      inlet_(options_.inlet),
      random_(options_.seed != 0 ? options_.seed : std::random_device{}()) {
  if (!port_.is_nonblocking) {
    workers_ = std::make_unique<WorkerPool>(options_.stage, options_.concurrency);
  }
}

Runner::~Runner() {
  if (wake_up_ != 0) loop_.cancel(wake_up_);
}

void Runner::add(data::RecordRef record) {
  record->attempts = 0;
  inlet_.add(std::move(record), loop_.now());
  schedule_pump();
}

void Runner::flush(const std::string& group) {
  inlet_.flush(group);
  schedule_pump();
}

void Runner::flush_all() {
  inlet_.flush_all();
  schedule_pump();
}

void Runner::set_options(const RunnerOptions& options) {
  options_ = options;
  inlet_.set_policy(options.inlet);
  meters_.set_concurrency(options.concurrency);
  while (workers_ && workers_->threads() < options.concurrency) workers_->grow();
  schedule_pump();
}

void Runner::resume_retrying() {
  is_retrying_ = true;
  schedule_pump();
}

std::size_t Runner::stop_workers(Steady::time_point deadline) {
  return workers_ ? workers_->stop_by(deadline) : 0;
}

// Once for everything that happens in this turn of the loop, so that records which come together
// leave together.
void Runner::schedule_pump() {
  if (std::exchange(is_pump_posted_, true)) return;
  loop_.post([this] {
    is_pump_posted_ = false;
    pump();
  });
}

void Runner::pump() {
  const auto now = loop_.now();
  if (is_retrying_) {
    for (auto& record : retries_.take_due(now)) inlet_.add_urgent(std::move(record), now);
  }
  while (in_flight_.size() < options_.concurrency + lost_ && !is_circuit_open()) {
    if (!isolated_.empty()) {
      Records records = std::move(isolated_.front());
      isolated_.pop_front();
      isolated_records_ -= records.size();
      start(std::move(records), true);
      continue;
    }
    auto taken = inlet_.take(now);
    if (taken.records.empty()) break;
    meters_.left_inlet(now - taken.oldest);
    start(std::move(taken.records), false);
  }
  meters_.depth(waiting(), in_flight());
  arm_wake_up();
}

void Runner::arm_wake_up() {
  auto next = Steady::time_point::max();
  const bool has_slot = in_flight_.size() < options_.concurrency + lost_;
  if (const auto due = inlet_.next_due(); due && has_slot && !is_circuit_open()) next = *due;
  if (is_retrying_ && !retries_.is_empty()) next = std::min(next, retries_.next());
  if (next == wake_up_at_) return;
  if (wake_up_ != 0) loop_.cancel(std::exchange(wake_up_, 0));
  wake_up_at_ = next;
  if (next == Steady::time_point::max()) return;
  wake_up_ = loop_.at(next, [this] {
    wake_up_ = 0;
    wake_up_at_ = Steady::time_point::max();
    pump();
  });
}

void Runner::start(Records records, bool is_isolated) {
  auto owned = std::make_unique<sluice_batch>();
  sluice_batch* batch = owned.get();
  batch->account = port_.account;
  batch->slots.reserve(records.size());
  for (auto& record : records) {
    batch->attempt = std::max(batch->attempt, record->attempts + 1);
    batch->slots.emplace_back();
    batch->slots.back().record = std::move(record);
  }
  const uint64_t id = ++last_batch_;
  batch->on_complete = [this, id](sluice_batch*) { loop_.post([this, id] { finished(id); }); };
  const auto now = loop_.now();
  const auto deadline = now + options_.timeout;
  batch->deadline_ns = to_ns(deadline);
  if (port_.account) port_.account->batches.fetch_add(1, std::memory_order_relaxed);
  in_flight_.emplace(
      id, InFlight{.batch = std::move(owned),
                   .limit = loop_.at(deadline + kCourtesy, [this, id] { timed_out(id); }),
                   .started = now,
                   .is_isolated = is_isolated});
  if (workers_) {
    workers_->post([this, id, batch] { submit(id, batch); });
  } else {
    submit(id, batch);
  }
}

// On a worker, or on the loop for a stage that never blocks. Once the stage has taken the batch it
// may be gone at any moment.
void Runner::submit(uint64_t id, sluice_batch* batch) {
  const sluice_status status = port_.submit(batch);
  if (status != SLUICE_OK) loop_.post([this, id, status] { refused(id, status); });
}

// The stage did not take the batch: its answer is the verdict on every record.
void Runner::refused(uint64_t id, sluice_status status) {
  const auto it = in_flight_.find(id);
  if (it == in_flight_.end())
    return;  // it refused a batch that it had completed; the completion counts
  sluice_batch& batch = *it->second.batch;
  if (batch.is_completed.exchange(true, std::memory_order_acq_rel)) return;
  if (port_.account) port_.account->batches.fetch_sub(1, std::memory_order_relaxed);
  for (auto& slot : batch.slots) {
    slot.verdict = status;
    slot.message = "the stage did not take the batch";
    slot.children.clear();
  }
  finished(id);
}

void Runner::finished(uint64_t id) {
  const auto it = in_flight_.find(id);
  if (it == in_flight_.end()) return;
  InFlight done = std::move(it->second);
  in_flight_.erase(it);
  if (!done.is_lost) loop_.cancel(done.limit);
  if (done.is_abandoned) {
    // Its records have long been on their way again; what it says about them is ignored.
    if (done.is_lost) --lost_;
  } else {
    const auto took = loop_.now() - done.started;
    meters_.batch_ended(done.batch->slots.size(), took);
    for (const auto& slot : done.batch->slots) outlet_.worked(*slot.record, id, took);
    judge(*done.batch, done.is_isolated);
  }
  done.batch->slots = std::vector<sluice_batch::Slot>();  // their room too, unlike clear
  spent_.push_back(std::move(done.batch));
  if (spent_.size() > kMostSpent) spent_.pop_front();
  schedule_pump();
}

// Copies of the records go on; the batch stays readable and writable until the stage gives it back.
void Runner::timed_out(uint64_t id) {
  const auto it = in_flight_.find(id);
  if (it == in_flight_.end() || it->second.is_abandoned) return;
  it->second.is_abandoned = true;
  sluice_batch& batch = *it->second.batch;
  batch.abandoned.store(true, std::memory_order_relaxed);
  meters_.batch_result("timeout");
  meters_.fault("timeout");
  it->second.limit = loop_.after(kStuckAfter, [this, id] { stuck(id); });
  const std::string reason = "no answer within " + std::to_string(options_.timeout.count()) + " ms";
  for (auto& slot : batch.slots) retry(data::copy_record(*slot.record), reason, 0);
  schedule_pump();
}

void Runner::stuck(uint64_t id) {
  const auto it = in_flight_.find(id);
  if (it == in_flight_.end()) return;
  it->second.is_lost = true;
  ++lost_;
  if (lost_ <= kMostLost && workers_) workers_->grow();
  if (is_circuit_open() && alarms_.stuck) alarms_.stuck(options_.stage);
  schedule_pump();
}

void Runner::judge(sluice_batch& batch, bool is_isolated) {
  auto& slots = batch.slots;
  const bool is_broken = std::all_of(slots.begin(), slots.end(),
                                     [](const auto& slot) { return is_bug(slot.verdict); });
  const bool has_failed = std::any_of(slots.begin(), slots.end(), [](const auto& slot) {
    return slot.verdict < 0 || slot.verdict == SLUICE_PENDING;
  });
  meters_.batch_result(!has_failed ? "ok" : is_broken ? "failed" : "partial");
  if (!has_failed) {
    last_success_ = loop_.now();
    has_failed_ = false;
  }
  if (is_broken && slots.size() > 1) {
    // One of them may be poison to all: halves find it in log n steps.
    last_error_ = slots.front().message;
    meters_.retried("bisect", slots.size());
    Records first;
    Records second;
    for (std::size_t i = 0; i < slots.size(); ++i) {
      (i < slots.size() / 2 ? first : second).push_back(std::move(slots[i].record));
    }
    isolate(std::move(first));
    isolate(std::move(second));
    return;
  }
  for (auto& slot : slots) judge_slot(slot, is_isolated && slots.size() == 1);
}

void Runner::judge_slot(sluice_batch::Slot& slot, bool is_alone_again) {
  if (slot.verdict < 0) last_error_ = slot.message;
  if (slot.verdict == SLUICE_OK) {
    pass(slot);
  } else if (slot.verdict == SLUICE_DROPPED) {
    outlet_.dropped(std::move(slot.record), std::move(slot.message));
  } else if (slot.verdict == SLUICE_E_REJECT) {
    const uint32_t attempts = slot.record->attempts + 1;
    outlet_.rejected(std::move(slot.record), {options_.stage, std::move(slot.message), attempts});
  } else if (is_transient(slot.verdict)) {
    retry(std::move(slot.record), std::move(slot.message), slot.retry_after_ms);
  } else if (slot.verdict == SLUICE_E_AGAIN || slot.verdict == SLUICE_E_STOPPING) {
    meters_.retried("busy", 1);
    const auto delay =
        slot.retry_after_ms > 0 ? std::chrono::milliseconds(slot.retry_after_ms) : kSoon;
    // An outage uses up the time of `elapsed` as little as the attempts.
    slot.record->failing_since = loop_.now() + delay;
    offer_again(std::move(slot.record), delay);
  } else if (slot.verdict == SLUICE_PENDING) {
    meters_.fault("pending");
    retry(std::move(slot.record), "the stage gave the batch back without a verdict on the record",
          0);
  } else if (slot.verdict == SLUICE_E_FATAL) {
    if (alarms_.fatal) alarms_.fatal(options_.stage, slot.message);
    offer_again(std::move(slot.record), options_.retry.max);
  } else if (is_alone_again) {
    const uint32_t attempts = slot.record->attempts + 1;
    outlet_.rejected(std::move(slot.record), {options_.stage, std::move(slot.message), attempts});
  } else {
    ++slot.record->attempts;
    meters_.retried("alone", 1);
    Records alone;
    alone.push_back(std::move(slot.record));
    isolate(std::move(alone));
  }
}

void Runner::pass(sluice_batch::Slot& slot) {
  slot.record->attempts = 0;
  outlet_.passed(std::move(slot.record), std::move(slot.children));
}

void Runner::retry(data::RecordRef record, std::string reason, uint32_t retry_after_ms) {
  const auto now = loop_.now();
  if (record->attempts == 0) record->failing_since = now;
  ++record->attempts;
  const auto& policy = options_.retry;
  if (record->attempts >= policy.attempts || now - record->failing_since >= policy.elapsed) {
    const uint32_t attempts = record->attempts;
    outlet_.rejected(std::move(record), {options_.stage, std::move(reason), attempts});
    return;
  }
  last_error_ = std::move(reason);
  meters_.retried("transient", 1);
  const auto delay = retry_after_ms > 0 ? std::chrono::milliseconds(retry_after_ms)
                                        : backoff(policy, record->attempts, random_);
  offer_again(std::move(record), delay);
}

void Runner::offer_again(data::RecordRef record, std::chrono::milliseconds delay) {
  has_failed_ = true;
  retries_.add(loop_.now() + delay, std::move(record));
  schedule_pump();
}

void Runner::isolate(Records records) {
  isolated_records_ += records.size();
  isolated_.push_back(std::move(records));
  schedule_pump();
}

}  // namespace sluice::flow
