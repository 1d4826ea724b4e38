// Defaults filled in, and the mode turned into numbers.
#include "flow/policy.hpp"

#include <algorithm>

namespace sluice::flow {
namespace {

// What a stage does not say. Eight megabytes and eighty records fit every embedding server there
// is.
constexpr uint32_t kBatchRecords = 80;
constexpr uint64_t kBatchBytes = 8ULL << 20U;

// A blocking stage that does not say that it may be called again is never called twice at once.
uint32_t concurrency_of(const config::StageSpec& spec, const StageComponent& component) {
  const auto* table = component.role<sluice_stage>(SLUICE_ROLE_TRANSFORM);
  if (!table) table = component.role<sluice_stage>(SLUICE_ROLE_SINK);
  constexpr uint32_t kMany = SLUICE_STAGE_REENTRANT | SLUICE_STAGE_NONBLOCKING;
  const bool takes_many = (table->flags & kMany) != 0;
  return takes_many ? static_cast<uint32_t>(spec.concurrency.value_or(1)) : 1;
}

}  // namespace

RunnerOptions runner_options(const config::Pipeline& pipeline, const Components& components,
                             const StageComponent& component) {
  const config::StageSpec& spec = *pipeline.stage(component.name);
  const auto& heads = components.wiring().heads;
  const bool is_head = std::find(heads.begin(), heads.end(), component.name) != heads.end();
  RunnerOptions options;
  options.stage = component.name;
  options.concurrency = concurrency_of(spec, component);
  options.timeout = spec.timeout;
  options.retry = {static_cast<uint32_t>(spec.retry.attempts), spec.retry.initial, spec.retry.max,
                   spec.retry.elapsed};
  options.inlet.max_bytes = spec.batch.bytes.value_or(kBatchBytes);
  options.inlet.max_wait = spec.batch.wait;
  options.inlet.max_records = static_cast<uint32_t>(spec.batch.records.value_or(kBatchRecords));
  if (!is_head) return options;
  // The mode is the policy of the first inlet; a stage that takes less at a time still gets less.
  const auto at_most = [&](std::size_t records) {
    options.inlet.max_records = static_cast<uint32_t>(
        spec.batch.records ? std::min<std::size_t>(*spec.batch.records, records) : records);
  };
  switch (pipeline.mode) {
    case config::Mode::kStreaming:
      at_most(pipeline.modes.streaming.max_records);
      break;
    case config::Mode::kMicroBatch:
      at_most(pipeline.modes.micro_batch.max_records);
      options.inlet.max_wait = pipeline.modes.micro_batch.max_wait;
      options.inlet.is_by_group = true;
      break;
    case config::Mode::kBatch:
      at_most(pipeline.modes.batch.max_records);
      break;
  }
  return options;
}

Backlog::Policy backlog_policy(const config::Pipeline& pipeline) {
  const auto& batch = pipeline.modes.batch;
  return {pipeline.mode == config::Mode::kBatch, batch.max_hold,
          std::max<std::size_t>(1, batch.in_flight * batch.max_records)};
}

}  // namespace sluice::flow
