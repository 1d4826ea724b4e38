// Account: what one component holds of the host's objects, so that a leak has a name.
#pragma once

#include <sluice/abi/plugin.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string_view>

namespace sluice::data {

// One per component instance, owned by the host side of that instance; it outlives every object
// charged to it. Any thread. The counts are statistics, so relaxed order is enough.
struct Account {
  // Hears of each breach of the contract: a word for the metric, and what was done wrong. Set
  // before anything is charged; may be empty.
  std::function<void(std::string_view kind, std::string_view sentence)> on_breach;

  std::atomic<int64_t> buffers{0};  // references a plugin holds
  std::atomic<int64_t> records{0};  // made, neither given away nor freed
  std::atomic<int64_t> batches{0};  // accepted, not completed

  bool is_settled() const {
    return buffers.load(std::memory_order_relaxed) == 0 &&
           records.load(std::memory_order_relaxed) == 0 &&
           batches.load(std::memory_order_relaxed) == 0;
  }
};

// The account behind a host handle: sluice_host.impl points to an Account, which the host derives
// its own per-instance state from.
inline Account& account_of(const sluice_host* host) { return *static_cast<Account*>(host->impl); }

}  // namespace sluice::data
