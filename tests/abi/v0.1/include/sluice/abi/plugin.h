/* sluice/abi/plugin.h - what a plugin exports: one symbol, some descriptors. */
#ifndef SLUICE_ABI_PLUGIN_H
#define SLUICE_ABI_PLUGIN_H
#include "base.h"

SLUICE_BEGIN_DECLS

/* The host as one component sees it: log lines, metrics, state keys and routes
 * made through it are already labelled with that component's instance name.
 * Valid from create until destroy returns. */
struct sluice_host {
  uint32_t struct_size;
  uint32_t abi_minor; /* of the host, not of the header you compiled with    */
  const char* name;   /* "sluice"                                              */
  const char* version;
  const char* instance; /* this component's name in the pipeline file        */
  void* impl;           /* the host's; hands off                             */

  /* A service table by id ("sluice.log/1"), or NULL when this host lacks it. The
   * pointer stays valid as long as the host does; look it up once. [any] */
  const void* (*get_interface)(const sluice_host* host, const char* id);
};

/* One instance of one stage. Every call but get_role is [control]:
 *
 *   create -> configure -> start -> drain -> stop -> destroy
 *                 |           |                ^
 *                 +-----------+---- failure ---+   (stop is always called once
 *                                                   configure has succeeded)
 */
struct sluice_component {
  uint32_t struct_size;
  uint32_t reserved;
  void* self; /* the plugin's; hands off */

  /* Read the configuration, resolve services, declare metrics and routes. No
   * network, no threads: `sluice check` calls this on a laptop. */
  sluice_status (*configure)(sluice_component* c, const sluice_config* config, sluice_error* err);

  /* Connect and begin. May block until start_timeout. */
  sluice_status (*start)(sluice_component* c, sluice_error* err);

  /* Stop taking work in and finish what is under way. A source pushes nothing
   * after this returns. May block until drain_timeout. */
  sluice_status (*drain)(sluice_component* c, sluice_error* err);

  /* Abandon what is left. When this returns, every batch has been completed,
   * no thread or timer of this component runs, and no callback will fire. */
  void (*stop)(sluice_component* c);

  void (*destroy)(sluice_component* c);

  /* A role table by id ("sluice.sink/1"), or NULL. Same answer every time. [any] */
  const void* (*get_role)(const sluice_component* c, const char* id);

  /* Optional: reach the far end and say whether it would work. With SLUICE_OK
   * err->message may say what is there: its version, its limits. [worker] */
  sluice_status (*probe)(sluice_component* c, sluice_error* err);
};

/* A kind of component. Static data: the host reads it before creating anything
 * and may cache it between runs. */
struct sluice_descriptor {
  uint32_t struct_size;
  uint32_t reserved;
  const char* id;      /* globally unique: "org.example.chunker"             */
  const char* version; /* the plugin's own, semver                           */
  const char* summary; /* one line for `sluice inspect`                        */
  const char* vendor;
  const char* url;
  const char* license; /* SPDX                                               */

  /* JSON Schema (draft 2020-12) of the `config:` block; "{}" when there is
   * none. The host validates with it, so configure never sees a bad type. */
  const char* config_schema;

  const char* const* roles; /* NULL-terminated: "sluice.sink/1", ...           */
  const char* const* needs; /* NULL-terminated: host interfaces it cannot work
                               without; the rest is looked up at run time    */

  /* Make an instance. Cheap: no input or output, no calls into `host` but
   * get_interface. On failure *out is left NULL. [control] */
  sluice_status (*create)(const sluice_descriptor* d, const sluice_host* host,
                          sluice_component** out, sluice_error* err);
};

typedef struct sluice_plugin {
  uint32_t struct_size;
  uint32_t abi_minor;    /* SLUICE_ABI_MINOR of the header it was built with  */
  const char* toolchain; /* "sluice-sdk 1.0.0, gcc 12.2.0"; for support       */
  uint32_t descriptor_count;
  uint32_t reserved;
  const sluice_descriptor* const* descriptors;
} sluice_plugin;

/* The one exported symbol. The ABI major is in its name, so a host that speaks
 * v1 and v2 looks for both and a plugin may export both. Must be fast, must not
 * block, may be called more than once. Returns static data. [control] */
typedef const sluice_plugin* (*sluice_plugin_entry_fn)(uint32_t host_abi_minor);
#define SLUICE_ENTRY_SYMBOL "sluice_plugin_entry_v1"
SLUICE_EXPORT const sluice_plugin* sluice_plugin_entry_v1(uint32_t host_abi_minor);

/* Manifest: an ELF note the host reads from the FILE, before dlopen, because
 * dlopen already runs the plugin's constructors. `readelf -n plugin.so` shows
 * it. Use the macro once per plugin. */
#define SLUICE_NOTE_SECTION ".note.sluice"
#define SLUICE_NOTE_TYPE 1u
typedef struct sluice_note {
  uint32_t namesz, descsz, type; /* 7, sizeof desc, SLUICE_NOTE_TYPE          */
  char name[8];                  /* "SLUICE" and its zero, padded             */
  uint32_t abi_major, abi_minor;
  char id[56]; /* of the plugin file, for messages: "org.example.chunker"     */
} sluice_note;
#define SLUICE_MANIFEST(plugin_id)                                                              \
  static const sluice_note sluice_note_ __attribute__((                                         \
      section(SLUICE_NOTE_SECTION), used, aligned(4))) = {7u,                                   \
                                                          64u,                                  \
                                                          SLUICE_NOTE_TYPE,                     \
                                                          {'S', 'L', 'U', 'I', 'C', 'E', 0, 0}, \
                                                          SLUICE_ABI_MAJOR,                     \
                                                          SLUICE_ABI_MINOR,                     \
                                                          plugin_id}

SLUICE_END_DECLS
#endif
