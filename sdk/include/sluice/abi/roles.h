/* sluice/abi/roles.h - what a component can do for a pipeline.
 *
 * A component offers one or more of these through get_role. bm25-sink, for one,
 * offers sluice.sink/1 and sluice.search/1 from the same instance.
 */
#ifndef SLUICE_ABI_ROLES_H
#define SLUICE_ABI_ROLES_H
#include "records.h"

SLUICE_BEGIN_DECLS

enum { /* flags of a stage */
       /* submit may be called again before the last one returned. Without it the
        * host never has two calls in the component at once. */
       SLUICE_STAGE_REENTRANT = 1u << 0,
       /* submit never blocks: it starts the work and completes the batch later. The
        * host then calls it on the event loop and spends no thread on it. */
       SLUICE_STAGE_NONBLOCKING = 1u << 1,
       /* Writing the same record twice leaves one. Sinks without it get a warning at
        * load: delivery is at least once. */
       SLUICE_STAGE_IDEMPOTENT = 1u << 2
};

/* ---- sluice.transform/1 and sluice.sink/1 -----------------------------------------
 *
 * One call serves both styles. `concurrency: N` in the pipeline file bounds the
 * batches a stage holds; how the stage uses them is its own affair:
 *
 *   blocking (default)   the host calls submit on one of N workers; the stage
 *                        does its work, settles, completes, returns
 *   non-blocking         submit starts the work and returns; some callback
 *                        settles and completes; up to N batches are out at once
 *
 * submit returns SLUICE_OK: the stage has taken the batch and owes a completion
 * (perhaps already given). Anything else: it was not taken, the host still owns
 * it, and that status is the verdict on every record (SLUICE_E_AGAIN: offer it
 * again soon). [worker], or [io] with SLUICE_STAGE_NONBLOCKING.
 *
 * For a sink, SLUICE_OK on a record means durable at the far end. A sink that
 * buffers keeps the batch and completes it after its flush. */
#define SLUICE_ROLE_TRANSFORM "sluice.transform/1"
#define SLUICE_ROLE_SINK "sluice.sink/1"
typedef struct sluice_stage {
  uint32_t struct_size;
  uint32_t flags;
  sluice_status (*submit)(sluice_component* c, sluice_batch* batch);

  /* Optional: the host has nothing more to send for now (end of input, or nothing
   * under way for some seconds); write out what you hold, and let go of what you
   * keep for speed alone. [worker] */
  sluice_status (*flush)(sluice_component* c, sluice_error* err);
} sluice_stage;

/* ---- sluice.source/1 --------------------------------------------------------------
 *
 * A source pushes records through the host interface sluice.emit/1 (below) from
 * `run`, or from its own callbacks (an HTTP route, a timer) if run is NULL. */
#define SLUICE_ROLE_SOURCE "sluice.source/1"
typedef struct sluice_source {
  uint32_t struct_size;
  uint32_t flags;

  /* Optional: a thread of its own. Returns SLUICE_OK when the input has ended,
   * SLUICE_E_STOPPING when emit said so, an error otherwise. */
  sluice_status (*run)(sluice_component* c, sluice_error* err);

  /* Once for every record pushed with this cookie, in no promised order:
   *   SLUICE_OK        everything made from it is durable in every sink
   *   SLUICE_DROPPED   a stage left it out on purpose (a duplicate, a filter)
   *   SLUICE_E_REJECT  given up; it is in the dead letters
   * Only now may a checkpoint move past it. [control] */
  void (*on_settled)(sluice_component* c, uint64_t cookie, sluice_status verdict,
                     const sluice_error* err);

  /* Optional: there is room again after SLUICE_E_AGAIN. [io] */
  void (*on_room)(sluice_component* c, uint32_t credits);
} sluice_source;

#define SLUICE_IFACE_EMIT "sluice.emit/1"
typedef struct sluice_emit {
  uint32_t struct_size;
  uint32_t reserved;
  /* Hands a record to the pipeline. On SLUICE_OK the host owns it, and where the
   * pipeline has a journal the record is on disk: it will be delivered even if
   * the process is killed now. Otherwise the caller still owns it: SLUICE_E_AGAIN
   * no room within wait_ms (0: do not wait, the only value allowed on [io]);
   * SLUICE_E_STOPPING the pipeline drains. [any] */
  sluice_status (*push)(const sluice_host* h, sluice_record* r, uint64_t cookie, uint32_t wait_ms);
  /* Nothing more is expected for this group: its crawl completed, failed or was
   * cancelled. In batch mode the held records of the group now run; in the other
   * modes a partial batch of it is flushed. Durable like push. Late records of a
   * closed group run at once. [any] */
  sluice_status (*close_group)(const sluice_host* h, sluice_str group);
  /* No more input at all: a finite run ends once everything is settled. [any] */
  void (*finished)(const sluice_host* h);
} sluice_emit;

/* ---- sluice.crawls/1 ---------------------------------------------------------------
 *
 * For a source whose input comes in events of crawls: everything that one event says,
 * taken in one durable step or not at all, and nobody waits for the disk meanwhile. */
#define SLUICE_IFACE_CRAWLS "sluice.crawls/1"
enum {                         /* why a page was left out */
       SLUICE_LEFT_STATUS = 1, /* the site answered with a status not worth indexing */
       SLUICE_LEFT_EMPTY = 2,  /* it has no text                                     */
       SLUICE_LEFT_FAILED = 3  /* the crawler could not get it, or it makes no sense */
};
enum { /* whether the crawl ends with this event, and how */
       SLUICE_CRAWL_GOES_ON = 0,
       SLUICE_CRAWL_COMPLETED = 1,
       SLUICE_CRAWL_CANCELLED = 2,
       SLUICE_CRAWL_FAILED = 3
};
enum { /* whether the source goes on fetching pages of the crawl by itself */
       SLUICE_FETCH_AS_BEFORE = 0,
       SLUICE_FETCH_PENDING = 1, /* it does, and the crawl is not done before it says
                                    otherwise; no effect once it has said ENDED      */
       SLUICE_FETCH_AWAITED = 2, /* it will, later; nobody is to wait for it         */
       SLUICE_FETCH_ENDED = 3
};
enum {                                    /* flags of an event */
       SLUICE_EVENT_SECOND_LOOK = 1u << 0 /* the source looks at the crawl once more: pages
                                             that it has are not counted as duplicates */
};
typedef struct sluice_left_out {
  uint32_t struct_size;
  uint32_t reason;        /* SLUICE_LEFT_*                                      */
  sluice_str document_id; /* or the URL as it came; empty when there is none    */
  sluice_str detail;      /* one sentence for the operator; may be empty        */
} sluice_left_out;
typedef struct sluice_crawl_event {
  uint32_t struct_size;
  uint32_t ends;                 /* SLUICE_CRAWL_*: does what sluice.emit/1 close_group does */
  sluice_str group;              /* the crawl; its first event opens it */
  sluice_record* const* records; /* pages for the pipeline                          */
  const uint64_t* cookies;       /* one a record, or NULL: all zero                 */
  const sluice_left_out* left_out;
  uint32_t record_count;
  uint32_t left_out_count; /* pages that only the ledger hears of                   */
  uint32_t wait_ms;        /* how long the event may wait for room in the pipeline  */
  uint32_t fetch;          /* SLUICE_FETCH_*                                        */
  uint32_t flags;          /* SLUICE_EVENT_*                                        */
  uint32_t reserved;
  sluice_str warning; /* a sentence for those who look at the crawl; may be empty */
} sluice_crawl_event;
typedef struct sluice_unfinished {
  uint32_t struct_size;
  uint32_t fetch;   /* SLUICE_FETCH_*, as the source said last */
  sluice_str group; /* lives until fn returns                  */
  uint32_t is_closed;
  uint32_t reserved;
} sluice_unfinished;
typedef struct sluice_crawls {
  uint32_t struct_size;
  uint32_t reserved;
  /* Never blocks. `done` runs exactly once, on any thread, perhaps before report
   * returns; it must not block either. `status` SLUICE_OK: every record is the host's,
   * and where the pipeline has a journal all of it is on disk; then verdicts[i] says
   *   SLUICE_OK        the record goes on its way
   *   SLUICE_DROPPED   its crawl already has this document, open or done; it was
   *                    counted as a duplicate and on_settled is not called for it
   * Any other status is that of sluice.emit/1 push, and every record is the caller's
   * once more; in between they are the host's to read. The rest of the event is copied
   * before report returns. [any] */
  void (*report)(const sluice_host* h, const sluice_crawl_event* event,
                 void (*done)(void* ctx, sluice_status status, const sluice_status* verdicts),
                 void* ctx);
  /* Calls fn for crawls of this instance: those that it is fetching (PENDING or AWAITED),
   * and open ones of which nothing was heard for quiet_ms and that it has not fetched to
   * the end. PENDING ones first, then longest quiet; `limit` at most. [worker] */
  sluice_status (*unfinished)(const sluice_host* h, uint32_t quiet_ms, uint32_t limit,
                              void (*fn)(void* ctx, const sluice_unfinished* crawl), void* ctx);
} sluice_crawls;

/* ---- sluice.dedupe/1 ---------------------------------------------------------------
 *
 * Two phases, or a crash between them loses pages: `claim` takes a lease on the
 * keys before the work, `settle` turns it into a fact only once the records are
 * durable. A lease that is never settled runs out and the page is done again.
 *
 * A deletion is claimed and settled too, with an empty scope and a digest of zeros,
 * which no text has: remember it like a digest, or forget what the document said, so
 * that it is not UNCHANGED when it comes back. Only BUSY keeps a deletion waiting. */
#define SLUICE_ROLE_DEDUPE "sluice.dedupe/1"
/* Frozen. */
typedef struct sluice_key {
  sluice_str scope;   /* the record's group; empty: no crawl, so the answer is
                         never SAME and only the digest decides              */
  sluice_str id;      /* the document                                         */
  uint8_t digest[32]; /* of its normalized text and the pipeline fingerprint  */
} sluice_key;
enum {
  SLUICE_KEY_NEW = 0,      /* never seen: go on                                  */
  SLUICE_KEY_CHANGED = 1,  /* seen in another scope with another digest: replace */
  SLUICE_KEY_SAME = 2,     /* done in this scope, whatever the digest: leave out */
  SLUICE_KEY_BUSY = 3,     /* somebody works on the document, in whatever scope  */
  SLUICE_KEY_UNCHANGED = 4 /* done in another scope with this digest: leave out */
};
typedef struct sluice_dedupe {
  uint32_t struct_size;
  uint32_t flags;
  /* lease_ms 0: the component's own setting says how long a lease is. */
  sluice_status (*claim)(sluice_component* c, const sluice_key* keys, uint32_t count,
                         uint32_t lease_ms, uint8_t* answers, sluice_error* err);
  /* SLUICE_OK or SLUICE_DROPPED: remember. Anything else: give the lease back, and
   * forget the digest of an earlier text: the sinks may hold parts of both. */
  sluice_status (*settle)(sluice_component* c, const sluice_key* keys, uint32_t count,
                          sluice_status verdict, sluice_error* err);
} sluice_dedupe; /* both [worker], several calls at once */

/* ---- sluice.embed/1 ------------------------------------------------------------- */
#define SLUICE_ROLE_EMBED "sluice.embed/1"
enum { SLUICE_EMBED_PASSAGE = 0, SLUICE_EMBED_QUERY = 1 };
typedef struct sluice_embed {
  uint32_t struct_size;
  uint32_t flags;
  uint32_t (*dimension)(const sluice_component* c); /* 0 before start. [any] */
  /* Writes count * dimension floats, row after row. [worker] */
  sluice_status (*embed)(sluice_component* c, const sluice_str* texts, uint32_t count,
                         uint32_t purpose, float* out, sluice_error* err);
} sluice_embed;

/* ---- sluice.search/1 --------------------------------------------------------------
 *
 * The host's /api/search asks every component that offers this role at the same
 * time and fuses the lists by rank. Scores need only be comparable within one
 * list, higher is better. */
#define SLUICE_ROLE_SEARCH "sluice.search/1"
enum { SLUICE_SEARCH_WANTS_TEXT = 1u << 0, SLUICE_SEARCH_WANTS_VECTOR = 1u << 1 };
typedef struct sluice_search_request {
  uint32_t struct_size;
  uint32_t limit;
  sluice_str text;
  sluice_f32s vector; /* empty unless asked for by WANTS_VECTOR             */
  sluice_str filter;  /* JSON object from metadata key to a value or a list of
                         which one must match: {"language":"en",
                         "domain":["a.org","b.org"]}; empty: none            */
  uint64_t deadline;  /* CLOCK_MONOTONIC nanoseconds                         */
} sluice_search_request;
typedef struct sluice_hit {
  uint32_t struct_size;
  float score;
  sluice_str id; /* of the chunk, as the record was called              */
  sluice_str document_id;
  sluice_str text;
  sluice_str metadata; /* one JSON object                                     */
  sluice_str snippet;  /* where in the text it matches best; empty: none      */
} sluice_hit;
typedef struct sluice_search_stats {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t documents;
  uint64_t chunks;
} sluice_search_stats;
typedef struct sluice_search {
  uint32_t struct_size;
  uint32_t flags;
  /* Best first, through sluice.hits/1: of each document its best chunk, `limit`
   * documents at most; equal scores in the order of the id that results carry, the
   * UUIDv5 of document_id in the URL namespace. [worker] */
  sluice_status (*search)(sluice_component* c, const sluice_search_request* req, sluice_hits* out,
                          sluice_error* err);
  /* Optional: what the index holds now. [worker] */
  sluice_status (*stats)(sluice_component* c, sluice_search_stats* out, sluice_error* err);
} sluice_search;
#define SLUICE_IFACE_HITS "sluice.hits/1"
typedef struct sluice_hits_api {
  uint32_t struct_size;
  uint32_t reserved;
  sluice_status (*add)(sluice_hits* out, const sluice_hit* hit); /* copies */
  /* How many documents match, beyond those added too; `is_exact` 0 when there are
   * that many or more. Without this call the host counts what was added. */
  void (*total)(sluice_hits* out, uint64_t documents, uint32_t is_exact);
} sluice_hits_api;

SLUICE_END_DECLS
#endif
