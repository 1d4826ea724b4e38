// Names and labels of the host's own metrics.
#include "app/host_meters.hpp"

#include <map>
#include <string>

namespace sluice::app {

std::function<void(std::size_t)> group_meter(observe::Metrics& metrics) {
  auto& records = metrics.histogram("sluice_journal_sync_records",
                                    "Writes that shared one disk sync", observe::Buckets::kRecords);
  return [&records](std::size_t works) { records.observe(static_cast<double>(works)); };
}

std::function<void(const net::RequestLog&)> request_meter(observe::Metrics& metrics) {
  return [&metrics](const net::RequestLog& request) {
    // The pattern, never the path: a scanner must not make a time series of every guess.
    const std::string route(request.route.empty() ? "none" : request.route);
    metrics
        .counter("sluice_http_requests_total", "Requests answered",
                 {{"route", route}, {"status", std::to_string(request.status)}})
        .add();
    metrics
        .histogram("sluice_http_seconds",
                   "From the first byte of a request to the last of its answer",
                   observe::Buckets::kSeconds, {{"route", route}})
        .observe(request.seconds);
  };
}

HostMeters::HostMeters(observe::Metrics& metrics, const Stores& stores)
    : metrics_(metrics),
      dead_letters_(stores.dead_letters),
      open_records_(metrics.gauge_fn(
          "sluice_journal_open_records", "Pages accepted and not done", {},
          [&journal = stores.journal] { return static_cast<double>(journal.open_count()); })),
      content_bytes_(metrics.gauge_fn(
          "sluice_content_bytes", "Pages kept as they were received, compressed", {},
          [&archive = stores.archive] { return static_cast<double>(archive.bytes()); })) {}

void HostMeters::watch_stages(const config::Pipeline& pipeline) {
  std::erase_if(letters_, [&](const auto& one) { return pipeline.stage(one.first) == nullptr; });
  for (const auto& stage : pipeline.stages) {
    if (letters_.contains(stage.name)) continue;
    letters_.emplace(stage.name,
                     metrics_.gauge_fn("sluice_dead_letters", "Pages given up and not replayed",
                                       {{"stage", stage.name}}, [this, name = stage.name] {
                                         const auto counts = dead_letters_.count_by_stage();
                                         if (!counts) return 0.0;
                                         for (const auto& count : *counts) {
                                           if (count.stage == name)
                                             return static_cast<double>(count.letters);
                                         }
                                         return 0.0;
                                       }));
  }
}

}  // namespace sluice::app
