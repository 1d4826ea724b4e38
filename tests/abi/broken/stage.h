/* A transform that keeps every rule: what the plugins here begin from, each to break one. A plugin
 * defines what it breaks before it includes this. */
#ifndef SLUICE_TESTS_BROKEN_STAGE_H
#define SLUICE_TESTS_BROKEN_STAGE_H
#include <sluice/abi.h>

#include <stdlib.h>
#include <string.h>

static const sluice_host* host;
static const sluice_records* records;

static void pass_on(sluice_batch* batch) {
  records->batch_settle_rest(batch, SLUICE_OK, 0);
  records->batch_complete(batch);
}

#ifndef BROKEN_CONFIGURE
static sluice_status broken_configure(sluice_component* c, const sluice_config* config,
                                      sluice_error* err) {
  (void)c, (void)config, (void)err;
  return SLUICE_OK;
}
#define BROKEN_CONFIGURE broken_configure
#else
static sluice_status BROKEN_CONFIGURE(sluice_component*, const sluice_config*, sluice_error*);
#endif
#ifndef BROKEN_STOP
static void broken_stop(sluice_component* c) { (void)c; }
#define BROKEN_STOP broken_stop
#else
static void BROKEN_STOP(sluice_component*);
#endif
#ifndef BROKEN_SUBMIT
static sluice_status broken_submit(sluice_component* c, sluice_batch* batch) {
  (void)c;
  pass_on(batch);
  return SLUICE_OK;
}
#define BROKEN_SUBMIT broken_submit
#else
static sluice_status BROKEN_SUBMIT(sluice_component*, sluice_batch*);
#endif

static sluice_status broken_step(sluice_component* c, sluice_error* err) {
  (void)c, (void)err;
  return SLUICE_OK;
}
static void broken_destroy(sluice_component* c) { free(c); }
static const void* broken_role(const sluice_component* c, const char* id) {
  static const sluice_stage stage = {sizeof(sluice_stage), 0, &BROKEN_SUBMIT, 0};
  (void)c;
  return strcmp(id, SLUICE_ROLE_TRANSFORM) == 0 ? &stage : 0;
}

#ifndef BROKEN_CREATE
static sluice_status broken_create(const sluice_descriptor* d, const sluice_host* h,
                                   sluice_component** out, sluice_error* err) {
  sluice_component* c = (sluice_component*)calloc(1, sizeof *c);
  (void)d, (void)err;
  if (!c) return SLUICE_E_RETRY;
  host = h;
  records = (const sluice_records*)h->get_interface(h, SLUICE_IFACE_RECORDS);
  c->struct_size = sizeof *c;
  c->configure = &BROKEN_CONFIGURE;
  c->start = &broken_step;
  c->drain = &broken_step;
  c->stop = &BROKEN_STOP;
  c->destroy = &broken_destroy;
  c->get_role = &broken_role;
  *out = c;
  return SLUICE_OK;
}
#define BROKEN_CREATE broken_create
#else
static sluice_status BROKEN_CREATE(const sluice_descriptor*, const sluice_host*, sluice_component**,
                                   sluice_error*);
#endif

#ifndef BROKEN_NEEDS
#define BROKEN_NEEDS SLUICE_IFACE_RECORDS
#endif
#define BROKEN_DESCRIPTOR(id)                                                                    \
  {                                                                                              \
    sizeof(sluice_descriptor), 0, id, "1.0.0", "Breaks a rule.", "", "", "MIT", "{}", the_roles, \
        the_needs, &BROKEN_CREATE                                                                \
  }
static const char* const the_roles[] = {SLUICE_ROLE_TRANSFORM, 0};
static const char* const the_needs[] = {BROKEN_NEEDS, 0};

#define BROKEN_ENTRY(list)                                                                     \
  SLUICE_EXTERN_C SLUICE_EXPORT const sluice_plugin* sluice_plugin_entry_v1(uint32_t minor) {  \
    static const sluice_plugin plugin = {                                                      \
        sizeof(sluice_plugin), SLUICE_ABI_MINOR, "test", sizeof list / sizeof *list, 0, list}; \
    (void)minor;                                                                               \
    return &plugin;                                                                            \
  }
/* Note, one descriptor, entry. */
#define BROKEN_PLUGIN(id)                                         \
  SLUICE_MANIFEST(id);                                            \
  static const sluice_descriptor the_one = BROKEN_DESCRIPTOR(id); \
  static const sluice_descriptor* const the_list[] = {&the_one};  \
  BROKEN_ENTRY(the_list)
#endif
