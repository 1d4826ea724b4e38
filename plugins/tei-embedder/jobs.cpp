#include "jobs.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace tei {

sluice::Status status_of(const Verdict& verdict) {
  switch (verdict.outcome) {
    case Outcome::kDone:
      return {};
    case Outcome::kReject:
      return sluice::Status::reject(verdict.why);
    case Outcome::kStopping:
      return {SLUICE_E_STOPPING, verdict.why};
    case Outcome::kAgain:
    case Outcome::kHold:
    case Outcome::kUnfit:
      // The texts wait. Ending the host would take the other branches of the flow along.
      return sluice::Status::busy(verdict.why, verdict.retry_after);
    case Outcome::kRetry:
      break;
  }
  return sluice::Status::retry(verdict.why, verdict.retry_after);
}

AskedJob::AskedJob(std::vector<std::string> texts, std::size_t dimension)
    : texts_(std::move(texts)),
      dimension_(dimension),
      rows_(texts_.size() * dimension),
      is_done_(texts_.size()) {}

AskedJob::~AskedJob() {
  const bool is_whole =
      std::all_of(is_done_.begin(), is_done_.end(), [](bool done) { return done; });
  sluice::Status status;
  try {
    if (failure_) status = status_of(*failure_);
    if (!failure_ && !is_whole) status = sluice::Status::retry("TEI gave no vector for the text.");
  } catch (const std::bad_alloc&) {
    status = sluice::Status::retry("out of memory");
  }
  promise_.set_value({std::move(status), std::move(rows_)});
}

// The dimension is that of the connection, which never changes while the plugin runs.
std::span<float> AskedJob::room(std::size_t i, std::size_t) {
  return std::span(rows_).subspan(i * dimension_, dimension_);
}

void AskedJob::judge(std::size_t i, const Verdict& verdict) {
  const std::scoped_lock lock(mutex_);
  if (verdict.outcome == Outcome::kDone) {
    is_done_[i] = true;
  } else if (!failure_) {
    failure_ = verdict;
    const bool may_wait =
        verdict.outcome != Outcome::kReject && verdict.outcome != Outcome::kStopping;
    if (may_wait) failure_->outcome = Outcome::kRetry;
  }
}

}  // namespace tei
