// sluice.timer/1
#include "services/instance.hpp"
#include "services/tables.hpp"

#include <chrono>

namespace sluice::services {
namespace {

sluice_status start(const sluice_host* h, uint32_t delay_ms, uint32_t period_ms, void (*fn)(void*),
                    void* ctx, uint64_t* out_id) {
  Instance& instance = instance_of(h);
  const uint64_t number = instance.next_timer();
  if (number == 0) return SLUICE_E_STOPPING;
  *out_id = number;  // before it can fire
  const auto id = instance.shared().loop.start_timer(
      std::chrono::milliseconds(delay_ms), std::chrono::milliseconds(period_ms),
      [&instance, number, is_once = period_ms == 0, fn, ctx] {
        instance.call_back("timer", plugin::ThreadTag::kIo, [&] { fn(ctx); });
        // After the call: who cancels it from another thread waits for the end of that.
        if (is_once) instance.drop_timer(number);
      });
  instance.keep_timer(number, id);
  return SLUICE_OK;
}

void cancel_timer(const sluice_host* h, uint64_t id) {
  Instance& instance = instance_of(h);
  if (const auto timer = instance.drop_timer(id); timer != 0)
    instance.shared().loop.cancel_timer(timer);
}

sluice_status post(const sluice_host* h, void (*fn)(void*), void* ctx) {
  Instance& instance = instance_of(h);
  instance.began();
  instance.shared().workers.post([&instance, fn, ctx] {
    instance.call_back("posted work", plugin::ThreadTag::kWorker, [&] { fn(ctx); });
    instance.ended();
  });
  return SLUICE_OK;
}

}  // namespace

const sluice_timer& timer_table() {
  static constexpr sluice_timer kTable = {sizeof(sluice_timer), 0, start, cancel_timer, post};
  return kTable;
}

}  // namespace sluice::services
