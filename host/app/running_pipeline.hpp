// RunningPipeline: the components of a pipeline file, the graph that moves pages through them and
// the searcher that asks them; and how other components take their place while pages come in.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/findings.hpp"
#include "config/pipeline.hpp"
#include "flow/components.hpp"
#include "flow/doorway.hpp"
#include "flow/graph.hpp"
#include "search/searcher.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sluice::app {

// Owned by the app. [control], but for graph() and searcher(), which any thread may use.
class RunningPipeline {
 public:
  // `components` are those of `pipeline`, configured.
  RunningPipeline(const config::Pipeline& pipeline, const flow::Components::Sources& sources,
                  flow::Doorway& doorway, std::unique_ptr<flow::Components> components,
                  const flow::Graph::Environment& environment);

  flow::Graph& graph() { return graph_; }
  search::Searcher& searcher() { return searcher_; }
  const flow::Components& components() const { return *components_; }

  // In two steps: pages are welcome once whatever they need runs. On an Error what was started is
  // stopped; `is_called_off` is asked between the stages and makes one.
  Result<void> start(const config::Loaded& loaded, const std::function<bool()>& is_called_off);
  void open_doorway();
  // In the order of the data: sources, what is in flight. True: nothing was left in flight.
  bool drain(Steady::time_point deadline);
  // How many workers a plugin did not give back. Unless 0, nothing here may be destroyed.
  std::size_t stop(Steady::time_point deadline);

  // Goes on under other limits, modes and policies, with the same components.
  void adopt(const config::Pipeline& pipeline, const config::SearchWiring& search);
  // Goes on with the components of `next`; those that are the same go on running. What is wrong
  // goes to `findings`, and then everything is as it was under `now`; where even that fails, the
  // graph's alarm is raised.
  void replace(const config::Loaded& now, const config::Loaded& next, config::Findings& findings);

 private:
  using Set = std::unique_ptr<flow::Components>;
  void look_in(const config::Pipeline& pipeline);
  void exchange(const config::Loaded& now, const config::Loaded& next, Set fresh,
                config::Findings& findings);
  void restore(const config::Loaded& now, const std::string& because);
  void take(const config::Pipeline& pipeline, Set fresh);
  void let_go(Set set);

  const flow::Components::Sources sources_;
  flow::Doorway& doorway_;
  Set components_;
  std::vector<Set> left_;  // of earlier reloads, with calls in them that never came back
  flow::Graph graph_;
  search::Searcher searcher_;
};

}  // namespace sluice::app
