// Policy: what a pipeline file says of batches, calls and waiting, as the stations take it.
#pragma once

#include "config/pipeline.hpp"
#include "flow/backlog.hpp"
#include "flow/components.hpp"
#include "flow/runner.hpp"

namespace sluice::flow {

// Of one stage. The mode decides for those that the pages come to first; what a stage asks for
// itself is never exceeded.
RunnerOptions runner_options(const config::Pipeline& pipeline, const Components& components,
                             const StageComponent& component);

Backlog::Policy backlog_policy(const config::Pipeline& pipeline);

}  // namespace sluice::flow
