// Reloader: takes up a changed pipeline file without stopping anything.
#pragma once

#include "api/access.hpp"
#include "api/control.hpp"
#include "app/host_meters.hpp"
#include "app/reload_plan.hpp"
#include "app/running_pipeline.hpp"
#include "config/pipeline.hpp"
#include "flow/components.hpp"
#include "observe/log.hpp"
#include "observe/metrics.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace sluice::app {

// Owned by the app; what it is given outlives it. Any thread.
class Reloader final : public api::Control {
 public:
  struct File {
    std::filesystem::path path;
    std::vector<std::string> overrides;  // as --set takes them
  };
  struct Running {
    RunningPipeline& pipeline;
    api::Access& access;
    HostMeters& meters;
  };
  Reloader(File file, std::shared_ptr<const config::Loaded> current, const Running& running,
           const observe::Log& log, observe::Metrics& metrics);

  std::shared_ptr<const config::Pipeline> pipeline() const override;
  std::shared_ptr<const config::Loaded> current() const;
  uint64_t generation() const override;
  api::Reloaded reload(api::Reload how) override;
  // Before the host stops: a reload under way ends first, later ones are refused.
  void close();

 private:
  api::Reloaded read_and_take_up(api::Reload how);
  void take_up(const std::shared_ptr<config::Loaded>& next, const flow::Components& candidate,
               const std::vector<Change>& changes);
  void tell(const api::Reloaded& reloaded) const;

  const File file_;
  const Running running_;
  const observe::Log& log_;
  observe::Metrics& metrics_;

  std::mutex one_at_a_time_;  // held for a whole reload
  bool is_closed_ = false;    // guarded by one_at_a_time_
  mutable std::mutex mutex_;  // guards what follows
  std::shared_ptr<const config::Loaded> current_;
  uint64_t generation_ = 1;
};

}  // namespace sluice::app
