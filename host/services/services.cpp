// sluice.services/1
#include "services/instance.hpp"
#include "services/tables.hpp"
#include "services/text.hpp"

namespace sluice::services {
namespace {

// What a user of another component's role reads first: whether the role is there at all.
sluice_status acquire(const sluice_host* h, sluice_str instance, const char* role,
                      sluice_service* out, sluice_error* err) {
  const auto& peers = instance_of(h).peers();
  const auto peer = peers.find(to_view(instance));
  if (peer == peers.end()) {
    return fail(
        err, SLUICE_E_NOT_FOUND,
        "\"" + std::string(to_view(instance)) + "\" is not among the stages that `uses:` names");
  }
  const auto table = peer->second->role<void>(role);
  if (!table) return fail(err, SLUICE_E_UNSUPPORTED, table.error().message);
  out->component = peer->second->raw();
  out->role = *table;
  out->token = nullptr;
  return SLUICE_OK;
}

// The graph stops a component after everybody who uses it, so a reference needs no count.
void release(const sluice_host*, sluice_service* s) { *s = {}; }

}  // namespace

const sluice_services& services_table() {
  static constexpr sluice_services kTable = {sizeof(sluice_services), 0, acquire, release};
  return kTable;
}

}  // namespace sluice::services
