// The numbers that the flow reports: one StageMeters a stage, one PageMeters a pipeline. Names and
// labels are promises to operators.
#pragma once

#include "base/clock.hpp"
#include "observe/metrics.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace sluice::flow {

// How many records a second go by, looked at now and then. One thread.
class Pace {
 public:
  // `records`: all so far.
  void look(double records, Steady::duration since_last_look);
  double per_second() const { return per_second_; }

 private:
  double before_ = 0;
  double per_second_ = 0;
};

// Made with its stage, used on the loop.
class StageMeters {
 public:
  StageMeters(observe::Metrics& metrics, std::string stage, std::string plugin,
              uint32_t concurrency);

  void batch_ended(std::size_t records, Steady::duration took);
  void batch_result(std::string_view result);  // ok, partial, failed, timeout
  void left_inlet(Steady::duration waited);
  void depth(std::size_t waiting, std::size_t in_flight);
  void retried(std::string_view reason, std::size_t records);
  void fault(std::string_view kind);  // the stage broke the contract of the ABI

  void set_concurrency(uint32_t concurrency) { concurrency_ = concurrency; }
  double batches() const { return batches_; }
  // Takes the numbers below, for the time since the last look.
  void look(Steady::time_point now);
  double records_per_second() const { return pace_.per_second(); }
  // Share of its concurrency that was busy, 0 to 1.
  double utilization() const { return busy_share_; }

 private:
  void failures(std::string_view kind, double times);
  observe::Metrics& metrics_;
  const std::string stage_;
  const std::string plugin_;
  uint32_t concurrency_;
  observe::Histogram& batch_records_;
  observe::Histogram& seconds_;
  observe::Histogram& inlet_wait_;
  observe::Gauge& in_flight_;
  observe::Gauge& inlet_records_;
  observe::Gauge& utilization_;
  double batches_ = 0;
  double records_ = 0;
  Steady::duration busy_{};
  Steady::time_point since_{};
  Pace pace_;
  double busy_share_ = 0;
};

// Any thread, but for what says otherwise.
class PageMeters {
 public:
  PageMeters(observe::Metrics& metrics, const std::string& mode);

  // On the loop, as indexed: pages are counted under this mode from now on.
  void set_mode(const std::string& mode);

  void received(const std::string& source, std::string_view event, std::size_t pages);
  // All pages of the source so far.
  double received_from(const std::string& source) const;
  void indexed(std::chrono::duration<double> time_to_index);
  void skipped(
      std::string_view reason,
      std::size_t pages = 1);  // processed, unchanged, superseded, failed_page, empty, status
  void failed(const std::string& stage);
  void trimmed(const std::string& stage);
  observe::Histogram& journal_append() { return journal_append_; }

 private:
  observe::Metrics& metrics_;
  observe::Counter* indexed_ = nullptr;
  observe::Histogram* time_to_index_ = nullptr;
  observe::Histogram& journal_append_;
  mutable std::mutex mutex_;
  std::map<std::string, double> received_;  // by source; guarded by mutex_
};

}  // namespace sluice::flow
