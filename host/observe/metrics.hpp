// Metrics: counters, gauges and histograms by name and labels, and their Prometheus text.
#pragma once

#include "base/result.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sluice::observe {

// Only grows. Any thread, no lock; relaxed order, as nothing else hangs on a statistic.
class Counter final {
 public:
  void add(double amount = 1.0) { value_.fetch_add(amount, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0.0};
};

// Goes up and down. Any thread, no lock; relaxed order, as above.
class Gauge final {
 public:
  void set(double value) { value_.store(value, std::memory_order_relaxed); }
  void add(double amount) { value_.fetch_add(amount, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0.0};
};

enum class Buckets : uint8_t {
  kSeconds,  // 0.5 ms to 60 s: from one accessor-bound stage to a slow far end
  kRecords,  // 1 to 8192 in powers of two: batch and queue sizes
};

// Counts values by size. Any thread, no lock; a scrape may see a value's bucket before its sum.
class Histogram final {
 public:
  explicit Histogram(Buckets buckets);

  void observe(double value);
  uint64_t count() const;
  double sum() const { return sum_.load(std::memory_order_relaxed); }

  std::span<const double> bounds() const { return bounds_; }  // upper, inclusive
  uint64_t in_bucket(std::size_t i) const;                    // i == bounds().size(): the rest

 private:
  std::span<const double> bounds_;                   // static
  std::unique_ptr<std::atomic<uint64_t>[]> counts_;  // bounds_.size() + 1
  std::atomic<double> sum_{0.0};
};

using Labels = std::vector<std::pair<std::string, std::string>>;

// Any thread. Made by app; outlives whoever was given it. Instruments are made once and live as
// long as this does, so keep the reference and update it without a look-up.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // The instrument of this name and these labels, made when it is new; `help` of the first one
  // counts. Names are the host's own: one that is not valid, or is taken by another kind, is a bug
  // and throws std::logic_error.
  Counter& counter(std::string_view name, std::string_view help, Labels labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, Labels labels = {});
  Histogram& histogram(std::string_view name, std::string_view help, Buckets buckets,
                       Labels labels = {});

  // The same for names that a plugin chose: a name that is not valid or is taken by another kind is
  // an Error with the reason.
  enum class Kind : uint8_t { kCounter, kGauge, kHistogram };
  using Instrument = std::variant<Counter*, Gauge*, Histogram*>;
  struct Declaration {
    Kind kind;
    std::string_view name;
    std::string_view help;
    Buckets buckets = Buckets::kSeconds;  // of a histogram
    Labels labels = {};
  };
  Result<Instrument> declare(Declaration declaration);

  // A gauge whose value is asked for at each scrape, on the thread that scrapes. It ends with the
  // token: once that is gone, the function neither runs nor will run. So never let go of a token
  // while holding a lock that the function takes.
  class Watch;
  [[nodiscard]] Watch gauge_fn(std::string_view name, std::string_view help, Labels labels,
                               std::function<double()> value);

  // All of it in the Prometheus exposition format, version 0.0.4.
  std::string text() const;

 private:
  struct Impl;
  struct Watched;

  std::unique_ptr<Impl> impl_;
};

// The token of a gauge_fn. Move-only; may outlive the Metrics.
class Metrics::Watch {
 public:
  Watch() = default;
  Watch(Watch&&) noexcept = default;
  Watch& operator=(Watch&& other) noexcept;
  ~Watch() { end(); }

  void end();

 private:
  friend class Metrics;
  explicit Watch(std::shared_ptr<Watched> watched) : watched_(std::move(watched)) {}

  std::shared_ptr<Watched> watched_;  // shared with a scrape that may be under way
};

}  // namespace sluice::observe
