/* sluice/abi/services.h - what the host does for a component. */
#ifndef SLUICE_ABI_SERVICES_H
#define SLUICE_ABI_SERVICES_H
#include "base.h"

SLUICE_BEGIN_DECLS

/* ---- sluice.log/1 -------------------------------------------------------- [any] */
#define SLUICE_IFACE_LOG "sluice.log/1"
enum {
  SLUICE_LOG_DEBUG = 0,
  SLUICE_LOG_INFO = 1,
  SLUICE_LOG_WARN = 2,
  SLUICE_LOG_ERROR = 3,
  SLUICE_LOG_CONTRACT = 4 /* the other side broke a rule of this header          */
};
typedef struct sluice_log {
  uint32_t struct_size;
  uint32_t reserved;
  uint32_t (*enabled)(const sluice_host* h, uint32_t level);
  void (*write)(const sluice_host* h, uint32_t level, sluice_str message, const sluice_kv* fields,
                uint32_t field_count);
} sluice_log;

/* ---- sluice.metrics/1 ---------------------------------------------------------
 * Declare in configure ([control]); after start the set is closed, so that the
 * hot path takes no lock. Update from anywhere. */
#define SLUICE_IFACE_METRICS "sluice.metrics/1"
enum { SLUICE_COUNTER = 0, SLUICE_GAUGE = 1, SLUICE_HISTOGRAM = 2 };
typedef struct sluice_metrics {
  uint32_t struct_size;
  uint32_t reserved;
  sluice_status (*declare)(const sluice_host* h, uint32_t kind, sluice_str name, sluice_str help,
                           uint64_t* out_id);
  void (*add)(const sluice_host* h, uint64_t id, double amount);
  void (*set)(const sluice_host* h, uint64_t id, double value);
  void (*observe)(const sluice_host* h, uint64_t id, double value);
} sluice_metrics;

/* ---- sluice.config/1 ---------------------------------------------------------
 * Reads a configuration that already passed the descriptor's schema, defaults
 * filled in and ${VARIABLES} resolved. `pointer` is a JSON Pointer. [control] */
#define SLUICE_IFACE_CONFIG "sluice.config/1"
typedef struct sluice_config_api {
  uint32_t struct_size;
  uint32_t reserved;
  sluice_status (*get)(const sluice_config* c, const char* pointer, sluice_value* out);
  uint32_t (*count)(const sluice_config* c, const char* pointer); /* items, keys */
  sluice_str (*json)(const sluice_config* c); /* all of it, canonical             */
} sluice_config_api;

/* ---- sluice.state/1 ------------------------------------------------------------
 * Small durable keys of this instance: checkpoints, crawl job ids. [worker] */
#define SLUICE_IFACE_STATE "sluice.state/1"
typedef struct sluice_state {
  uint32_t struct_size;
  uint32_t reserved;
  sluice_status (*get)(const sluice_host* h, sluice_str key,
                       void (*fn)(void* ctx, sluice_str value), void* ctx);
  sluice_status (*put)(const sluice_host* h, sluice_str key, sluice_str value);
  sluice_status (*erase)(const sluice_host* h, sluice_str key);
  sluice_status (*scan)(const sluice_host* h, sluice_str prefix,
                        sluice_status (*fn)(void* ctx, sluice_str key, sluice_str value),
                        void* ctx);
} sluice_state;

/* ---- sluice.data/1 -------------------------------------------------------------
 * Where this instance keeps files of its own, and as whom it claims things. */
#define SLUICE_IFACE_DATA "sluice.data/1"
typedef struct sluice_data {
  uint32_t struct_size;
  uint32_t reserved;
  /* An absolute path that exists and is this instance's alone; the view lives as
   * long as the component. Nothing is created under `sluice check`: call it in
   * start. [control] */
  sluice_status (*folder)(const sluice_host* h, sluice_str* out, sluice_error* err);
  /* A UUID that stays the same across restarts of this host on its data folder:
   * leases taken under it are its own again, also after kill -9. [any] */
  sluice_str (*owner)(const sluice_host* h);
} sluice_data;

/* ---- sluice.timer/1 ------------------------------------------------------------
 * Fires on [io]. cancel returns after a running callback has ended, unless it is
 * called from inside it. All timers of a component are cancelled before stop; from
 * then on start says SLUICE_E_STOPPING. */
#define SLUICE_IFACE_TIMER "sluice.timer/1"
typedef struct sluice_timer {
  uint32_t struct_size;
  uint32_t reserved;
  sluice_status (*start)(const sluice_host* h, uint32_t delay_ms, uint32_t period_ms,
                         void (*fn)(void* ctx), void* ctx, uint64_t* out_id);
  void (*cancel)(const sluice_host* h, uint64_t id);
  /* Runs fn once on [worker]: the way off the event loop. */
  sluice_status (*post)(const sluice_host* h, void (*fn)(void* ctx), void* ctx);
} sluice_timer;

/* ---- sluice.http-client/1 -------------------------------------------------------
 * One pool per origin, shared by all plugins. It never retries by itself: a stage
 * says SLUICE_E_RETRY and the host does, in one place. [any] */
#define SLUICE_IFACE_HTTP_CLIENT "sluice.http-client/1"
typedef struct sluice_http_header {
  sluice_str name, value;
} sluice_http_header; /* frozen */
typedef struct sluice_http_request {
  uint32_t struct_size;
  uint32_t timeout_ms; /* of the whole exchange; 0: the host's default          */
  sluice_str method;
  sluice_str url;
  const sluice_http_header* headers;
  uint32_t header_count;
  uint32_t reserved;
  sluice_str body; /* copied before send returns                                   */
} sluice_http_request;
typedef struct sluice_http_response {
  uint32_t struct_size;
  uint32_t status; /* 0 when there was no answer; then `transport` says why      */
  sluice_status transport;
  uint32_t header_count;
  const sluice_http_header* headers;
  sluice_str body;
} sluice_http_response;
typedef struct sluice_http_client {
  uint32_t struct_size;
  uint32_t reserved;
  /* done runs exactly once, on [io], also after cancel (SLUICE_E_STOPPING). All
   * requests of a component are cancelled before stop, those sent from then on too. */
  sluice_status (*send)(const sluice_host* h, const sluice_http_request* req,
                        void (*done)(void* ctx, const sluice_http_response* resp), void* ctx,
                        uint64_t* out_id);
  void (*cancel)(const sluice_host* h, uint64_t id);
} sluice_http_client;

/* ---- sluice.http-server/1 --------------------------------------------------------
 * Routes live under /plugins/<instance>/, or at a path that the settings name, and
 * go away before stop. A pattern's {name} matches one segment, {name...} the rest.
 * Views of an exchange live until respond. */
#define SLUICE_IFACE_HTTP_SERVER "sluice.http-server/1"
typedef struct sluice_exchange sluice_exchange; /* one request being answered */
/* Flags of a route. */
enum {
  SLUICE_ROUTE_OPEN = 1u << 0,        /* the handler checks who calls             */
  SLUICE_ROUTE_NONBLOCKING = 1u << 1, /* it never waits for anything: a request of
                                        little work may come on [io]             */
  SLUICE_ROUTE_TOKEN_ONLY = 1u << 2   /* without an API token nobody may call: the route
                                         acts with a key of the operator's        */
};
typedef struct sluice_route {
  uint32_t struct_size;
  uint32_t flags;
  sluice_str method; /* "*": every one */
  sluice_str path;   /* begins with a slash */
  /* What the host's OpenAPI document says of it: an operation object as JSON, which
   * may refer to #/components/schemas/Error. Empty: that it is there. */
  sluice_str operation;
} sluice_route;
/* What is to become of an answer that is passed on; see relay. */
enum {
  SLUICE_RELAY_AS_IT_COMES = 0, /* the caller gets head and body                     */
  SLUICE_RELAY_REWRITTEN = 1, /* the caller gets the head, and of the body what part makes of it */
  SLUICE_RELAY_WHOLE = 2      /* nothing yet: done brings the whole answer, as that of send does */
};
typedef struct sluice_relay_head {
  uint32_t struct_size;
  uint32_t status;                   /* of the answer that came; may be changed      */
  const sluice_http_header* headers; /* likewise; what is put here lives until the next
                                        call with this ctx                           */
  uint32_t header_count;
  uint32_t reserved;
} sluice_relay_head;
/* The plugin's side of a relay. [io], one after the other; nothing may block. */
typedef struct sluice_relay {
  uint32_t struct_size;
  uint32_t reserved;
  /* Once at most: the head is there. SLUICE_RELAY_*; unless it says WHOLE, the head goes
   * on as it is left in *head, and the exchange and its views are the host's. Headers of
   * one connection (length, encoding of the transfer, connection, date) are not passed
   * on. The length is kept where the body goes on as it comes. */
  uint32_t (*head)(void* ctx, sluice_relay_head* head);
  /* With REWRITTEN, for each part of the body, and once more with is_last and an empty
   * part: hands what goes on in its place to emit, in as many calls as it likes, during
   * its own call. A failure breaks the answer off. NULL: head must not say REWRITTEN. */
  sluice_status (*part)(void* ctx, sluice_str part, uint32_t is_last,
                        void (*emit)(void* out, sluice_str bytes), void* out);
  /* Exactly once, and last; nothing uses ctx afterwards. resp is that of send. With
   * has_answered the answer has gone on, as far as resp->transport says (SLUICE_E_STOPPING:
   * cancelled, or the caller has gone; SLUICE_E_RETRY: the other server broke off), and
   * the body is empty. Without it the plugin has the exchange back and owes respond. */
  void (*done)(void* ctx, const sluice_http_response* resp, uint32_t has_answered);
} sluice_relay;
typedef struct sluice_http_server {
  uint32_t struct_size;
  uint32_t reserved;
  /* [control], in configure or start. handler runs on [worker] and owes one
   * respond, then or later, from any thread. */
  sluice_status (*route)(const sluice_host* h, sluice_str method, sluice_str pattern,
                         void (*handler)(void* ctx, sluice_exchange* x), void* ctx);
  sluice_str (*method)(const sluice_exchange* x);
  sluice_str (*path)(const sluice_exchange* x);
  sluice_str (*param)(const sluice_exchange* x, sluice_str name); /* {name} in pattern */
  sluice_str (*header)(const sluice_exchange* x, sluice_str name);
  sluice_str (*body)(const sluice_exchange* x);
  void (*respond)(sluice_exchange* x, uint32_t status, sluice_str content_type, sluice_str body);
  /* As route, at an absolute path: only one that the instance's settings name. With
   * SLUICE_ROUTE_OPEN the handler checks who calls (a signature, say); without it
   * the host asks for the API token where one is set. [control] */
  sluice_status (*route_at)(const sluice_host* h, const struct sluice_route* route,
                            void (*handler)(void* ctx, sluice_exchange* x), void* ctx,
                            sluice_error* err);
  sluice_str (*query)(const sluice_exchange* x); /* raw, without the question mark */
  /* As respond, with headers beside the content type. */
  void (*respond_with)(sluice_exchange* x, uint32_t status, const sluice_http_header* headers,
                       uint32_t header_count, sluice_str body);
  /* Sends req, as sluice.http-client/1 does, and answers x with what comes back, part by
   * part as it comes. The slower side sets the pace; a few hundred KiB of a body are in
   * memory at once, and its size has no limit. timeout_ms of req holds until the head is
   * there, and then for the silence between parts. A caller who goes, also before the
   * head, ends the request; a body that breaks off ends the caller's connection so that
   * it shows. The table is copied, as req is. From SLUICE_OK on x is the host's until done:
   * its views may be read until head has returned, and respond must not be called. On any
   * other status nothing has happened. *out_id is for cancel of sluice.http-client/1. [any] */
  sluice_status (*relay)(const sluice_host* h, sluice_exchange* x, const sluice_http_request* req,
                         const sluice_relay* how, void* ctx, uint64_t* out_id);
} sluice_http_server;

/* ---- sluice.services/1 ------------------------------------------------------------
 * Another component's role. Only for instances this one names in `uses:`, which
 * is also what orders start (used first) and stop (used last). A reference keeps
 * the other from being stopped; give it back in your own stop. [control] */
#define SLUICE_IFACE_SERVICES "sluice.services/1"
typedef struct sluice_service {
  uint32_t struct_size;
  uint32_t reserved;
  sluice_component* component; /* pass as first argument to ...                     */
  const void* role;            /* ... the functions of this table                   */
  void* token;
} sluice_service;
typedef struct sluice_services {
  uint32_t struct_size;
  uint32_t reserved;
  /* The empty name: the embedder whose vectors come to this stage, if any; it
   * needs no `uses:`. */
  sluice_status (*acquire)(const sluice_host* h, sluice_str instance, const char* role,
                           sluice_service* out, sluice_error* err);
  void (*release)(const sluice_host* h, sluice_service* s);
} sluice_services;

/* ---- sluice.threads/1 -------------------------------------------------------------
 * For asserts: which of the tags holds on the calling thread? [any] */
#define SLUICE_IFACE_THREADS "sluice.threads/1"
enum {
  SLUICE_THREAD_CONTROL = 1,
  SLUICE_THREAD_WORKER = 2,
  SLUICE_THREAD_IO = 3,
  SLUICE_THREAD_FOREIGN = 0
};
typedef struct sluice_threads {
  uint32_t struct_size;
  uint32_t reserved;
  uint32_t (*current)(const sluice_host* h);
} sluice_threads;

SLUICE_END_DECLS
#endif
