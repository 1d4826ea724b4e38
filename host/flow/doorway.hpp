// Doorway: what sources push through. It stays where it is while the emitter behind it comes and
// goes.
#pragma once

#include "services/ports.hpp"

#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>

namespace sluice::flow {

// Any thread. Closed, every push answers SLUICE_E_STOPPING.
class Doorway final : public services::Intake {
 public:
  // Waits for the pushes under way behind the old one.
  void open(services::Intake* intake) {
    const std::unique_lock lock(mutex_);
    intake_ = intake;
  }
  void close() { open(nullptr); }

  sluice_status push(const std::string& source, const Push& push,
                     sluice_status* verdicts) override {
    const std::shared_lock lock(mutex_);
    return intake_ ? intake_->push(source, push, verdicts) : SLUICE_E_STOPPING;
  }
  sluice_status opened(const std::string& source, std::string_view group) override {
    const std::shared_lock lock(mutex_);
    return intake_ ? intake_->opened(source, group) : SLUICE_E_STOPPING;
  }
  sluice_status left_out(const std::string& source, std::string_view group,
                         std::span<const sluice_left_out> pages) override {
    const std::shared_lock lock(mutex_);
    return intake_ ? intake_->left_out(source, group, pages) : SLUICE_E_STOPPING;
  }
  sluice_status ended(std::string_view group, uint32_t how) override {
    const std::shared_lock lock(mutex_);
    return intake_ ? intake_->ended(group, how) : SLUICE_E_STOPPING;
  }
  void settle_duplicate(const std::string& source, uint64_t cookie) override {
    const std::shared_lock lock(mutex_);
    if (intake_) intake_->settle_duplicate(source, cookie);
  }
  void finished(const std::string& source) override {
    const std::shared_lock lock(mutex_);
    if (intake_) intake_->finished(source);
  }

 private:
  std::shared_mutex mutex_;
  services::Intake* intake_ = nullptr;  // guarded by mutex_, held while it is called
};

}  // namespace sluice::flow
