// sluice.timer/1
#include "services/instance.hpp"
#include "services/tables.hpp"

#include <chrono>

namespace sluice::services {
namespace {

sluice_status start(const sluice_host* h, uint32_t delay_ms, uint32_t period_ms, void (*fn)(void*),
                    void* ctx, uint64_t* out_id) {
  Instance& instance = instance_of(h);
  const auto id = instance.shared().loop.start_timer(
      std::chrono::milliseconds(delay_ms), std::chrono::milliseconds(period_ms),
      [&instance, fn, ctx] {
        instance.call_back("timer", plugin::ThreadTag::kIo, [&] { fn(ctx); });
      });
  instance.keep_timer(id);
  *out_id = id;
  return SLUICE_OK;
}

void cancel_timer(const sluice_host* h, uint64_t id) {
  Instance& instance = instance_of(h);
  instance.drop_timer(id);
  instance.shared().loop.cancel_timer(id);
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
