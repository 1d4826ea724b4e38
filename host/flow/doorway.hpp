// Doorway: what sources push through. It stays where it is while the emitter behind it comes and
// goes.
#pragma once

#include "services/ports.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace sluice::flow {

// Any thread; open and close block. Closed, every event is answered with SLUICE_E_STOPPING.
class Doorway final : public services::Intake {
 public:
  // Waits for the events under way behind the old one.
  void open(services::Intake* intake) {
    std::unique_lock lock(mutex_);
    intake_ = nullptr;
    empty_.wait(lock, [this] { return inside_ == 0; });
    intake_ = intake;
  }
  void close() { open(nullptr); }

  void take(const std::string& source, const services::Event& event, Taken taken) override {
    services::Intake* intake = enter();
    if (!intake) return taken(SLUICE_E_STOPPING, nullptr);
    intake->take(
        source, event,
        [this, taken = std::move(taken)](sluice_status status, const sluice_status* verdicts) {
          taken(status, verdicts);
          leave();
        });
  }
  void settle_duplicate(const std::string& source, uint64_t cookie) override {
    if (services::Intake* intake = enter()) {
      intake->settle_duplicate(source, cookie);
      leave();
    }
  }
  void finished(const std::string& source) override {
    if (services::Intake* intake = enter()) {
      intake->finished(source);
      leave();
    }
  }

  Result<std::vector<crawls::UnfinishedCrawl>> unfinished(const std::string& source,
                                                          std::chrono::milliseconds quiet,
                                                          std::size_t limit) override {
    services::Intake* intake = enter();
    if (!intake) return Error{Fault::kUnavailable, "the pipeline is stopping"};
    auto found = intake->unfinished(source, quiet, limit);
    leave();
    return found;
  }

 private:
  services::Intake* enter() {
    const std::scoped_lock lock(mutex_);
    if (intake_) ++inside_;
    return intake_;
  }
  void leave() {
    const std::scoped_lock lock(mutex_);
    if (--inside_ == 0) empty_.notify_all();
  }

  std::mutex mutex_;  // guards what follows
  std::condition_variable empty_;
  std::size_t inside_ = 0;  // events that intake_ has not answered
  services::Intake* intake_ = nullptr;
};

}  // namespace sluice::flow
