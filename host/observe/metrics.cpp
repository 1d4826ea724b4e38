// The instruments by name; prometheus-cpp writes their text.
#include "observe/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <mutex>
#include <optional>
#include <sstream>
#include <stdexcept>

namespace sluice::observe {
namespace {

constexpr std::array<double, 16> kSeconds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                             0.25,   0.5,   1,      2.5,   5,    10,    30,   60};
constexpr std::array<double, 14> kRecords = {1,   2,   4,   8,    16,   32,   64,
                                             128, 256, 512, 1024, 2048, 4096, 8192};

// A letter or underscore, then those and digits; `colon` where the name is a metric's.
bool is_name(std::string_view name, std::string_view also) {
  const auto is_ok = [&](char c, bool is_first) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' ||
           also.find(c) != std::string_view::npos ||
           (!is_first && std::isdigit(static_cast<unsigned char>(c)) != 0);
  };
  if (name.empty() || name.size() > 200) return false;  // 200: what dashboards still show
  for (std::size_t i = 0; i < name.size(); ++i)
    if (!is_ok(name[i], i == 0)) return false;
  return true;
}

const char* word(Metrics::Kind kind) {
  switch (kind) {
    case Metrics::Kind::kCounter:
      return "counter";
    case Metrics::Kind::kGauge:
      return "gauge";
    case Metrics::Kind::kHistogram:
      return "histogram";
  }
  return "metric";
}

}  // namespace

Histogram::Histogram(Buckets buckets)
    : bounds_(buckets == Buckets::kSeconds ? std::span<const double>(kSeconds)
                                           : std::span<const double>(kRecords)),
      counts_(std::make_unique<std::atomic<uint64_t>[]>(bounds_.size() + 1)) {}

void Histogram::observe(double value) {
  const auto at = std::lower_bound(bounds_.begin(), bounds_.end(), value);
  counts_[static_cast<std::size_t>(at - bounds_.begin())].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

uint64_t Histogram::count() const {
  uint64_t count = 0;
  for (std::size_t i = 0; i <= bounds_.size(); ++i) count += in_bucket(i);
  return count;
}

uint64_t Histogram::in_bucket(std::size_t i) const {
  return counts_[i].load(std::memory_order_relaxed);
}

// A gauge that is asked. Its mutex is held while the function runs, which is what makes the end of
// a token wait for a scrape.
struct Metrics::Watched {
  std::mutex mutex;
  std::function<double()> value;  // guarded by mutex; empty once it has ended
  bool has_ended() {
    const std::scoped_lock lock(mutex);
    return !value;
  }
  std::optional<double> ask() {
    const std::scoped_lock lock(mutex);
    if (!value) return std::nullopt;
    return value();
  }
};

Metrics::Watch& Metrics::Watch::operator=(Watch&& other) noexcept {
  if (this != &other) {
    end();
    watched_ = std::move(other.watched_);
  }
  return *this;
}

void Metrics::Watch::end() {
  if (!watched_) return;
  {
    const std::scoped_lock lock(watched_->mutex);
    watched_->value = nullptr;
  }
  watched_.reset();
}

struct Metrics::Impl {
  struct Family {
    Kind kind;
    std::string help;
    // By labels; nodes never move, which is what keeps references good.
    std::map<Labels, Counter> counters;
    std::map<Labels, Gauge> gauges;
    std::map<Labels, Histogram> histograms;
    std::vector<std::pair<Labels, std::shared_ptr<Watched>>> watched;
  };

  // Null: `why` says what is wrong with it.
  Family* family(Kind kind, std::string_view name, std::string_view help, std::string& why);

  std::mutex mutex;
  std::map<std::string, Family, std::less<>> families;  // guarded by mutex
};

Metrics::Impl::Family* Metrics::Impl::family(Kind kind, std::string_view name,
                                             std::string_view help, std::string& why) {
  if (!is_name(name, ":")) {
    why = "'" + std::string(name.substr(0, 200)) +
          "' is not a metric name; use letters, digits and underscores, a letter first";
    return nullptr;
  }
  const auto [it, is_new] =
      families.try_emplace(std::string(name), Family{kind, std::string(help), {}, {}, {}, {}});
  if (!is_new && it->second.kind != kind) {
    why = std::string(name) + " is a " + word(it->second.kind) + " already and cannot be a " +
          word(kind) + " too; choose another name";
    return nullptr;
  }
  return &it->second;
}

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

Result<Metrics::Instrument> Metrics::declare(Declaration d) {
  for (const auto& [key, value] : d.labels) {
    if (!is_name(key, "")) {
      return Error{Fault::kInvalid, "'" + key + "' is not the name of a label of " +
                                        std::string(d.name) + "; use letters and underscores"};
    }
  }
  std::sort(d.labels.begin(), d.labels.end());
  const std::scoped_lock lock(impl_->mutex);
  std::string why;
  auto* family = impl_->family(d.kind, d.name, d.help, why);
  if (!family) return Error{Fault::kInvalid, std::move(why)};
  switch (d.kind) {
    case Kind::kCounter:
      return Instrument(&family->counters[std::move(d.labels)]);
    case Kind::kGauge:
      return Instrument(&family->gauges[std::move(d.labels)]);
    case Kind::kHistogram:
      break;
  }
  return Instrument(&family->histograms.try_emplace(std::move(d.labels), d.buckets).first->second);
}

namespace {

template <class T>
T& must(Result<Metrics::Instrument> instrument) {
  if (!instrument) throw std::logic_error(instrument.error().message);
  return *std::get<T*>(*instrument);
}

}  // namespace

Counter& Metrics::counter(std::string_view name, std::string_view help, Labels labels) {
  return must<Counter>(
      declare({.kind = Kind::kCounter, .name = name, .help = help, .labels = std::move(labels)}));
}

Gauge& Metrics::gauge(std::string_view name, std::string_view help, Labels labels) {
  return must<Gauge>(
      declare({.kind = Kind::kGauge, .name = name, .help = help, .labels = std::move(labels)}));
}

Histogram& Metrics::histogram(std::string_view name, std::string_view help, Buckets buckets,
                              Labels labels) {
  return must<Histogram>(declare({Kind::kHistogram, name, help, buckets, std::move(labels)}));
}

Metrics::Watch Metrics::gauge_fn(std::string_view name, std::string_view help, Labels labels,
                                 std::function<double()> value) {
  std::sort(labels.begin(), labels.end());
  auto watched = std::make_shared<Watched>();
  watched->value = std::move(value);
  const std::scoped_lock lock(impl_->mutex);
  std::string why;
  auto* family = impl_->family(Kind::kGauge, name, help, why);
  if (!family) throw std::logic_error(why);
  // The newest of the same labels is the one that is asked: after a reload, the new graph's.
  std::erase_if(family->watched,
                [&](const auto& w) { return w.first == labels || w.second->has_ended(); });
  family->watched.emplace_back(std::move(labels), watched);
  return Watch(std::move(watched));
}

namespace {

prometheus::ClientMetric labelled(const Labels& labels) {
  prometheus::ClientMetric metric;
  for (const auto& [key, value] : labels) metric.label.push_back({key, value});
  return metric;
}

prometheus::ClientMetric sample(const Labels& labels, const Histogram& histogram) {
  auto metric = labelled(labels);
  uint64_t count = 0;
  const auto bounds = histogram.bounds();
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    count += histogram.in_bucket(i);
    metric.histogram.bucket.push_back({count, bounds[i]});
  }
  count += histogram.in_bucket(bounds.size());
  metric.histogram.sample_count = count;
  metric.histogram.sample_sum = histogram.sum();
  return metric;
}

}  // namespace

std::string Metrics::text() const {
  std::vector<prometheus::MetricFamily> families;
  struct Question {
    std::size_t family;
    Labels labels;
    std::shared_ptr<Watched> watched;
  };
  std::vector<Question> questions;
  {
    const std::scoped_lock lock(impl_->mutex);
    for (const auto& [name, family] : impl_->families) {
      prometheus::MetricFamily out{name, family.help, prometheus::MetricType::Gauge, {}};
      if (family.kind == Kind::kCounter) out.type = prometheus::MetricType::Counter;
      if (family.kind == Kind::kHistogram) out.type = prometheus::MetricType::Histogram;
      for (const auto& [labels, counter] : family.counters)
        out.metric.emplace_back(labelled(labels)).counter.value = counter.value();
      for (const auto& [labels, gauge] : family.gauges)
        out.metric.emplace_back(labelled(labels)).gauge.value = gauge.value();
      for (const auto& [labels, histogram] : family.histograms)
        out.metric.push_back(sample(labels, histogram));
      for (const auto& [labels, watched] : family.watched)
        questions.push_back({families.size(), labels, watched});
      families.push_back(std::move(out));
    }
  }
  for (const auto& question : questions) {  // with no lock of ours but the question's own
    const auto value = question.watched->ask();
    if (!value) continue;
    families[question.family].metric.emplace_back(labelled(question.labels)).gauge.value = *value;
  }
  std::erase_if(families, [](const auto& family) { return family.metric.empty(); });
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families);
  return std::move(out).str();
}

}  // namespace sluice::observe
