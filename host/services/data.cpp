// sluice.data/1
#include "services/instance.hpp"
#include "services/tables.hpp"
#include "services/text.hpp"

#include <system_error>

namespace sluice::services {
namespace {

sluice_status folder(const sluice_host* h, sluice_str* out, sluice_error* err) {
  Instance& instance = instance_of(h);
  if (!instance.shared().state)
    return fail(err, SLUICE_E_UNSUPPORTED, "nothing is written during a check");
  const auto path = instance.shared().data / "stages" / instance.name();
  std::error_code failed;
  std::filesystem::create_directories(path, failed);
  if (failed) {
    return fail(err, SLUICE_E_RETRY,
                "cannot make the folder " + path.string() + ": " + failed.message());
  }
  instance.folder_path = path.string();
  *out = to_c(instance.folder_path);
  return SLUICE_OK;
}

sluice_str owner(const sluice_host* h) {
  const auto* state = instance_of(h).shared().state;
  return state ? to_c(state->owner_id()) : sluice_str{};
}

}  // namespace

const sluice_data& data_table() {
  static constexpr sluice_data kTable = {sizeof(sluice_data), 0, folder, owner};
  return kTable;
}

}  // namespace sluice::services
