// What the services need of the folders above them: the flow hands these down when it builds a
// pipeline.
#pragma once

#include <sluice/abi/roles.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace sluice::services {

// What a source has to say: pages, and with a group what else it knows of that crawl. Views.
struct Event {
  std::string_view group{};  // empty: pages alone, each of its own group
  std::span<sluice_record* const> records{};
  const uint64_t* cookies = nullptr;  // one a record, or null: all zero
  std::span<const sluice_left_out> left_out{};
  uint32_t ends = SLUICE_CRAWL_GOES_ON;
  uint32_t wait_ms = 0;  // for room
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
};

}  // namespace sluice::services
