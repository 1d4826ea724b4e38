// Components: one instance of a plugin for every stage of a pipeline file, created, checked against
// each other and configured. `sluice check` does just this; `sluice run` then starts them.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/worker_pool.hpp"
#include "config/findings.hpp"
#include "config/pipeline.hpp"
#include "config/wiring.hpp"
#include "plugin/component.hpp"
#include "plugin/image.hpp"
#include "plugin/registry.hpp"
#include "services/instance.hpp"

#include <sluice/abi/roles.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::flow {

// One stage's component and what it was made from.
struct StageComponent {
  std::string name;
  std::string plugin;  // as the pipeline file calls it
  std::shared_ptr<const plugin::Image> image;
  std::unique_ptr<services::Instance> instance;
  std::unique_ptr<plugin::Component> component;  // before its instance in the order of destruction
  config::StageConfig config;

  template <class T>
  const T* role(const char* id) const {  // null: it does not offer it
    if (!component->lists_role(id)) return nullptr;
    auto table = component->role<T>(id);
    return table ? *table : nullptr;
  }
};

// Owned by the app, outlives the graph. [control]; find from any thread.
class Components final {
 public:
  struct Sources {  // where its parts come from
    plugin::Registry& registry;
    services::Shared& shared;
    services::Intake& intake;  // for the sources among them
  };
  // Makes and configures all of them. Everything that is wrong goes to `findings`; with errors
  // there the result is good for nothing but being destroyed.
  Components(const config::Loaded& loaded, const Sources& sources, config::Findings& findings);
  ~Components();
  Components(const Components&) = delete;
  Components& operator=(const Components&) = delete;

  const config::Wiring& wiring() const { return wiring_; }
  const StageComponent* find(std::string_view name) const;
  const std::vector<std::unique_ptr<StageComponent>>& all() const { return all_; }

  // Starts sinks first and sources last, and opens routes. On an Error what was started is stopped.
  // Fault::kConfig: it cannot work as configured; anything else: not now.
  Result<void> start(Steady::time_point deadline);
  // Gives each source that works by itself a thread. After start, once pushes are welcome.
  void run_sources();
  // Lets the sources finish. Pushes are refused by now; routes still answer that the host is
  // stopping.
  void drain_sources(Steady::time_point deadline);
  // Drains and stops the rest, in the opposite order of start.
  void stop(Steady::time_point deadline);

 private:
  void create(const config::Loaded& loaded, const Sources& sources, config::Findings& findings);
  void configure(const config::Pipeline& pipeline, config::Findings& findings);
  const StageComponent* embedder_before(const std::string& name) const;
  void order();

  std::vector<std::unique_ptr<StageComponent>> all_;  // in the order of the file
  std::vector<StageComponent*> start_order_;
  std::vector<std::unique_ptr<WorkerPool>> source_threads_;  // one a source that has `run`
  config::Wiring wiring_;
};

}  // namespace sluice::flow
