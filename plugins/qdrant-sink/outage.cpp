#include "outage.hpp"

#include <utility>

namespace qdrant_sink {
namespace {

// After this a sentence may be said again, in another outage.
constexpr std::chrono::minutes kQuiet{1};
// Different sentences: beyond these it is noise.
constexpr std::size_t kMostSaid = 8;

}  // namespace

void Outage::failed(const Fault& fault) {
  {
    const std::lock_guard lock(mutex_);
    const auto now = now_();
    if (!std::exchange(is_out_, true)) {
      began_ = now;
      is_logged_ = false;
      std::erase_if(said_, [&](const auto& one) { return now - one.second >= kQuiet; });
    }
    if (said_.size() == kMostSaid || !said_.emplace(fault.sentence, now).second) return;
    is_logged_ = true;
  }
  const bool wants_somebody =
      fault.kind == Fault::Kind::kMisfit || fault.kind == Fault::Kind::kDenied;
  log_(wants_somebody ? Level::kError : Level::kWarn, fault.sentence);
}

void Outage::succeeded() {
  std::chrono::steady_clock::duration lasted{};
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(is_out_, false) || !is_logged_) return;
    lasted = now_() - began_;
  }
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(lasted).count();
  log_(Level::kInfo, "Qdrant answers again after " + std::to_string(seconds) + " s.");
}

}  // namespace qdrant_sink
