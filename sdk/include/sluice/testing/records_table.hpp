// sluice/testing/records_table.hpp - sluice.records/1 of the fake host, every rule checked.
#pragma once

#include <sluice/testing/core.hpp>
#include <sluice/testing/records.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace sluice {
inline namespace sdk_v1 {
namespace testing {

// The functions of the table, as static members, so that they see into Records.
struct RecordsTable {
  using Owner = detail::Owner;

  static Records& of(const sluice_host* h, const char* function) {
    Core& core = core_of(h);
    core.books.expect_alive(function);
    return core.records;
  }

  // ---- buffers ----

  static sluice_status buffer_copy(const sluice_host* h, sluice_str bytes, sluice_buffer** out) {
    auto* buffer = of(h, "buffer_copy").adopt({}, nullptr, nullptr);
    buffer->own = string_of(bytes);
    buffer->bytes = view_of(buffer->own);
    *out = detail::handle(buffer);
    return SLUICE_OK;
  }
  static sluice_status buffer_adopt(const sluice_host* h, sluice_str bytes,
                                    void (*release)(void* ctx), void* ctx, sluice_buffer** out) {
    *out = detail::handle(of(h, "buffer_adopt").adopt(bytes, release, ctx));
    return SLUICE_OK;
  }
  static sluice_str buffer_view(const sluice_buffer* b) { return detail::box(b).bytes; }
  static void buffer_ref(sluice_buffer* b) {
    ++detail::box(b).references;
    ++detail::box(b).owed;
  }
  static void buffer_unref(sluice_buffer* b) {
    if (!b) return;
    auto& buffer = detail::box(b);
    if (buffer.owed.fetch_sub(1) <= 0) {
      ++buffer.owed;
      buffer.records->books().breach("released-twice",
                                     "buffer_unref was called for a reference that was given back "
                                     "already");
      return;
    }
    Records::drop(&buffer);
  }

  // ---- records ----

  static sluice_status record_new(const sluice_host* h, sluice_str id, sluice_buffer* text,
                                  sluice_record** out) {
    Records& records = of(h, "record_new");
    if (id.size == 0) return SLUICE_E_INVALID;
    const std::scoped_lock lock(records.mutex_);
    Page page;
    page.id = string_of(id);
    auto* record = records.keep(page, Owner::kPlugin);
    set_buffer(*record, text);
    *out = detail::handle(record);
    return SLUICE_OK;
  }
  static sluice_status record_slice(sluice_record* parent, uint64_t offset, uint64_t length,
                                    uint32_t ordinal, sluice_record** out) {
    const auto& from = detail::box(parent);
    if (!from.records->expect_readable(parent, "record_slice")) return SLUICE_E_INVALID;
    if (offset > from.text.size || length > from.text.size - offset) {
      from.records->books().breach("slice-outside",
                                   "record_slice was asked for bytes that the "
                                   "record's text does not have");
      return SLUICE_E_INVALID;
    }
    const std::scoped_lock lock(from.records->mutex_);
    Page page;
    page.id = from.page.id + "#" + std::to_string(ordinal);
    page.ordinal = ordinal;
    page.offset = offset;
    auto* record = from.records->keep(page, Owner::kPlugin);
    record->parent = &from;
    record->text = {from.text.data + offset, static_cast<std::size_t>(length)};
    record->buffer = from.buffer;
    if (record->buffer) ++record->buffer->references;
    *out = detail::handle(record);
    return SLUICE_OK;
  }
  static void record_free(sluice_record* r) {
    if (!r) return;
    auto& record = detail::box(r);
    if (!record.records->expect(r, "record_free", Owner::kPlugin)) return;
    {
      const std::scoped_lock lock(record.records->mutex_);
      record.owner = Owner::kFreed;
    }
    Records::drop_text(record);
  }
  static bool reads(const sluice_record* r, const char* function) {
    return detail::box(r).records->expect_readable(r, function);
  }
  static bool writes(const sluice_record* r, const char* function) {
    return detail::box(r).records->expect_writable(r, function);
  }
  static sluice_str record_id(const sluice_record* r) {
    return reads(r, "record_id") ? view_of(detail::box(r).page.id) : sluice_str{};
  }
  static sluice_str record_document_id(const sluice_record* r) {
    if (!reads(r, "record_document_id")) return {};
    return view_of(Records::document(detail::box(r)).page.id);
  }
  static sluice_str record_text(const sluice_record* r) {
    return reads(r, "record_text") ? detail::box(r).text : sluice_str{};
  }
  static sluice_str record_group(const sluice_record* r) {
    if (!reads(r, "record_group")) return {};
    return view_of(Records::document(detail::box(r)).page.group);
  }
  static sluice_status record_set_group(sluice_record* r, sluice_str group) {
    if (!writes(r, "record_set_group") || detail::box(r).parent) return SLUICE_E_INVALID;
    detail::box(r).page.group = string_of(group);
    return SLUICE_OK;
  }
  static uint32_t record_chunk_count(const sluice_record* r) {
    if (!reads(r, "record_chunk_count")) return 0;
    return Records::document(detail::box(r)).page.chunk_count;
  }
  static uint32_t record_op(const sluice_record* r) {
    return reads(r, "record_op") ? detail::box(r).page.op : uint32_t{SLUICE_UPSERT};
  }
  static sluice_status record_set_op(sluice_record* r, uint32_t op) {
    if (!writes(r, "record_set_op") || op > SLUICE_TRIM) return SLUICE_E_INVALID;
    detail::box(r).page.op = op;
    return SLUICE_OK;
  }
  static sluice_status record_span(const sluice_record* r, sluice_span* out) {
    const auto& record = detail::box(r);
    if (!reads(r, "record_span") || !record.parent) return SLUICE_E_NOT_FOUND;
    if (SLUICE_HAS(out, ordinal)) out->ordinal = record.page.ordinal;
    if (SLUICE_HAS(out, offset)) out->offset = record.page.offset;
    if (SLUICE_HAS(out, length)) out->length = record.text.size;
    return SLUICE_OK;
  }
  static void set_buffer(detail::RecordBox& record, sluice_buffer* text) {
    if (text) ++detail::box(text).references;
    Records::drop(std::exchange(record.buffer, text ? &detail::box(text) : nullptr));
    record.text = text ? detail::box(text).bytes : sluice_str{};
  }
  static sluice_status record_set_text(sluice_record* r, sluice_buffer* text) {
    if (!writes(r, "record_set_text")) return SLUICE_E_INVALID;
    set_buffer(detail::box(r), text);
    return SLUICE_OK;
  }

  // ---- metadata and vectors ----

  static const Value* meta(const detail::RecordBox& record, const std::string& key) {
    for (const auto* level = &record; level; level = level->parent) {
      const auto found = level->page.meta.find(key);
      if (found != level->page.meta.end()) return &found->second;
    }
    return nullptr;
  }
  static sluice_status meta_get(const sluice_record* r, sluice_str key, sluice_value* out) {
    if (!reads(r, "meta_get")) return SLUICE_E_INVALID;
    const Value* value = meta(detail::box(r), string_of(key));
    if (!value) return SLUICE_E_NOT_FOUND;
    *out = value->view();
    return SLUICE_OK;
  }
  static sluice_status meta_set(sluice_record* r, sluice_str key, const sluice_value* v) {
    if (!writes(r, "meta_set")) return SLUICE_E_INVALID;
    detail::box(r).page.meta[string_of(key)] = Value::from(*v);
    return SLUICE_OK;
  }
  static sluice_status meta_each(const sluice_record* r,
                                 sluice_status (*fn)(void* ctx, const sluice_kv* kv), void* ctx) {
    if (!reads(r, "meta_each")) return SLUICE_E_INVALID;
    for (const auto* level = &detail::box(r); level; level = level->parent) {
      for (const auto& [key, value] : level->page.meta) {
        if (meta(detail::box(r), key) != &value) continue;  // hidden by the chunk's own
        const sluice_kv kv{view_of(key), value.view()};
        if (const sluice_status s = fn(ctx, &kv); s != SLUICE_OK) return s;
      }
    }
    return SLUICE_OK;
  }
  static sluice_status vector_new(sluice_record* r, sluice_str name, size_t dim, float** out) {
    if (!writes(r, "vector_new")) return SLUICE_E_INVALID;
    auto& vector = detail::box(r).page.vectors[string_of(name)];
    vector.assign(dim, 0);
    *out = vector.data();
    return SLUICE_OK;
  }
  static sluice_f32s vector_get(const sluice_record* r, sluice_str name) {
    if (!reads(r, "vector_get")) return {};
    const auto& vectors = detail::box(r).page.vectors;
    const auto found = vectors.find(string_of(name));
    return found == vectors.end() ? sluice_f32s{}
                                  : sluice_f32s{found->second.data(), found->second.size()};
  }

  // ---- batches ----

  static uint32_t batch_size(const sluice_batch* b) {
    return static_cast<uint32_t>(detail::box(b).slots.size());
  }
  static sluice_record* batch_at(const sluice_batch* b, uint32_t i) {
    const auto& batch = detail::box(b);
    if (!batch.records->expect_slot(b, i, "batch_at")) return nullptr;
    return detail::handle(batch.slots[i].record);
  }
  static sluice_status batch_emit(sluice_batch* b, uint32_t i, sluice_record* child) {
    auto& batch = detail::box(b);
    Records& records = *batch.records;
    if (!records.expect(child, "batch_emit", Owner::kPlugin)) return SLUICE_E_INVALID;
    {
      const std::scoped_lock lock(records.mutex_);
      detail::box(child).owner = Owner::kHost;  // taken, whatever is answered
    }
    if (!records.expect_open(b, "batch_emit")) return SLUICE_E_INVALID;
    if (!records.expect_slot(b, i, "batch_emit")) return SLUICE_E_INVALID;
    batch.slots[i].children.push_back(&detail::box(child));
    return SLUICE_OK;
  }
  static void batch_settle(sluice_batch* b, uint32_t i, sluice_status verdict,
                           const sluice_error* err) {
    auto& batch = detail::box(b);
    if (!batch.records->expect_open(b, "batch_settle")) return;
    if (!batch.records->expect_slot(b, i, "batch_settle")) return;
    batch.records->settle(batch.slots[i], verdict, err);
  }
  static void batch_settle_rest(sluice_batch* b, sluice_status verdict, const sluice_error* err) {
    auto& batch = detail::box(b);
    if (!batch.records->expect_open(b, "batch_settle_rest")) return;
    for (auto& slot : batch.slots)
      if (slot.verdict == SLUICE_PENDING) batch.records->settle(slot, verdict, err);
  }
  static void batch_complete(sluice_batch* b) { detail::box(b).records->complete(detail::box(b)); }
  static uint64_t batch_deadline(const sluice_batch* b) { return detail::box(b).deadline_ns; }
  static uint32_t batch_attempt(const sluice_batch* b) { return detail::box(b).attempt; }
  static uint32_t batch_abandoned(const sluice_batch* b) {
    return detail::box(b).is_abandoned ? 1 : 0;
  }

  static const sluice_records& table() {
    static constexpr sluice_records kTable = {sizeof(sluice_records),
                                              0,
                                              buffer_copy,
                                              buffer_adopt,
                                              buffer_view,
                                              buffer_ref,
                                              buffer_unref,
                                              record_new,
                                              record_slice,
                                              record_free,
                                              record_id,
                                              record_document_id,
                                              record_text,
                                              record_group,
                                              record_set_group,
                                              record_chunk_count,
                                              record_op,
                                              record_set_op,
                                              record_span,
                                              record_set_text,
                                              meta_get,
                                              meta_set,
                                              meta_each,
                                              vector_new,
                                              vector_get,
                                              batch_size,
                                              batch_at,
                                              batch_emit,
                                              batch_settle,
                                              batch_settle_rest,
                                              batch_complete,
                                              batch_deadline,
                                              batch_attempt,
                                              batch_abandoned};
    return kTable;
  }
};

}  // namespace testing
}  // namespace sdk_v1
}  // namespace sluice
