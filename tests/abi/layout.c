/* The layout of every public struct and the value of every constant of ABI 1.0, for the 64-bit
 * machines that Sluice runs on. Once released, a FIELD or CONSTANT line never changes; a new field
 * adds a line and changes the SIZE of its struct alone. Compiling this file is the test. */
#include <sluice/abi.h>

#define SIZE(type, size) _Static_assert(sizeof(type) == (size), "size of " #type)
#define FIELD(type, field, offset, size)                                                   \
  _Static_assert(offsetof(type, field) == (offset) && sizeof(((type*)0)->field) == (size), \
                 "layout of " #type "." #field)
#define CONSTANT(name, value) _Static_assert((name) == (value), "value of " #name)

/* ---- base.h ---- */

SIZE(sluice_str, 16);
FIELD(sluice_str, data, 0, 8);
FIELD(sluice_str, size, 8, 8);

SIZE(sluice_f32s, 16);
FIELD(sluice_f32s, data, 0, 8);
FIELD(sluice_f32s, size, 8, 8);

CONSTANT(SLUICE_OK, 0);
CONSTANT(SLUICE_DROPPED, 1);
CONSTANT(SLUICE_PENDING, 2);
CONSTANT(SLUICE_E_RETRY, -1);
CONSTANT(SLUICE_E_REJECT, -2);
CONSTANT(SLUICE_E_AGAIN, -3);
CONSTANT(SLUICE_E_STOPPING, -4);
CONSTANT(SLUICE_E_CONFIG, -5);
CONSTANT(SLUICE_E_UNSUPPORTED, -6);
CONSTANT(SLUICE_E_INVALID, -7);
CONSTANT(SLUICE_E_TIMEOUT, -8);
CONSTANT(SLUICE_E_NOT_FOUND, -9);
CONSTANT(SLUICE_E_INTERNAL, -10);
CONSTANT(SLUICE_E_FATAL, -11);

SIZE(sluice_error, 512);
FIELD(sluice_error, struct_size, 0, 4);
FIELD(sluice_error, code, 4, 4);
FIELD(sluice_error, retry_after_ms, 8, 4);
FIELD(sluice_error, reserved, 12, 4);
FIELD(sluice_error, path, 16, 112);
FIELD(sluice_error, message, 128, 384);

CONSTANT(SLUICE_NONE, 0);
CONSTANT(SLUICE_BOOL, 1);
CONSTANT(SLUICE_I64, 2);
CONSTANT(SLUICE_F64, 3);
CONSTANT(SLUICE_TEXT, 4);
CONSTANT(SLUICE_JSON, 5);
CONSTANT(SLUICE_TIME, 6);

SIZE(sluice_value, 24);
FIELD(sluice_value, kind, 0, 4);
FIELD(sluice_value, reserved, 4, 4);
FIELD(sluice_value, as, 8, 16);

SIZE(sluice_kv, 40);
FIELD(sluice_kv, key, 0, 16);
FIELD(sluice_kv, value, 16, 24);

/* ---- plugin.h ---- */

SIZE(sluice_host, 48);
FIELD(sluice_host, struct_size, 0, 4);
FIELD(sluice_host, abi_minor, 4, 4);
FIELD(sluice_host, name, 8, 8);
FIELD(sluice_host, version, 16, 8);
FIELD(sluice_host, instance, 24, 8);
FIELD(sluice_host, impl, 32, 8);
FIELD(sluice_host, get_interface, 40, 8);

SIZE(sluice_component, 72);
FIELD(sluice_component, struct_size, 0, 4);
FIELD(sluice_component, reserved, 4, 4);
FIELD(sluice_component, self, 8, 8);
FIELD(sluice_component, configure, 16, 8);
FIELD(sluice_component, start, 24, 8);
FIELD(sluice_component, drain, 32, 8);
FIELD(sluice_component, stop, 40, 8);
FIELD(sluice_component, destroy, 48, 8);
FIELD(sluice_component, get_role, 56, 8);
FIELD(sluice_component, probe, 64, 8);

SIZE(sluice_descriptor, 88);
FIELD(sluice_descriptor, struct_size, 0, 4);
FIELD(sluice_descriptor, reserved, 4, 4);
FIELD(sluice_descriptor, id, 8, 8);
FIELD(sluice_descriptor, version, 16, 8);
FIELD(sluice_descriptor, summary, 24, 8);
FIELD(sluice_descriptor, vendor, 32, 8);
FIELD(sluice_descriptor, url, 40, 8);
FIELD(sluice_descriptor, license, 48, 8);
FIELD(sluice_descriptor, config_schema, 56, 8);
FIELD(sluice_descriptor, roles, 64, 8);
FIELD(sluice_descriptor, needs, 72, 8);
FIELD(sluice_descriptor, create, 80, 8);

SIZE(sluice_plugin, 32);
FIELD(sluice_plugin, struct_size, 0, 4);
FIELD(sluice_plugin, abi_minor, 4, 4);
FIELD(sluice_plugin, toolchain, 8, 8);
FIELD(sluice_plugin, descriptor_count, 16, 4);
FIELD(sluice_plugin, reserved, 20, 4);
FIELD(sluice_plugin, descriptors, 24, 8);

SIZE(sluice_note, 84);
FIELD(sluice_note, namesz, 0, 4);
FIELD(sluice_note, descsz, 4, 4);
FIELD(sluice_note, type, 8, 4);
FIELD(sluice_note, name, 12, 8);
FIELD(sluice_note, abi_major, 20, 4);
FIELD(sluice_note, abi_minor, 24, 4);
FIELD(sluice_note, id, 28, 56);

/* ---- records.h ---- */

CONSTANT(SLUICE_UPSERT, 0);
CONSTANT(SLUICE_DELETE, 1);
CONSTANT(SLUICE_TRIM, 2);

SIZE(sluice_span, 24);
FIELD(sluice_span, struct_size, 0, 4);
FIELD(sluice_span, ordinal, 4, 4);
FIELD(sluice_span, offset, 8, 8);
FIELD(sluice_span, length, 16, 8);

SIZE(sluice_records, 264);
FIELD(sluice_records, struct_size, 0, 4);
FIELD(sluice_records, reserved, 4, 4);
FIELD(sluice_records, buffer_copy, 8, 8);
FIELD(sluice_records, buffer_adopt, 16, 8);
FIELD(sluice_records, buffer_view, 24, 8);
FIELD(sluice_records, buffer_ref, 32, 8);
FIELD(sluice_records, buffer_unref, 40, 8);
FIELD(sluice_records, record_new, 48, 8);
FIELD(sluice_records, record_slice, 56, 8);
FIELD(sluice_records, record_free, 64, 8);
FIELD(sluice_records, record_id, 72, 8);
FIELD(sluice_records, record_document_id, 80, 8);
FIELD(sluice_records, record_text, 88, 8);
FIELD(sluice_records, record_group, 96, 8);
FIELD(sluice_records, record_set_group, 104, 8);
FIELD(sluice_records, record_chunk_count, 112, 8);
FIELD(sluice_records, record_op, 120, 8);
FIELD(sluice_records, record_set_op, 128, 8);
FIELD(sluice_records, record_span, 136, 8);
FIELD(sluice_records, record_set_text, 144, 8);
FIELD(sluice_records, meta_get, 152, 8);
FIELD(sluice_records, meta_set, 160, 8);
FIELD(sluice_records, meta_each, 168, 8);
FIELD(sluice_records, vector_new, 176, 8);
FIELD(sluice_records, vector_get, 184, 8);
FIELD(sluice_records, batch_size, 192, 8);
FIELD(sluice_records, batch_at, 200, 8);
FIELD(sluice_records, batch_emit, 208, 8);
FIELD(sluice_records, batch_settle, 216, 8);
FIELD(sluice_records, batch_settle_rest, 224, 8);
FIELD(sluice_records, batch_complete, 232, 8);
FIELD(sluice_records, batch_deadline, 240, 8);
FIELD(sluice_records, batch_attempt, 248, 8);
FIELD(sluice_records, batch_abandoned, 256, 8);

/* ---- roles.h ---- */

CONSTANT(SLUICE_STAGE_REENTRANT, 1);
CONSTANT(SLUICE_STAGE_NONBLOCKING, 2);
CONSTANT(SLUICE_STAGE_IDEMPOTENT, 4);

SIZE(sluice_stage, 24);
FIELD(sluice_stage, struct_size, 0, 4);
FIELD(sluice_stage, flags, 4, 4);
FIELD(sluice_stage, submit, 8, 8);
FIELD(sluice_stage, flush, 16, 8);

SIZE(sluice_source, 32);
FIELD(sluice_source, struct_size, 0, 4);
FIELD(sluice_source, flags, 4, 4);
FIELD(sluice_source, run, 8, 8);
FIELD(sluice_source, on_settled, 16, 8);
FIELD(sluice_source, on_room, 24, 8);

SIZE(sluice_emit, 32);
FIELD(sluice_emit, struct_size, 0, 4);
FIELD(sluice_emit, reserved, 4, 4);
FIELD(sluice_emit, push, 8, 8);
FIELD(sluice_emit, close_group, 16, 8);
FIELD(sluice_emit, finished, 24, 8);

CONSTANT(SLUICE_LEFT_STATUS, 1);
CONSTANT(SLUICE_LEFT_EMPTY, 2);
CONSTANT(SLUICE_LEFT_FAILED, 3);
CONSTANT(SLUICE_CRAWL_GOES_ON, 0);
CONSTANT(SLUICE_CRAWL_COMPLETED, 1);
CONSTANT(SLUICE_CRAWL_CANCELLED, 2);
CONSTANT(SLUICE_CRAWL_FAILED, 3);

SIZE(sluice_left_out, 40);
FIELD(sluice_left_out, struct_size, 0, 4);
FIELD(sluice_left_out, reason, 4, 4);
FIELD(sluice_left_out, document_id, 8, 16);
FIELD(sluice_left_out, detail, 24, 16);

SIZE(sluice_crawl_event, 88);
FIELD(sluice_crawl_event, struct_size, 0, 4);
FIELD(sluice_crawl_event, ends, 4, 4);
FIELD(sluice_crawl_event, group, 8, 16);
FIELD(sluice_crawl_event, records, 24, 8);
FIELD(sluice_crawl_event, cookies, 32, 8);
FIELD(sluice_crawl_event, left_out, 40, 8);
FIELD(sluice_crawl_event, record_count, 48, 4);
FIELD(sluice_crawl_event, left_out_count, 52, 4);
FIELD(sluice_crawl_event, wait_ms, 56, 4);
FIELD(sluice_crawl_event, fetch, 60, 4);
FIELD(sluice_crawl_event, flags, 64, 4);
FIELD(sluice_crawl_event, reserved, 68, 4);
FIELD(sluice_crawl_event, warning, 72, 16);

CONSTANT(SLUICE_FETCH_AS_BEFORE, 0);
CONSTANT(SLUICE_FETCH_PENDING, 1);
CONSTANT(SLUICE_FETCH_AWAITED, 2);
CONSTANT(SLUICE_FETCH_ENDED, 3);
CONSTANT(SLUICE_EVENT_SECOND_LOOK, 1u);

SIZE(sluice_unfinished, 32);
FIELD(sluice_unfinished, struct_size, 0, 4);
FIELD(sluice_unfinished, fetch, 4, 4);
FIELD(sluice_unfinished, group, 8, 16);
FIELD(sluice_unfinished, is_closed, 24, 4);
FIELD(sluice_unfinished, reserved, 28, 4);

SIZE(sluice_crawls, 24);
FIELD(sluice_crawls, struct_size, 0, 4);
FIELD(sluice_crawls, reserved, 4, 4);
FIELD(sluice_crawls, report, 8, 8);
FIELD(sluice_crawls, unfinished, 16, 8);

SIZE(sluice_key, 64);
FIELD(sluice_key, scope, 0, 16);
FIELD(sluice_key, id, 16, 16);
FIELD(sluice_key, digest, 32, 32);

CONSTANT(SLUICE_KEY_NEW, 0);
CONSTANT(SLUICE_KEY_CHANGED, 1);
CONSTANT(SLUICE_KEY_SAME, 2);
CONSTANT(SLUICE_KEY_BUSY, 3);
CONSTANT(SLUICE_KEY_UNCHANGED, 4);

SIZE(sluice_dedupe, 24);
FIELD(sluice_dedupe, struct_size, 0, 4);
FIELD(sluice_dedupe, flags, 4, 4);
FIELD(sluice_dedupe, claim, 8, 8);
FIELD(sluice_dedupe, settle, 16, 8);

CONSTANT(SLUICE_EMBED_PASSAGE, 0);
CONSTANT(SLUICE_EMBED_QUERY, 1);

SIZE(sluice_embed, 24);
FIELD(sluice_embed, struct_size, 0, 4);
FIELD(sluice_embed, flags, 4, 4);
FIELD(sluice_embed, dimension, 8, 8);
FIELD(sluice_embed, embed, 16, 8);

CONSTANT(SLUICE_SEARCH_WANTS_TEXT, 1);
CONSTANT(SLUICE_SEARCH_WANTS_VECTOR, 2);

SIZE(sluice_search_request, 64);
FIELD(sluice_search_request, struct_size, 0, 4);
FIELD(sluice_search_request, limit, 4, 4);
FIELD(sluice_search_request, text, 8, 16);
FIELD(sluice_search_request, vector, 24, 16);
FIELD(sluice_search_request, filter, 40, 16);
FIELD(sluice_search_request, deadline, 56, 8);

SIZE(sluice_hit, 88);
FIELD(sluice_hit, struct_size, 0, 4);
FIELD(sluice_hit, score, 4, 4);
FIELD(sluice_hit, id, 8, 16);
FIELD(sluice_hit, document_id, 24, 16);
FIELD(sluice_hit, text, 40, 16);
FIELD(sluice_hit, metadata, 56, 16);
FIELD(sluice_hit, snippet, 72, 16);

SIZE(sluice_search_stats, 24);
FIELD(sluice_search_stats, struct_size, 0, 4);
FIELD(sluice_search_stats, reserved, 4, 4);
FIELD(sluice_search_stats, documents, 8, 8);
FIELD(sluice_search_stats, chunks, 16, 8);

SIZE(sluice_search, 24);
FIELD(sluice_search, struct_size, 0, 4);
FIELD(sluice_search, flags, 4, 4);
FIELD(sluice_search, search, 8, 8);
FIELD(sluice_search, stats, 16, 8);

SIZE(sluice_hits_api, 24);
FIELD(sluice_hits_api, struct_size, 0, 4);
FIELD(sluice_hits_api, reserved, 4, 4);
FIELD(sluice_hits_api, add, 8, 8);
FIELD(sluice_hits_api, total, 16, 8);

/* ---- services.h ---- */

CONSTANT(SLUICE_LOG_DEBUG, 0);
CONSTANT(SLUICE_LOG_INFO, 1);
CONSTANT(SLUICE_LOG_WARN, 2);
CONSTANT(SLUICE_LOG_ERROR, 3);
CONSTANT(SLUICE_LOG_CONTRACT, 4);

SIZE(sluice_log, 24);
FIELD(sluice_log, struct_size, 0, 4);
FIELD(sluice_log, reserved, 4, 4);
FIELD(sluice_log, enabled, 8, 8);
FIELD(sluice_log, write, 16, 8);

CONSTANT(SLUICE_COUNTER, 0);
CONSTANT(SLUICE_GAUGE, 1);
CONSTANT(SLUICE_HISTOGRAM, 2);

SIZE(sluice_metrics, 40);
FIELD(sluice_metrics, struct_size, 0, 4);
FIELD(sluice_metrics, reserved, 4, 4);
FIELD(sluice_metrics, declare, 8, 8);
FIELD(sluice_metrics, add, 16, 8);
FIELD(sluice_metrics, set, 24, 8);
FIELD(sluice_metrics, observe, 32, 8);

SIZE(sluice_config_api, 32);
FIELD(sluice_config_api, struct_size, 0, 4);
FIELD(sluice_config_api, reserved, 4, 4);
FIELD(sluice_config_api, get, 8, 8);
FIELD(sluice_config_api, count, 16, 8);
FIELD(sluice_config_api, json, 24, 8);

SIZE(sluice_state, 40);
FIELD(sluice_state, struct_size, 0, 4);
FIELD(sluice_state, reserved, 4, 4);
FIELD(sluice_state, get, 8, 8);
FIELD(sluice_state, put, 16, 8);
FIELD(sluice_state, erase, 24, 8);
FIELD(sluice_state, scan, 32, 8);

SIZE(sluice_data, 24);
FIELD(sluice_data, struct_size, 0, 4);
FIELD(sluice_data, reserved, 4, 4);
FIELD(sluice_data, folder, 8, 8);
FIELD(sluice_data, owner, 16, 8);

SIZE(sluice_timer, 32);
FIELD(sluice_timer, struct_size, 0, 4);
FIELD(sluice_timer, reserved, 4, 4);
FIELD(sluice_timer, start, 8, 8);
FIELD(sluice_timer, cancel, 16, 8);
FIELD(sluice_timer, post, 24, 8);

SIZE(sluice_http_header, 32);
FIELD(sluice_http_header, name, 0, 16);
FIELD(sluice_http_header, value, 16, 16);

SIZE(sluice_http_request, 72);
FIELD(sluice_http_request, struct_size, 0, 4);
FIELD(sluice_http_request, timeout_ms, 4, 4);
FIELD(sluice_http_request, method, 8, 16);
FIELD(sluice_http_request, url, 24, 16);
FIELD(sluice_http_request, headers, 40, 8);
FIELD(sluice_http_request, header_count, 48, 4);
FIELD(sluice_http_request, reserved, 52, 4);
FIELD(sluice_http_request, body, 56, 16);

SIZE(sluice_http_response, 40);
FIELD(sluice_http_response, struct_size, 0, 4);
FIELD(sluice_http_response, status, 4, 4);
FIELD(sluice_http_response, transport, 8, 4);
FIELD(sluice_http_response, header_count, 12, 4);
FIELD(sluice_http_response, headers, 16, 8);
FIELD(sluice_http_response, body, 24, 16);

SIZE(sluice_http_client, 24);
FIELD(sluice_http_client, struct_size, 0, 4);
FIELD(sluice_http_client, reserved, 4, 4);
FIELD(sluice_http_client, send, 8, 8);
FIELD(sluice_http_client, cancel, 16, 8);

CONSTANT(SLUICE_ROUTE_OPEN, 1);
CONSTANT(SLUICE_ROUTE_NONBLOCKING, 2);
CONSTANT(SLUICE_ROUTE_TOKEN_ONLY, 4u);
CONSTANT(SLUICE_RELAY_AS_IT_COMES, 0);
CONSTANT(SLUICE_RELAY_REWRITTEN, 1);
CONSTANT(SLUICE_RELAY_WHOLE, 2);

SIZE(sluice_route, 56);
FIELD(sluice_route, struct_size, 0, 4);
FIELD(sluice_route, flags, 4, 4);
FIELD(sluice_route, method, 8, 16);
FIELD(sluice_route, path, 24, 16);
FIELD(sluice_route, operation, 40, 16);

SIZE(sluice_relay_head, 24);
FIELD(sluice_relay_head, struct_size, 0, 4);
FIELD(sluice_relay_head, status, 4, 4);
FIELD(sluice_relay_head, headers, 8, 8);
FIELD(sluice_relay_head, header_count, 16, 4);
FIELD(sluice_relay_head, reserved, 20, 4);

SIZE(sluice_relay, 32);
FIELD(sluice_relay, struct_size, 0, 4);
FIELD(sluice_relay, reserved, 4, 4);
FIELD(sluice_relay, head, 8, 8);
FIELD(sluice_relay, part, 16, 8);
FIELD(sluice_relay, done, 24, 8);

SIZE(sluice_http_server, 96);
FIELD(sluice_http_server, struct_size, 0, 4);
FIELD(sluice_http_server, reserved, 4, 4);
FIELD(sluice_http_server, route, 8, 8);
FIELD(sluice_http_server, method, 16, 8);
FIELD(sluice_http_server, path, 24, 8);
FIELD(sluice_http_server, param, 32, 8);
FIELD(sluice_http_server, header, 40, 8);
FIELD(sluice_http_server, body, 48, 8);
FIELD(sluice_http_server, respond, 56, 8);
FIELD(sluice_http_server, route_at, 64, 8);
FIELD(sluice_http_server, query, 72, 8);
FIELD(sluice_http_server, respond_with, 80, 8);
FIELD(sluice_http_server, relay, 88, 8);

SIZE(sluice_service, 32);
FIELD(sluice_service, struct_size, 0, 4);
FIELD(sluice_service, reserved, 4, 4);
FIELD(sluice_service, component, 8, 8);
FIELD(sluice_service, role, 16, 8);
FIELD(sluice_service, token, 24, 8);

SIZE(sluice_services, 24);
FIELD(sluice_services, struct_size, 0, 4);
FIELD(sluice_services, reserved, 4, 4);
FIELD(sluice_services, acquire, 8, 8);
FIELD(sluice_services, release, 16, 8);

CONSTANT(SLUICE_THREAD_CONTROL, 1);
CONSTANT(SLUICE_THREAD_WORKER, 2);
CONSTANT(SLUICE_THREAD_IO, 3);
CONSTANT(SLUICE_THREAD_FOREIGN, 0);

SIZE(sluice_threads, 16);
FIELD(sluice_threads, struct_size, 0, 4);
FIELD(sluice_threads, reserved, 4, 4);
FIELD(sluice_threads, current, 8, 8);

CONSTANT(SLUICE_ABI_MAJOR, 1u);
CONSTANT(SLUICE_ABI_MINOR, 0u);
