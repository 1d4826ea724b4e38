// sluice.log/1
#include "services/instance.hpp"
#include "services/tables.hpp"
#include "services/text.hpp"

#include <algorithm>

namespace sluice::services {
namespace {

observe::Level level_of(uint32_t level) {
  return static_cast<observe::Level>(std::min<uint32_t>(level, SLUICE_LOG_CONTRACT));
}

observe::Field field_of(const sluice_kv& kv) {
  const std::string_view key = to_view(kv.key);
  switch (kv.value.kind) {
    case SLUICE_BOOL:
      return {key, kv.value.as.i64 != 0};
    case SLUICE_I64:
    case SLUICE_TIME:
      return {key, kv.value.as.i64};
    case SLUICE_F64:
      return {key, kv.value.as.f64};
    case SLUICE_TEXT:
    case SLUICE_JSON:
      return {key, to_view(kv.value.as.str)};
    default:
      return {key, std::string_view{}};
  }
}

uint32_t enabled(const sluice_host* h, uint32_t level) {
  return instance_of(h).shared().log.enabled(level_of(level)) ? 1 : 0;
}

void write(const sluice_host* h, uint32_t level, sluice_str message, const sluice_kv* fields,
           uint32_t field_count) {
  std::vector<observe::Field> list;
  list.reserve(field_count);
  for (uint32_t i = 0; i < field_count; ++i) list.push_back(field_of(fields[i]));
  const Instance& instance = instance_of(h);
  instance.shared().log.write(level_of(level), instance.name(), to_view(message), list);
}

}  // namespace

const sluice_log& log_table() {
  static constexpr sluice_log kTable = {sizeof(sluice_log), 0, enabled, write};
  return kTable;
}

}  // namespace sluice::services
