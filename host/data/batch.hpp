// sluice_batch: records that travel together into a stage, and the verdicts that come back.
#pragma once

#include "data/record.hpp"

#include <sluice/abi/records.h>

#include <atomic>
#include <functional>
#include <string>
#include <vector>

// Made and read back by flow's runner; between submit and batch_complete the stage writes into it,
// each slot from one thread at a time. `abandoned` and `is_completed` are the only fields both
// sides touch.
struct sluice_batch {
  struct Slot {
    sluice::data::RecordRef record;
    std::vector<sluice::data::RecordRef> children;  // emitted in its place
    sluice_status verdict = SLUICE_PENDING;
    uint32_t retry_after_ms = 0;
    std::string message;  // of a negative verdict
  };

  std::vector<Slot> slots;
  uint64_t deadline_ns = 0;  // CLOCK_MONOTONIC; 0 for none
  uint32_t attempt = 1;
  sluice::data::Account* account = nullptr;  // of the stage that holds it

  // Runs once, on the thread that completes the batch. Set before submit.
  std::function<void(sluice_batch*)> on_complete;

  std::atomic<bool> abandoned{false};  // relaxed: advice to the stage, nothing hangs on its order
  std::atomic<bool> is_completed{false};  // exchange with acq_rel: the first completion wins
};

namespace sluice::data {
using Batch = sluice_batch;
}
