// Names, help texts and labels of the flow's metrics.
#include "flow/meters.hpp"

#include <algorithm>
#include <utility>

namespace sluice::flow {
namespace {

double seconds(Steady::duration d) { return std::chrono::duration<double>(d).count(); }

}  // namespace

StageMeters::StageMeters(observe::Metrics& metrics, std::string stage, std::string plugin,
                         uint32_t concurrency)
    : metrics_(metrics),
      stage_(std::move(stage)),
      plugin_(std::move(plugin)),
      concurrency_(concurrency),
      batch_records_(metrics.histogram("sluice_stage_batch_records",
                                       "Records in a batch given to a stage",
                                       observe::Buckets::kRecords, {{"stage", stage_}})),
      seconds_(metrics.histogram("sluice_stage_seconds",
                                 "Time from submit to completion of a batch",
                                 observe::Buckets::kSeconds, {{"stage", stage_}})),
      inlet_wait_(
          metrics.histogram("sluice_inlet_wait_seconds",
                            "How long the oldest record of a batch waited in front of the stage",
                            observe::Buckets::kSeconds, {{"stage", stage_}})),
      in_flight_(
          metrics.gauge("sluice_stage_in_flight", "Batches the stage holds", {{"stage", stage_}})),
      inlet_records_(metrics.gauge("sluice_inlet_records", "Records waiting in front of the stage",
                                   {{"stage", stage_}})),
      utilization_(metrics.gauge("sluice_stage_utilization",
                                 "Busy share of the stage's concurrency, 0 to 1",
                                 {{"stage", stage_}})) {
  // A counter that appears with its first event cannot be alerted on before.
  retried("transient", 0);
  failures("throw", 0);
}

void StageMeters::batch_ended(std::size_t records, Steady::duration took) {
  batches_ += 1;
  records_ += static_cast<double>(records);
  busy_ += took;
  batch_records_.observe(static_cast<double>(records));
  seconds_.observe(seconds(took));
}

void StageMeters::batch_result(std::string_view result) {
  metrics_
      .counter("sluice_stage_batches_total", "Batches by how they ended",
               {{"stage", stage_}, {"result", std::string(result)}})
      .add();
}

void StageMeters::left_inlet(Steady::duration waited) { inlet_wait_.observe(seconds(waited)); }

void StageMeters::depth(std::size_t waiting, std::size_t in_flight) {
  inlet_records_.set(static_cast<double>(waiting));
  in_flight_.set(static_cast<double>(in_flight));
}

void StageMeters::retried(std::string_view reason, std::size_t records) {
  metrics_
      .counter("sluice_retries_total", "Records offered to a stage again",
               {{"stage", stage_}, {"reason", std::string(reason)}})
      .add(static_cast<double>(records));
}

void StageMeters::fault(std::string_view kind) { failures(kind, 1); }

void StageMeters::failures(std::string_view kind, double times) {
  metrics_
      .counter("sluice_plugin_faults_total", "Times a plugin broke its contract",
               {{"plugin", plugin_}, {"kind", std::string(kind)}})
      .add(times);
}

void Pace::look(double records, Steady::duration since_last_look) {
  const double window = seconds(since_last_look);
  per_second_ = window > 0 ? (records - std::exchange(before_, records)) / window : 0.0;
}

void StageMeters::look(Steady::time_point now) {
  const auto since = now - std::exchange(since_, now);
  const double window = seconds(since) * concurrency_;
  busy_share_ = window > 0 ? std::min(1.0, seconds(std::exchange(busy_, {})) / window) : 0.0;
  utilization_.set(busy_share_);
  pace_.look(records_, since);
}

PageMeters::PageMeters(observe::Metrics& metrics, const std::string& mode)
    : metrics_(metrics),
      journal_append_(metrics.histogram("sluice_journal_append_seconds",
                                        "Time until a push was durable",
                                        observe::Buckets::kSeconds)) {
  set_mode(mode);
}

void PageMeters::set_mode(const std::string& mode) {
  indexed_ = &metrics_.counter("sluice_pages_indexed_total", "Pages durable in every sink",
                               {{"mode", mode}});
  time_to_index_ = &metrics_.histogram("sluice_page_time_to_index_seconds",
                                       "From accepted to durable in every sink",
                                       observe::Buckets::kSeconds, {{"mode", mode}});
}

void PageMeters::received(const std::string& source, std::string_view event, std::size_t pages) {
  metrics_
      .counter("sluice_pages_received_total", "Pages that sources handed over",
               {{"source", source}, {"event", std::string(event)}})
      .add(static_cast<double>(pages));
  const std::scoped_lock lock(mutex_);
  received_[source] += static_cast<double>(pages);
}

double PageMeters::received_from(const std::string& source) const {
  const std::scoped_lock lock(mutex_);
  const auto it = received_.find(source);
  return it == received_.end() ? 0.0 : it->second;
}

void PageMeters::indexed(std::chrono::duration<double> time_to_index) {
  indexed_->add();
  time_to_index_->observe(time_to_index.count());
}

void PageMeters::skipped(std::string_view reason, std::size_t pages) {
  metrics_
      .counter("sluice_pages_skipped_total", "Pages left out on purpose",
               {{"reason", std::string(reason)}})
      .add(static_cast<double>(pages));
}

void PageMeters::failed(const std::string& stage) {
  metrics_.counter("sluice_pages_failed_total", "Pages given up", {{"stage", stage}}).add();
}

void PageMeters::trimmed(const std::string& stage) {
  metrics_
      .counter("sluice_chunks_trimmed_total", "TRIM records that a sink carried out",
               {{"stage", stage}})
      .add();
}

}  // namespace sluice::flow
