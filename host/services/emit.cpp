// sluice.emit/1 and sluice.crawls/1
#include "services/instance.hpp"
#include "services/tables.hpp"
#include "services/text.hpp"

namespace sluice::services {
namespace {

sluice_status push_all(const sluice_host* h, sluice_record* const* records, const uint64_t* cookies,
                       uint32_t count, uint32_t wait_ms, sluice_status* verdicts) {
  Instance& instance = instance_of(h);
  if (count == 0) return SLUICE_OK;
  return instance.intake()->push(instance.name(), {{records, count}, cookies, wait_ms}, verdicts);
}

sluice_status push(const sluice_host* h, sluice_record* r, uint64_t cookie, uint32_t wait_ms) {
  sluice_status verdict = SLUICE_OK;
  const sluice_status status = push_all(h, &r, &cookie, 1, wait_ms, &verdict);
  if (status == SLUICE_OK && verdict == SLUICE_DROPPED) {
    Instance& instance = instance_of(h);
    instance.intake()->settle_duplicate(instance.name(), cookie);
  }
  return status;
}

sluice_status ended(const sluice_host* h, sluice_str group, uint32_t how) {
  if (group.size == 0) return SLUICE_E_INVALID;
  return instance_of(h).intake()->ended(to_view(group), how);
}

sluice_status close_group(const sluice_host* h, sluice_str group) {
  return ended(h, group, SLUICE_CRAWL_COMPLETED);
}

void finished(const sluice_host* h) {
  Instance& instance = instance_of(h);
  instance.intake()->finished(instance.name());
}

sluice_status opened(const sluice_host* h, sluice_str group) {
  if (group.size == 0) return SLUICE_E_INVALID;
  Instance& instance = instance_of(h);
  return instance.intake()->opened(instance.name(), to_view(group));
}

sluice_status left_out(const sluice_host* h, sluice_str group, const sluice_left_out* pages,
                       uint32_t count) {
  if (count == 0) return SLUICE_OK;
  Instance& instance = instance_of(h);
  return instance.intake()->left_out(instance.name(), to_view(group), {pages, count});
}

}  // namespace

const sluice_emit& emit_table() {
  static constexpr sluice_emit kTable = {sizeof(sluice_emit), 0,        push,
                                         close_group,         finished, push_all};
  return kTable;
}

const sluice_crawls& crawls_table() {
  static constexpr sluice_crawls kTable = {sizeof(sluice_crawls), 0, opened, left_out, ended};
  return kTable;
}

}  // namespace sluice::services
