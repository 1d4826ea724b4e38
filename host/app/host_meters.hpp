// What the host as a whole reports: journal, dead letters, HTTP.
#pragma once

#include "config/pipeline.hpp"
#include "content/archive.hpp"
#include "flow/dead_letters.hpp"
#include "journal/group_commit.hpp"
#include "journal/journal.hpp"
#include "net/server.hpp"
#include "observe/metrics.hpp"

#include <functional>
#include <map>
#include <string>

namespace sluice::app {

std::function<void(std::size_t)> group_meter(observe::Metrics& metrics);
std::function<void(const net::RequestLog&)> request_meter(observe::Metrics& metrics);

// Gauges that are read at each scrape, for as long as this lives.
class HostMeters {
 public:
  struct Stores {
    const journal::Journal& journal;
    const flow::DeadLetters& dead_letters;
    const content::Archive& archive;
  };
  HostMeters(observe::Metrics& metrics, const Stores& stores);

  // Counts the dead letters of the stages of `pipeline` from now on. [control]
  void watch_stages(const config::Pipeline& pipeline);

 private:
  observe::Metrics& metrics_;
  const flow::DeadLetters& dead_letters_;
  observe::Metrics::Watch open_records_;
  observe::Metrics::Watch content_bytes_;
  std::map<std::string, observe::Metrics::Watch> letters_;  // by stage
};

}  // namespace sluice::app
