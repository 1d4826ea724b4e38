// Outage: turns a thousand failures into one line of the log, and the end of them into another.
#pragma once

#include "failure.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace redis_dedupe {

using SteadyClock = std::function<std::chrono::steady_clock::time_point()>;

// Any thread may call.
class Outage {
 public:
  enum class Level { kInfo, kWarn, kError };
  using Log = std::function<void(Level, std::string_view)>;

  explicit Outage(Log log, SteadyClock now = std::chrono::steady_clock::now)
      : log_(std::move(log)), now_(std::move(now)) {}

  // Logs what was not said in this outage, nor shortly before: a server that comes and goes would
  // otherwise say it each time.
  void failed(const Failure& failure);
  // Logs the end of an outage whose beginning was logged.
  void succeeded();
  // Whether the last failure is so recent that asking again makes no sense yet.
  bool is_fresh() const;

 private:
  const Log log_;
  const SteadyClock now_;
  mutable std::mutex mutex_;  // guards all below
  std::map<std::string, std::chrono::steady_clock::time_point> said_;
  bool is_out_ = false;
  bool is_logged_ = false;
  std::chrono::steady_clock::time_point began_;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace redis_dedupe
