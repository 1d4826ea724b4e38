/* sluice/abi/base.h - scalars, views, status codes and the growth rule.
 *
 * This directory is the whole contract between the host and a plugin. It is
 * C11 and C++11, depends on nothing but <stddef.h> and <stdint.h>, and follows
 * six rules:
 *
 *  1. Growth.  A struct that starts with struct_size may gain fields at its
 *     end, never in the middle. The side that FILLS it writes sizeof; the side
 *     that READS it asks SLUICE_HAS first. Structs marked "frozen" never change.
 *  2. Text is UTF-8 in a sluice_str, not NUL-terminated, unless the type is
 *     const char *, which is NUL-terminated and static.
 *  3. Ownership is in the verb: *_new and *_ref give you one reference to end
 *     with *_free or *_unref; emit, push and complete take it from you; every
 *     view you are handed lives until the call returns, unless it says longer.
 *  4. Nothing is thrown across this boundary in either direction.
 *  5. Every function carries a thread tag:
 *       [control]  one at a time per component, never together with another
 *                  [control] call of that component
 *       [worker]   may block; concurrent up to the stage's concurrency
 *       [io]       must not block; the host's event loop is waiting
 *       [any]      any thread, any time between create and destroy
 *  6. A NULL function pointer in a struct you were given means "not offered".
 */
#ifndef SLUICE_ABI_BASE_H
#define SLUICE_ABI_BASE_H

#include <stddef.h>
#include <stdint.h>

#define SLUICE_ABI_MAJOR 1u /* part of the entry symbol's name; changes never */
#define SLUICE_ABI_MINOR 0u /* grows by one with every additive release       */

#ifdef __cplusplus
#define SLUICE_EXTERN_C extern "C"
#define SLUICE_BEGIN_DECLS extern "C" {
#define SLUICE_END_DECLS }
#define SLUICE_NOEXCEPT noexcept
#else
#define SLUICE_EXTERN_C
#define SLUICE_BEGIN_DECLS
#define SLUICE_END_DECLS
#define SLUICE_NOEXCEPT
#endif

#define SLUICE_EXPORT __attribute__((visibility("default")))

/* True when the filler of *p knew about `field`. */
#ifdef __cplusplus
#define SLUICE_OFFSET(p, field) \
  static_cast<size_t>(reinterpret_cast<const char*>(&(p)->field) - reinterpret_cast<const char*>(p))
#else
#define SLUICE_OFFSET(p, field) ((size_t)((const char*)&(p)->field - (const char*)(p)))
#endif
#define SLUICE_HAS(p, field) (SLUICE_OFFSET(p, field) + sizeof((p)->field) <= (p)->struct_size)
/* The same, and the function is offered. */
#define SLUICE_HAS_FN(p, field) (SLUICE_HAS(p, field) && (p)->field)

SLUICE_BEGIN_DECLS

/* A read-only view. {NULL, 0} is the empty string. Frozen. */
typedef struct sluice_str {
  const char* data;
  size_t size;
} sluice_str;

/* A read-only view of float32 values. Frozen. */
typedef struct sluice_f32s {
  const float* data;
  size_t size;
} sluice_f32s;

/* Zero is success, positive is a verdict, negative is an error. Plain int32_t
 * rather than an enum: the size of an enum is the compiler's choice. */
typedef int32_t sluice_status;
enum {
  SLUICE_OK = 0,
  SLUICE_DROPPED = 1, /* record: left out on purpose; counts as delivered      */
  SLUICE_PENDING = 2, /* record: nobody has given a verdict yet                */

  SLUICE_E_RETRY = -1,       /* transient; the same input may work later       */
  SLUICE_E_REJECT = -2,      /* permanent for this input; goes to dead letters */
  SLUICE_E_AGAIN = -3,       /* no room right now; nothing was taken. On a record:
                                what does the work is away or full, the record
                                was not even tried; it comes again without this
                                counting as an attempt                         */
  SLUICE_E_STOPPING = -4,    /* the pipeline is draining                       */
  SLUICE_E_CONFIG = -5,      /* the configuration cannot be used               */
  SLUICE_E_UNSUPPORTED = -6, /* this side does not offer that                  */
  SLUICE_E_INVALID = -7,     /* the caller broke the contract                  */
  SLUICE_E_TIMEOUT = -8,     /* the deadline passed                            */
  SLUICE_E_NOT_FOUND = -9,
  SLUICE_E_INTERNAL = -10, /* a bug in the callee, a caught exception included */
  SLUICE_E_FATAL = -11     /* the component cannot go on; stop the pipeline    */
};

/* Detail for a negative status. The CALLER allocates it and sets struct_size;
 * the callee fills it or leaves it alone. Inline text: nobody frees anything.
 * Every sluice_error * parameter may be NULL. */
typedef struct sluice_error {
  uint32_t struct_size;
  sluice_status code;
  uint32_t retry_after_ms; /* with SLUICE_E_RETRY; 0 lets the host choose      */
  uint32_t reserved;
  char path[112];    /* with SLUICE_E_CONFIG: JSON Pointer to the bad value    */
  char message[384]; /* one sentence, no trailing newline                    */
} sluice_error;

/* A metadata value. Frozen; new kinds may be added to `kind`, and a reader
 * treats a kind it does not know as absent. */
enum {
  SLUICE_NONE = 0,
  SLUICE_BOOL = 1, /* i64 is 0 or 1                                            */
  SLUICE_I64 = 2,
  SLUICE_F64 = 3,
  SLUICE_TEXT = 4,
  SLUICE_JSON = 5, /* str holds one JSON value: the escape hatch for nesting   */
  SLUICE_TIME = 6  /* i64 is nanoseconds since 1970-01-01T00:00:00Z            */
};
typedef struct sluice_value {
  uint32_t kind;
  uint32_t reserved;
  union {
    int64_t i64;
    double f64;
    sluice_str str;
  } as;
} sluice_value;

/* Frozen. */
typedef struct sluice_kv {
  sluice_str key;
  sluice_value value;
} sluice_kv;

/* Opaque to plugins. */
typedef struct sluice_buffer sluice_buffer; /* immutable, reference-counted bytes */
typedef struct sluice_record sluice_record; /* a page, a document or a chunk      */
typedef struct sluice_batch sluice_batch;   /* records that travel together       */
typedef struct sluice_config sluice_config; /* a validated configuration          */
typedef struct sluice_hits sluice_hits;     /* where search results are put       */

typedef struct sluice_host sluice_host;
typedef struct sluice_component sluice_component;
typedef struct sluice_descriptor sluice_descriptor;

SLUICE_END_DECLS
#endif
