// sluice.health/1
#include "services/instance.hpp"
#include "services/tables.hpp"
#include "services/text.hpp"

#include <sluice/draft/health.h>

namespace sluice::services {
namespace {

void trouble(const sluice_host* h, sluice_str reason) {
  instance_of(h).trouble().told(to_view(reason));
}

}  // namespace

void Trouble::told(std::string_view reason) { set(told_, reason); }

void Trouble::failed(std::string_view reason) { set(seen_, reason); }

void Trouble::worked() { set(seen_, {}); }

std::string Trouble::reason() const {
  const std::scoped_lock lock(mutex_);
  return told_.empty() ? seen_ : told_;
}

void Trouble::set(std::string& place, std::string_view reason) {
  if (reason.empty() && !is_there_.load(std::memory_order_relaxed)) return;
  const std::scoped_lock lock(mutex_);
  place = reason;
  is_there_.store(!told_.empty() || !seen_.empty(), std::memory_order_relaxed);
}

const sluice_health& health_table() {
  static constexpr sluice_health kTable = {sizeof(sluice_health), 0, trouble};
  return kTable;
}

}  // namespace sluice::services
