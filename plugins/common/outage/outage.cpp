#include "common/outage/outage.hpp"

#include <utility>

namespace plugin_common {
namespace {

// How long a failure speaks for the next call too.
constexpr std::chrono::seconds kFresh{1};
// After this a sentence may be said again, in another outage.
constexpr std::chrono::minutes kQuiet{1};
// Different sentences: beyond these it is noise.
constexpr std::size_t kMostSaid = 8;

}  // namespace

void Outage::failed(const std::string& sentence, Cure cure) {
  tell_(sentence);
  {
    const std::lock_guard lock(mutex_);
    const auto now = now_();
    last_ = now;
    if (!std::exchange(is_out_, true)) {
      began_ = now;
      is_logged_ = false;
      std::erase_if(said_, [&](const auto& one) { return now - one.second >= kQuiet; });
    }
    if (said_.size() == kMostSaid || !said_.emplace(sentence, now).second) return;
    is_logged_ = true;
  }
  log_(cure == Cure::kPerson ? Level::kError : Level::kWarn, sentence);
}

void Outage::succeeded() {
  tell_({});
  std::chrono::steady_clock::duration lasted{};
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(is_out_, false) || !is_logged_) return;
    lasted = now_() - began_;
  }
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(lasted).count();
  log_(Level::kInfo, service_ + " answers again after " + std::to_string(seconds) + " s.");
}

bool Outage::is_fresh() const {
  const std::lock_guard lock(mutex_);
  return is_out_ && now_() - last_ < kFresh;
}

}  // namespace plugin_common
