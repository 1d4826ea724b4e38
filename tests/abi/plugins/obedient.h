/* A component that does nothing wrong and nothing else: what the plugins here begin from, each to
 * break one rule. */
#ifndef SLUICE_TESTS_OBEDIENT_H
#define SLUICE_TESTS_OBEDIENT_H
#include <sluice/abi.h>

static sluice_status obedient_configure(sluice_component* c, const sluice_config* config,
                                        sluice_error* err) {
  (void)c, (void)config, (void)err;
  return SLUICE_OK;
}
static sluice_status obedient_step(sluice_component* c, sluice_error* err) {
  (void)c, (void)err;
  return SLUICE_OK;
}
static void obedient_end(sluice_component* c) { (void)c; }
static sluice_status obedient_submit(sluice_component* c, sluice_batch* batch) {
  (void)c, (void)batch;
  return SLUICE_E_REJECT;
}
static const void* obedient_role(const sluice_component* c, const char* id) {
  static const sluice_stage stage = {sizeof(sluice_stage), 0, &obedient_submit, 0};
  (void)c, (void)id;
  return &stage;
}
static sluice_status obedient_create(const sluice_descriptor* d, const sluice_host* host,
                                     sluice_component** out, sluice_error* err) {
  static sluice_component component = {sizeof(sluice_component),
                                       0,
                                       0,
                                       &obedient_configure,
                                       &obedient_step,
                                       &obedient_step,
                                       &obedient_end,
                                       &obedient_end,
                                       &obedient_role,
                                       0};
  (void)d, (void)host, (void)err;
  *out = &component;
  return SLUICE_OK;
}

static const char* const obedient_roles[] = {SLUICE_ROLE_TRANSFORM, 0};

/* The fields of a descriptor with this id, needs and create. */
#define OBEDIENT(id, needs, create)                                                            \
  {                                                                                            \
    sizeof(sluice_descriptor), 0, id, "1.0.0", "A test.", "", "", "MIT", "{}", obedient_roles, \
        needs, create                                                                          \
  }
/* An entry that returns the descriptors of the array `list`. */
#define OBEDIENT_ENTRY(list)                                                                   \
  SLUICE_EXTERN_C SLUICE_EXPORT const sluice_plugin* sluice_plugin_entry_v1(uint32_t minor) {  \
    static const sluice_plugin plugin = {                                                      \
        sizeof(sluice_plugin), SLUICE_ABI_MINOR, "test", sizeof list / sizeof *list, 0, list}; \
    (void)minor;                                                                               \
    return &plugin;                                                                            \
  }
#endif
