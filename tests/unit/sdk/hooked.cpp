#include "hooked.hpp"

namespace sluice::sdk_tests {
namespace {

struct Hooked {
  Hooks* hooks = nullptr;
  sluice_descriptor descriptor{};
  sluice_component component{};
  sluice_stage stage{};
  const char* roles[2] = {};
};

Hooked& the_hooked() {
  static Hooked one;
  return one;
}
Hooks& hooks() { return *the_hooked().hooks; }

sluice_status create(const sluice_descriptor*, const sluice_host* host, sluice_component** out,
                     sluice_error*) {
  hooks().host = host;
  hooks().records = &hooks().table<sluice_records>(SLUICE_IFACE_RECORDS);
  hooks().create();
  *out = &the_hooked().component;
  return SLUICE_OK;
}

}  // namespace

const sluice_descriptor& hooked(Hooks& with, const char* role, const char* schema, uint32_t flags) {
  Hooked& one = the_hooked();
  one = {};
  one.hooks = &with;
  one.stage.struct_size = sizeof one.stage;
  one.stage.flags = flags;
  one.stage.submit = [](sluice_component*, sluice_batch* b) { return hooks().submit(b); };
  one.component.struct_size = sizeof one.component;
  one.component.configure = [](sluice_component*, const sluice_config* c, sluice_error*) {
    return hooks().configure(c);
  };
  one.component.start = [](sluice_component*, sluice_error*) { return hooks().start(); };
  one.component.drain = [](sluice_component*, sluice_error*) { return sluice_status{SLUICE_OK}; };
  one.component.stop = [](sluice_component*) { hooks().stop(); };
  one.component.destroy = [](sluice_component*) {};
  one.component.get_role = [](const sluice_component*, const char*) -> const void* {
    return &the_hooked().stage;
  };
  one.roles[0] = role;
  one.descriptor.struct_size = sizeof one.descriptor;
  one.descriptor.id = "test.hooked";
  one.descriptor.config_schema = schema;
  one.descriptor.roles = one.roles;
  one.descriptor.create = &create;
  return one.descriptor;
}

}  // namespace sluice::sdk_tests
