/* A third party's plugin in C11, written against the ABI headers alone: a sink that takes nothing.
 */
#include <sluice/abi.h>

SLUICE_MANIFEST("org.example.plain");

static sluice_status configure(sluice_component* c, const sluice_config* config,
                               sluice_error* err) {
  (void)c, (void)config, (void)err;
  return SLUICE_OK;
}
static sluice_status step(sluice_component* c, sluice_error* err) {
  (void)c, (void)err;
  return SLUICE_OK;
}
static void end(sluice_component* c) { (void)c; }
static sluice_status submit(sluice_component* c, sluice_batch* batch) {
  (void)c, (void)batch;
  return SLUICE_E_REJECT;
}
static const sluice_stage stage = {.struct_size = sizeof stage, .submit = &submit};
static const void* role(const sluice_component* c, const char* id) {
  (void)c, (void)id;
  return &stage;
}
static sluice_component component = {.struct_size = sizeof component,
                                     .configure = &configure,
                                     .start = &step,
                                     .drain = &step,
                                     .stop = &end,
                                     .destroy = &end,
                                     .get_role = &role};
static sluice_status create(const sluice_descriptor* d, const sluice_host* host,
                            sluice_component** out, sluice_error* err) {
  (void)d, (void)host, (void)err;
  *out = &component;
  return SLUICE_OK;
}

static const char* const roles[] = {SLUICE_ROLE_SINK, 0};
static const sluice_descriptor plain = {.struct_size = sizeof plain,
                                        .id = "org.example.plain",
                                        .version = "1.0.0",
                                        .summary = "Takes nothing.",
                                        .vendor = "",
                                        .url = "",
                                        .license = "MIT",
                                        .config_schema = "{}",
                                        .roles = roles,
                                        .create = &create};
static const sluice_descriptor* const list[] = {&plain};
static const sluice_plugin plugin = {.struct_size = sizeof plugin,
                                     .abi_minor = SLUICE_ABI_MINOR,
                                     .toolchain = "C11",
                                     .descriptor_count = 1,
                                     .descriptors = list};

const sluice_plugin* sluice_plugin_entry_v1(uint32_t host_abi_minor) {
  (void)host_abi_minor;
  return &plugin;
}
