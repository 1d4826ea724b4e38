// sluice.metrics/1
#include "services/instance.hpp"
#include "services/tables.hpp"
#include "services/text.hpp"

#include <variant>

namespace sluice::services {
namespace {

observe::Metrics::Kind kind_of(uint32_t kind) {
  switch (kind) {
    case SLUICE_GAUGE:
      return observe::Metrics::Kind::kGauge;
    case SLUICE_HISTOGRAM:
      return observe::Metrics::Kind::kHistogram;
    default:
      return observe::Metrics::Kind::kCounter;
  }
}

sluice_status declare(const sluice_host* h, uint32_t kind, sluice_str name, sluice_str help,
                      uint64_t* out_id) {
  Instance& instance = instance_of(h);
  if (!instance.has_open_metrics()) {
    instance.shared().faults.report(instance.callee(), "metrics",
                                    "it declared a metric after configure");
    return SLUICE_E_INVALID;
  }
  const std::string_view metric = to_view(name);
  auto instrument = instance.shared().metrics.declare({.kind = kind_of(kind),
                                                       .name = metric,
                                                       .help = to_view(help),
                                                       .buckets = metric.ends_with("_seconds")
                                                                      ? observe::Buckets::kSeconds
                                                                      : observe::Buckets::kRecords,
                                                       .labels = {{"stage", instance.name()}}});
  if (!instrument) {
    instance.shared().log.write(observe::Level::kContract, instance.name(),
                                instrument.error().message);
    return SLUICE_E_INVALID;
  }
  instance.instruments().push_back(*instrument);
  *out_id = instance.instruments().size() - 1;
  return SLUICE_OK;
}

template <class T, class F>
void with(const sluice_host* h, uint64_t id, F&& f) {
  auto& instruments = instance_of(h).instruments();
  if (id >= instruments.size()) return;
  if (auto** instrument = std::get_if<T*>(&instruments[id])) f(**instrument);
}

void add(const sluice_host* h, uint64_t id, double amount) {
  with<observe::Counter>(h, id, [&](observe::Counter& counter) { counter.add(amount); });
  with<observe::Gauge>(h, id, [&](observe::Gauge& gauge) { gauge.add(amount); });
}

void set(const sluice_host* h, uint64_t id, double value) {
  with<observe::Gauge>(h, id, [&](observe::Gauge& gauge) { gauge.set(value); });
}

void observe_value(const sluice_host* h, uint64_t id, double value) {
  with<observe::Histogram>(h, id, [&](observe::Histogram& histogram) { histogram.observe(value); });
}

}  // namespace

const sluice_metrics& metrics_table() {
  static constexpr sluice_metrics kTable = {sizeof(sluice_metrics), 0, declare, add, set,
                                            observe_value};
  return kTable;
}

}  // namespace sluice::services
