// What the services need of the folders above them: the flow hands these down when it builds a
// pipeline.
#pragma once

#include <sluice/abi/roles.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sluice::services {

// The pipeline's front door, behind sluice.emit/1 and sluice.crawls/1. Implemented by
// flow::Emitter. Any thread but the flow's loop; blocks until what was said is on disk. `source` is
// the calling instance.
class Intake {
 public:
  struct Push {
    std::span<sluice_record* const> records;
    const uint64_t* cookies = nullptr;  // one a record, or null: all zero
    uint32_t wait_ms = 0;               // for room
  };

  virtual ~Intake() = default;
  // SLUICE_OK: every record is the host's now, and verdicts[i] says SLUICE_OK or SLUICE_DROPPED.
  // Anything else: none of them is, and the status says why.
  virtual sluice_status push(const std::string& source, const Push& push,
                             sluice_status* verdicts) = 0;
  virtual sluice_status opened(const std::string& source, std::string_view group) = 0;
  virtual sluice_status left_out(const std::string& source, std::string_view group,
                                 std::span<const sluice_left_out> pages) = 0;
  virtual sluice_status ended(std::string_view group, uint32_t how) = 0;
  // A record that was pushed twice was settled at once: the source is to be told so.
  virtual void settle_duplicate(const std::string& source, uint64_t cookie) = 0;
  virtual void finished(const std::string& source) = 0;
};

}  // namespace sluice::services
