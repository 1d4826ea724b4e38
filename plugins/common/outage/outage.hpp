// Outage: turns a thousand failures into one line of the log, and the end of them into another.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace plugin_common {

// Any thread may call.
class Outage {
 public:
  enum class Level { kInfo, kWarn, kError };
  enum class Cure { kTime, kPerson };  // what will end it
  using Clock = std::chrono::steady_clock;
  using Log = std::function<void(Level, std::string_view)>;
  using Now = std::function<Clock::time_point()>;
  // Hears why the service cannot be used, each time, and with each success nothing.
  using Tell = std::function<void(std::string_view reason)>;

  // `service` as sentences call it: "Redis".
  Outage(std::string service, Log log, Tell tell, Now now = Clock::now)
      : service_(std::move(service)),
        log_(std::move(log)),
        tell_(std::move(tell)),
        now_(std::move(now)) {}

  // Logs what was not said in this outage, nor shortly before: a server that comes and goes would
  // otherwise say it each time.
  void failed(const std::string& sentence, Cure cure);
  // Logs the end of an outage whose beginning was logged.
  void succeeded();
  // Whether the last failure is so recent that asking again makes no sense yet.
  bool is_fresh() const;

 private:
  const std::string service_;
  const Log log_;
  const Tell tell_;
  const Now now_;
  mutable std::mutex mutex_;  // guards all below
  std::map<std::string, Clock::time_point> said_;
  bool is_out_ = false;
  bool is_logged_ = false;
  Clock::time_point began_;
  Clock::time_point last_;
};

}  // namespace plugin_common
