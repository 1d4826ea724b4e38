/* The transform of the compatibility matrix in C11: writes the name of its cell on each record. */
#include <sluice/abi.h>

#include <stdlib.h>
#include <string.h>

SLUICE_MANIFEST("org.example." SLUICE_TEST_CELL);

typedef struct shout {
  sluice_component component;
  const sluice_records* records;
} shout;

static sluice_status configure(sluice_component* c, const sluice_config* config,
                               sluice_error* err) {
  (void)c, (void)config, (void)err;
  return SLUICE_OK;
}
static sluice_status step(sluice_component* c, sluice_error* err) {
  (void)c, (void)err;
  return SLUICE_OK;
}
static void stop(sluice_component* c) { (void)c; }
static void destroy(sluice_component* c) { free(c->self); }

static sluice_status submit(sluice_component* c, sluice_batch* batch) {
  const sluice_records* records = ((const shout*)c->self)->records;
  const sluice_str cell = {SLUICE_TEST_CELL, sizeof SLUICE_TEST_CELL - 1};
  sluice_value value = {0};
  uint32_t i;
  value.kind = SLUICE_BOOL;
  for (i = 0; i < records->batch_size(batch); ++i)
    records->batch_settle(batch, i, records->meta_set(records->batch_at(batch, i), cell, &value),
                          NULL);
  records->batch_complete(batch);
  return SLUICE_OK;
}
static const sluice_stage stage = {
    .struct_size = sizeof stage, .flags = SLUICE_STAGE_REENTRANT, .submit = &submit};
static const void* role(const sluice_component* c, const char* id) {
  (void)c;
  return strcmp(id, SLUICE_ROLE_TRANSFORM) == 0 ? &stage : NULL;
}
static sluice_status create(const sluice_descriptor* d, const sluice_host* host,
                            sluice_component** out, sluice_error* err) {
  shout* self = calloc(1, sizeof *self);
  (void)d, (void)err;
  if (!self) return SLUICE_E_RETRY;
  self->records = host->get_interface(host, SLUICE_IFACE_RECORDS);
  self->component = (sluice_component){.struct_size = sizeof self->component,
                                       .self = self,
                                       .configure = &configure,
                                       .start = &step,
                                       .drain = &step,
                                       .stop = &stop,
                                       .destroy = &destroy,
                                       .get_role = &role};
  *out = &self->component;
  return SLUICE_OK;
}

static const char* const roles[] = {SLUICE_ROLE_TRANSFORM, NULL};
static const char* const needs[] = {SLUICE_IFACE_RECORDS, NULL};
static const sluice_descriptor descriptor = {.struct_size = sizeof descriptor,
                                             .id = "org.example." SLUICE_TEST_CELL,
                                             .version = "1.0.0",
                                             .summary = "A cell of the matrix",
                                             .vendor = "",
                                             .url = "",
                                             .license = "MIT",
                                             .config_schema = "{}",
                                             .roles = roles,
                                             .needs = needs,
                                             .create = &create};
static const sluice_descriptor* const list[] = {&descriptor};
static const sluice_plugin plugin = {.struct_size = sizeof plugin,
                                     .abi_minor = SLUICE_ABI_MINOR,
                                     .toolchain = "C11",
                                     .descriptor_count = 1,
                                     .descriptors = list};

const sluice_plugin* sluice_plugin_entry_v1(uint32_t host_abi_minor) {
  (void)host_abi_minor;
  return &plugin;
}
