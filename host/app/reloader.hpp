// Reloader: takes up a changed pipeline file without stopping anything.
#pragma once

#include "api/access.hpp"
#include "api/control.hpp"
#include "config/pipeline.hpp"
#include "flow/components.hpp"
#include "flow/graph.hpp"
#include "observe/log.hpp"
#include "observe/metrics.hpp"
#include "search/searcher.hpp"

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
    flow::Components& components;
    flow::Graph& graph;
    search::Searcher& searcher;
    api::Access& access;
  };
  Reloader(File file, std::shared_ptr<const config::Loaded> current, const Running& running,
           const observe::Log& log, observe::Metrics& metrics);

  std::shared_ptr<const config::Pipeline> pipeline() const override;
  uint64_t generation() const override;
  api::Reloaded reload(api::Reload how) override;

 private:
  api::Reloaded read_and_take_up(api::Reload how);
  void take_up(std::shared_ptr<const config::Loaded> next, const flow::Components& candidate);
  std::shared_ptr<const config::Loaded> current() const;
  void tell(const api::Reloaded& reloaded) const;

  const File file_;
  const Running running_;
  const observe::Log& log_;
  observe::Metrics& metrics_;

  std::mutex one_at_a_time_;  // held for a whole reload
  mutable std::mutex mutex_;  // guards what follows
  std::shared_ptr<const config::Loaded> current_;
  uint64_t generation_ = 1;
};

}  // namespace sluice::app
