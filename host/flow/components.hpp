// Components: one instance of a plugin for every stage of a pipeline file, created, checked against
// each other and configured. `sluice check` does just this; `sluice run` then starts them, and a
// reload makes a second set that keeps those of the first which nothing has changed for.
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

#include <cstdint>
#include <functional>
#include <map>
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
  std::unique_ptr<WorkerPool> thread;  // of a source that works by itself; ends first

  template <class T>
  const T* role(const char* id) const {  // null: it does not offer it
    if (!component->lists_role(id)) return nullptr;
    auto table = component->role<T>(id);
    return table ? *table : nullptr;
  }
};

// Owned by the app; the set that a graph runs outlives it. [control]; find from any thread.
class Components final {
 public:
  struct Sources {  // where its parts come from
    plugin::Registry& registry;
    services::Shared& shared;
    services::Intake& intake;  // for the sources among them
  };
  // Makes and configures all of them. Everything that is wrong goes to `findings`; with errors
  // there the result is good for nothing but being destroyed. Of `running`, when it is given, the
  // started components of which plugin file, settings and peers are the same are kept.
  Components(const config::Loaded& loaded, const Sources& sources, config::Findings& findings,
             const Components* running = nullptr);
  ~Components();
  Components(const Components&) = delete;
  Components& operator=(const Components&) = delete;

  const config::Wiring& wiring() const { return wiring_; }
  const StageComponent* find(std::string_view name) const;
  // As find, for whoever may still use it when another set has taken this one's place.
  std::shared_ptr<const StageComponent> share(std::string_view name) const;
  const std::vector<std::shared_ptr<StageComponent>>& all() const { return all_; }
  bool is_source(const StageComponent& stage) const;
  // Of every stage that makes or keeps something of a page; what a page's digest depends on beside
  // the page.
  std::string fingerprint() const;

  // Starts sinks first and sources last, and opens routes. On an Error, which is of the stage
  // failed(), what was started here is stopped. Fault::kConfig: it cannot work as configured;
  // anything else: not now.
  // The routes of a source take the place of those of its predecessor in `before` at once.
  // `is_called_off` is asked before each: true ends the start with an Error.
  Result<void> start(Steady::time_point deadline, const Components* before = nullptr,
                     const std::function<bool()>& is_called_off = {});
  const std::string& failed() const { return failed_; }
  // Gives each source that works by itself a thread. After start, once pushes are welcome.
  void run_sources();
  // Lets the sources finish. Pushes are refused by now; routes still answer that the host is
  // stopping.
  void drain_sources(Steady::time_point deadline);
  // Drains and stops the rest, in the opposite order of start. Calls into a component that have not
  // come back by then, or a moment later, go on: it is left as it is, and so is what it uses.
  void stop(Steady::time_point deadline);
  // How many calls, of those that stop gave up. Unless 0, nothing here may be destroyed.
  std::size_t lost() const { return lost_; }

  // The stages of this set that `next` does not keep.
  enum class Kind : uint8_t { kSources, kOthers };
  std::vector<std::string> left_out_of(const Components& next, Kind kind) const;
  // As the stop above, of these alone.
  void stop(const std::vector<std::string>& names, Steady::time_point deadline);

 private:
  using Peers = std::map<std::string, const plugin::Component*, std::less<>>;

  std::shared_ptr<StageComponent> same(const config::StageSpec& spec) const;
  void create(const config::Loaded& loaded, const Sources& sources, const Components* running,
              config::Findings& findings);
  std::shared_ptr<StageComponent> make(const config::Loaded& loaded, const config::StageSpec& spec,
                                       std::shared_ptr<const plugin::Image> image,
                                       const Sources& sources, config::Findings& findings);
  void renew_changed(const config::Loaded& loaded, const Sources& sources,
                     config::Findings& findings);
  void configure(const config::Pipeline& pipeline, config::Findings& findings);
  Peers peers_of(const config::StageSpec& spec) const;
  const StageComponent* embedder_before(const std::string& name) const;
  void order();
  static void drain(StageComponent& stage, Steady::time_point deadline);
  void stop(StageComponent& stage, Steady::time_point deadline);
  bool is_used_by_left(const StageComponent& stage) const;

  std::vector<std::shared_ptr<StageComponent>> all_;  // in the order of the file
  std::vector<StageComponent*> start_order_;
  std::vector<const StageComponent*> left_;  // as they are, when they should have been stopped
  std::size_t lost_ = 0;
  config::Wiring wiring_;
  std::string failed_;  // the stage that did not start
};

}  // namespace sluice::flow
