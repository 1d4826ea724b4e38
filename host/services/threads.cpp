// sluice.threads/1
#include "plugin/call.hpp"
#include "services/tables.hpp"

namespace sluice::services {
namespace {

uint32_t current(const sluice_host*) { return static_cast<uint32_t>(plugin::current_thread_tag()); }

}  // namespace

const sluice_threads& threads_table() {
  static constexpr sluice_threads kTable = {sizeof(sluice_threads), 0, current};
  return kTable;
}

}  // namespace sluice::services
