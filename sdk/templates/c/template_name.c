/* template-name: drops records of fewer words than `least`, and writes the number on the others. */
#include "words.h"

#include <sluice/abi.h>

#include <stdlib.h>
#include <string.h>

SLUICE_MANIFEST("org.example.template-name");

typedef struct counter {
  sluice_component component;
  const sluice_records* records;
  const sluice_config_api* config;
  int64_t least;
} counter;

static sluice_str str(const char* text) {
  const sluice_str s = {text, strlen(text)};
  return s;
}

static sluice_status configure(sluice_component* c, const sluice_config* config,
                               sluice_error* err) {
  counter* self = c->self;
  sluice_value least;
  (void)err;
  if (self->config->get(config, "/least", &least) == SLUICE_OK) self->least = least.as.i64;
  return SLUICE_OK;
}
static sluice_status step(sluice_component* c, sluice_error* err) {
  (void)c, (void)err;
  return SLUICE_OK;
}
static void stop(sluice_component* c) { (void)c; }
static void destroy(sluice_component* c) { free(c->self); }

/* One record; its verdict. */
static sluice_status count_one(const counter* self, sluice_record* record) {
  const sluice_str text = self->records->record_text(record);
  sluice_value words = {0};
  if (self->records->record_op(record) != SLUICE_UPSERT) return SLUICE_OK;
  words.kind = SLUICE_I64;
  words.as.i64 = (int64_t)count_words(text.data, text.size);
  if (words.as.i64 < self->least) return SLUICE_DROPPED;
  return self->records->meta_set(record, str("words"), &words);
}

/* Takes the batch and owes one batch_complete, given before it returns. */
static sluice_status submit(sluice_component* c, sluice_batch* batch) {
  const counter* self = c->self;
  const sluice_records* records = self->records;
  const uint32_t size = records->batch_size(batch);
  uint32_t i;
  for (i = 0; i < size; ++i)
    records->batch_settle(batch, i, count_one(self, records->batch_at(batch, i)), NULL);
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
  counter* self = calloc(1, sizeof *self);
  (void)d, (void)err;
  if (!self) return SLUICE_E_RETRY;
  self->records = host->get_interface(host, SLUICE_IFACE_RECORDS);
  self->config = host->get_interface(host, SLUICE_IFACE_CONFIG);
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

static const char settings[] =
    "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{"
    "\"least\":{\"type\":\"integer\",\"minimum\":0,\"default\":1,"
    "\"description\":\"Records with fewer words are left out.\"}}}";
static const char* const roles[] = {SLUICE_ROLE_TRANSFORM, NULL};
static const char* const needs[] = {SLUICE_IFACE_RECORDS, SLUICE_IFACE_CONFIG, NULL};
static const sluice_descriptor descriptor = {.struct_size = sizeof descriptor,
                                             .id = "org.example.template-name",
                                             .version = "0.1.0",
                                             .summary = "Counts words",
                                             .vendor = "",
                                             .url = "",
                                             .license = "MIT",
                                             .config_schema = settings,
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
