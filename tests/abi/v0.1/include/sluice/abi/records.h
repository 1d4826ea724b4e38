/* sluice/abi/records.h - the data model: host interface "sluice.records/1".
 *
 * The host owns every record. A plugin holds opaque handles and reads or writes
 * through this table, so the layout can change without breaking anyone and the
 * text of a page exists once however many chunks look at it:
 *
 *     buffer  "....................................."   one page, immutable
 *               ^record (document): text = whole buffer
 *               [--chunk 0--][--chunk 1--][-chunk 2-]   text = slices of it
 *                 vectors["dense"]   float32[768]       added by the embedder
 */
#ifndef SLUICE_ABI_RECORDS_H
#define SLUICE_ABI_RECORDS_H
#include "base.h"

#define SLUICE_IFACE_RECORDS "sluice.records/1"

SLUICE_BEGIN_DECLS

enum {                    /* sluice_record_op */
       SLUICE_UPSERT = 0, /* add it, or replace what has the same id                 */
       SLUICE_DELETE = 1, /* remove it and every chunk of it; text is empty          */
       SLUICE_TRIM = 2    /* a document now has record_chunk_count chunks: remove those
                             with a higher ordinal, left over from a longer version;
                             text is empty.
                             The host sends it to a sink once that sink holds every
                             chunk of the new version, so no reader sees a gap       */
};

/* Where a chunk lies in its document. Byte offsets into the document's text. */
typedef struct sluice_span {
  uint32_t struct_size;
  uint32_t ordinal; /* 0-based among the chunks of one document               */
  uint64_t offset;
  uint64_t length;
} sluice_span;

typedef struct sluice_records {
  uint32_t struct_size;
  uint32_t reserved;

  /* ---- buffers: immutable bytes, counted references ------------------ [any] */

  /* Copies `bytes`. The result holds one reference. */
  sluice_status (*buffer_copy)(const sluice_host* h, sluice_str bytes, sluice_buffer** out);

  /* Takes `bytes` without copying; `release(ctx)` runs once, on any thread, when
   * the last reference goes. If this fails, release does not run. */
  sluice_status (*buffer_adopt)(const sluice_host* h, sluice_str bytes, void (*release)(void* ctx),
                                void* ctx, sluice_buffer** out);
  sluice_str (*buffer_view)(const sluice_buffer* b);
  void (*buffer_ref)(sluice_buffer* b);
  void (*buffer_unref)(sluice_buffer* b);

  /* ---- records -------------------------------------------------------------
   * A record has one owner at a time: the plugin that made it until it is pushed
   * or emitted, the host afterwards, and the stage it is handed to for the time
   * of that batch. Only the owner writes. After it is settled, hands off. */

  /* A document. `id` is what a later crawl of the same page will also be called:
   * normally its canonical URL. Takes its own reference to `text`. */
  sluice_status (*record_new)(const sluice_host* h, sluice_str id, sluice_buffer* text,
                              sluice_record** out);

  /* A chunk: its text is a slice of the parent's, its id "<parent>#<ordinal>",
   * and it is accounted to the parent's delivery. No bytes are copied. */
  sluice_status (*record_slice)(sluice_record* parent, uint64_t offset, uint64_t length,
                                uint32_t ordinal, sluice_record** out);

  /* Only for a record that was never pushed or emitted. */
  void (*record_free)(sluice_record* r);

  sluice_str (*record_id)(const sluice_record* r);
  sluice_str (*record_document_id)(const sluice_record* r); /* own id if no parent */
  sluice_str (*record_text)(const sluice_record* r);
  /* What the record belongs to, for batching and de-duplication: the id of the
   * crawl or batch-scrape job. Empty for none. A chunk has its document's. */
  sluice_str (*record_group)(const sluice_record* r);
  sluice_status (*record_set_group)(sluice_record* r, sluice_str group);
  /* Chunks the document was cut into; 0 until its chunker has settled it. */
  uint32_t (*record_chunk_count)(const sluice_record* r);
  uint32_t (*record_op)(const sluice_record* r);
  sluice_status (*record_set_op)(sluice_record* r, uint32_t op);
  /* SLUICE_E_NOT_FOUND for a document. */
  sluice_status (*record_span)(const sluice_record* r, sluice_span* out);
  /* Replaces the text (a cleaned page, a chunk with its heading in front). */
  sluice_status (*record_set_text)(sluice_record* r, sluice_buffer* text);

  /* ---- metadata: flat typed keys; a chunk inherits its document's ---------- */
  sluice_status (*meta_get)(const sluice_record* r, sluice_str key, sluice_value* out);
  sluice_status (*meta_set)(sluice_record* r, sluice_str key, const sluice_value* v);
  sluice_status (*meta_each)(const sluice_record* r,
                             sluice_status (*fn)(void* ctx, const sluice_kv* kv),
                             void* ctx); /* stops at the first non-zero */

  /* ---- vectors: named, float32 --------------------------------------------- */
  /* Room for `dim` floats inside the record, to be written in place: a decoder
   * need not build a copy first. Valid until the record is settled. */
  sluice_status (*vector_new)(sluice_record* r, sluice_str name, size_t dim, float** out);
  sluice_f32s (*vector_get)(const sluice_record* r, sluice_str name); /* empty if none */

  /* ---- batches --------------------------------------------------------------
   * A stage that accepted a batch owes the host exactly one batch_complete, from
   * any thread. Before it, give every record a verdict. A record left PENDING is
   * never taken for delivered: the host retries it and logs the stage's bug. */
  uint32_t (*batch_size)(const sluice_batch* b);
  sluice_record* (*batch_at)(const sluice_batch* b, uint32_t i);

  /* Sends `child` on instead of (or, for several, in place of) record i; takes
   * the child whatever it returns. The host keeps the lineage: record i counts
   * as delivered when all its children are. */
  sluice_status (*batch_emit)(sluice_batch* b, uint32_t i, sluice_record* child);

  /* The verdict on record i; the last one given counts, `err` may be NULL:
   *   SLUICE_OK        its children go on in its place, or it does if it has none
   *   SLUICE_DROPPED   nothing goes on, and that is as it should be
   *   SLUICE_E_RETRY   nothing goes on; this record alone comes back later
   *   SLUICE_E_REJECT  nothing goes on; it is filed under dead letters
   * Anything else negative counts as a bug of the stage: the host offers the
   * record once more by itself, then rejects it. */
  void (*batch_settle)(sluice_batch* b, uint32_t i, sluice_status verdict, const sluice_error* err);
  /* The same for every record that is still PENDING. */
  void (*batch_settle_rest)(sluice_batch* b, sluice_status verdict, const sluice_error* err);
  void (*batch_complete)(sluice_batch* b);

  /* CLOCK_MONOTONIC nanoseconds, 0 for none. Past it the host has abandoned the
   * batch: copies of its records are on their way again, and what is still said
   * about this one is ignored. It stays readable and writable, and owes its
   * batch_complete, all the same. */
  uint64_t (*batch_deadline)(const sluice_batch* b);
  uint32_t (*batch_attempt)(const sluice_batch* b); /* 1, 2, ... */
  uint32_t (*batch_abandoned)(const sluice_batch* b);
} sluice_records;

SLUICE_END_DECLS
#endif
