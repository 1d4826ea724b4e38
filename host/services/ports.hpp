// What the services need of the folders above them: the flow hands these down when it builds a
// pipeline.
#pragma once

#include "base/result.hpp"
#include "crawls/crawl_reader.hpp"

#include <sluice/abi/roles.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::services {

// What became of a page, and what each stage had to do with it.
struct PageReport {
  struct Step {
    std::string stage;
    std::chrono::microseconds took{};
    uint32_t records = 0;
    std::string verdict;  // "ok", "failed"; of the dedupe stage "new", "known", "unchanged"
    std::string reason;   // of a failure
  };
  std::string outcome;  // "indexed", "skipped", "unchanged", "failed"
  std::string reason;   // why it failed or was left out, where somebody said so
  std::vector<Step> steps;
  std::vector<std::string> sinks;  // that hold it
  uint32_t chunks = 0;
  uint64_t tokens = 0;
};

// What a source has to say: pages, and with a group what else it knows of that crawl. Views.
struct Event {
  std::string_view group{};  // empty: pages alone, each of its own group
  std::span<sluice_record* const> records{};
  const uint64_t* cookies = nullptr;  // one a record, or null: all zero
  std::span<const sluice_left_out> left_out{};
  uint32_t ends = SLUICE_CRAWL_GOES_ON;
  uint32_t wait_ms = 0;  // for room
  uint32_t fetch = SLUICE_FETCH_AS_BEFORE;
  uint32_t flags = 0;  // SLUICE_EVENT_*
  std::string_view warning{};
  // For each page, once it has an outcome; on the pipeline's own thread, so it must not wait. Pages
  // of such an event are not held back by any mode. Those still open when the host ends are not
  // told of.
  std::function<void(const PageReport&)> on_ended{};
};

// The pipeline's front door, behind sluice.emit/1 and sluice.crawls/1. Implemented by
// flow::Emitter. Any thread; nothing here blocks. `source` is the calling instance.
class Intake {
 public:
  // As `done` of sluice_crawls::report.
  using Taken = std::function<void(sluice_status, const sluice_status* verdicts)>;

  virtual ~Intake() = default;
  // Copies the event, except its records: those are the host's to read until `taken` runs, once.
  virtual void take(const std::string& source, const Event& event, Taken taken) = 0;
  // A record that was pushed twice was settled at once: the source is to be told so.
  virtual void settle_duplicate(const std::string& source, uint64_t cookie) = 0;
  virtual void finished(const std::string& source) = 0;
  // Crawls that the source is fetching, and open ones of which nothing was heard for `quiet`.
  // Reads the disk.
  virtual Result<std::vector<crawls::UnfinishedCrawl>> unfinished(const std::string& source,
                                                                  std::chrono::milliseconds quiet,
                                                                  std::size_t limit) = 0;
};

}  // namespace sluice::services
