// sluice.state/1
#include "state/state.hpp"

#include "services/instance.hpp"
#include "services/tables.hpp"
#include "services/text.hpp"

namespace sluice::services {
namespace {

sluice_status failed(const Instance& instance, const Error& error) {
  instance.shared().log.write(observe::Level::kError, instance.name(), error.message);
  return error.fault == Fault::kInvalid ? SLUICE_E_INVALID : SLUICE_E_RETRY;
}

sluice_status get(const sluice_host* h, sluice_str key, void (*fn)(void*, sluice_str), void* ctx) {
  const Instance& instance = instance_of(h);
  if (!instance.shared().state) return SLUICE_E_UNSUPPORTED;
  const auto value = instance.shared().state->get({instance.name(), to_view(key)});
  if (!value) return failed(instance, value.error());
  if (!value->has_value()) return SLUICE_E_NOT_FOUND;
  fn(ctx, to_c(**value));
  return SLUICE_OK;
}

sluice_status put(const sluice_host* h, sluice_str key, sluice_str value) {
  const Instance& instance = instance_of(h);
  if (!instance.shared().state) return SLUICE_E_UNSUPPORTED;
  const auto done = instance.shared().state->put({instance.name(), to_view(key)}, to_view(value));
  return done ? SLUICE_OK : failed(instance, done.error());
}

sluice_status erase(const sluice_host* h, sluice_str key) {
  const Instance& instance = instance_of(h);
  if (!instance.shared().state) return SLUICE_E_UNSUPPORTED;
  const auto done = instance.shared().state->erase({instance.name(), to_view(key)});
  return done ? SLUICE_OK : failed(instance, done.error());
}

sluice_status scan(const sluice_host* h, sluice_str prefix,
                   sluice_status (*fn)(void*, sluice_str key, sluice_str value), void* ctx) {
  const Instance& instance = instance_of(h);
  if (!instance.shared().state) return SLUICE_E_UNSUPPORTED;
  const auto rows = instance.shared().state->scan({instance.name(), to_view(prefix)});
  if (!rows) return failed(instance, rows.error());
  for (const auto& [key, value] : *rows) {
    if (const sluice_status s = fn(ctx, to_c(key), to_c(value)); s != SLUICE_OK) return s;
  }
  return SLUICE_OK;
}

}  // namespace

const sluice_state& state_table() {
  static constexpr sluice_state kTable = {sizeof(sluice_state), 0, get, put, erase, scan};
  return kTable;
}

}  // namespace sluice::services
