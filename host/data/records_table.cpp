// Each function of sluice.records/1, from C to the types of this folder. A bad_alloc must not leave
// through C: those functions that allocate answer SLUICE_E_RETRY instead.
#include "data/records_table.hpp"

#include "data/batch.hpp"

#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <string_view>
#include <utility>

namespace sluice::data {
namespace {

std::string_view view(sluice_str s) {
  return s.size == 0 ? std::string_view{} : std::string_view{s.data, s.size};
}
sluice_str to_c(std::string_view s) { return {s.data(), s.size()}; }

template <class F>
sluice_status allocating(F&& f) noexcept {
  try {
    return f();
  } catch (const std::bad_alloc&) {
    return SLUICE_E_RETRY;
  }
}

// ---- buffers ----

sluice_status give_out(const sluice_host* h, sluice_buffer* buffer, sluice_buffer** out) {
  buffer->account = &account_of(h);
  buffer->account->buffers.fetch_add(1, std::memory_order_relaxed);
  *out = buffer;
  return SLUICE_OK;
}

sluice_status buffer_copy(const sluice_host* h, sluice_str bytes, sluice_buffer** out) {
  return allocating([&] {
    auto buffer = std::make_unique<sluice_buffer>();
    buffer->own = view(bytes);
    buffer->bytes = buffer->own;
    return give_out(h, buffer.release(), out);
  });
}

sluice_status buffer_adopt(const sluice_host* h, sluice_str bytes, void (*release)(void*),
                           void* ctx, sluice_buffer** out) {
  return allocating([&] {
    auto buffer = std::make_unique<sluice_buffer>();
    buffer->bytes = view(bytes);
    buffer->release = release;
    buffer->ctx = ctx;
    return give_out(h, buffer.release(), out);
  });
}

sluice_str buffer_view(const sluice_buffer* b) { return to_c(b->bytes); }

void buffer_ref(sluice_buffer* b) {
  if (b->account) b->account->buffers.fetch_add(1, std::memory_order_relaxed);
  BufferRef::acquire(b);
}

void buffer_unref(sluice_buffer* b) {
  if (!b) return;
  if (b->account) b->account->buffers.fetch_sub(1, std::memory_order_relaxed);
  BufferRef::give_back(b);
}

// ---- records ----

void charge(Record& record, Account& account) {
  record.account = &account;
  account.records.fetch_add(1, std::memory_order_relaxed);
}

sluice_status record_new(const sluice_host* h, sluice_str id, sluice_buffer* text,
                         sluice_record** out) {
  if (id.size == 0) return SLUICE_E_INVALID;
  return allocating([&]() -> sluice_status {
    auto record = make_document(std::string(view(id)), BufferRef(text));
    charge(*record, account_of(h));
    *out = record.release();
    return SLUICE_OK;
  });
}

sluice_status record_slice(sluice_record* parent, uint64_t offset, uint64_t length,
                           uint32_t ordinal, sluice_record** out) {
  return allocating([&]() -> sluice_status {
    auto record = make_slice(*parent, offset, length, ordinal);
    if (!record) return SLUICE_E_INVALID;
    *out = record.release();
    return SLUICE_OK;
  });
}

void record_free(sluice_record* r) {
  if (r && r->account) r->account->records.fetch_sub(1, std::memory_order_relaxed);
  RecordRef::give_back(r);
}

sluice_str record_id(const sluice_record* r) { return to_c(r->id); }
sluice_str record_document_id(const sluice_record* r) { return to_c(r->document().id); }
sluice_str record_text(const sluice_record* r) { return to_c(r->text); }
sluice_str record_group(const sluice_record* r) { return to_c(r->group()); }

sluice_status record_set_group(sluice_record* r, sluice_str group) {
  if (r->parent) return SLUICE_E_INVALID;
  return allocating([&]() -> sluice_status {
    const std::scoped_lock lock(r->changing);
    r->group_name = view(group);
    return SLUICE_OK;
  });
}

uint32_t record_chunk_count(const sluice_record* r) {
  return r->document().chunk_count.load(std::memory_order_relaxed);
}
uint32_t record_op(const sluice_record* r) { return r->op; }

sluice_status record_set_op(sluice_record* r, uint32_t op) {
  if (op > SLUICE_TRIM) return SLUICE_E_INVALID;
  const std::scoped_lock lock(r->changing);
  r->op = op;
  return SLUICE_OK;
}

sluice_status record_span(const sluice_record* r, sluice_span* out) {
  if (!r->parent) return SLUICE_E_NOT_FOUND;
  if (SLUICE_HAS(out, ordinal)) out->ordinal = r->ordinal;
  if (SLUICE_HAS(out, offset)) out->offset = r->offset;
  if (SLUICE_HAS(out, length)) out->length = r->text.size();
  return SLUICE_OK;
}

sluice_status record_set_text(sluice_record* r, sluice_buffer* text) {
  BufferRef buffer(text);
  const std::scoped_lock lock(r->changing);
  std::swap(r->buffer, buffer);  // the old one goes after the lock: a plugin may be told of its end
  r->text = r->buffer.bytes();
  return SLUICE_OK;
}

// ---- metadata ----

sluice_status meta_get(const sluice_record* r, sluice_str key, sluice_value* out) {
  const MetaValue* value = r->meta(view(key));
  if (!value) return SLUICE_E_NOT_FOUND;
  *out = value->view();
  return SLUICE_OK;
}

sluice_status meta_set(sluice_record* r, sluice_str key, const sluice_value* v) {
  return allocating([&]() -> sluice_status {
    auto value = MetaValue::from(*v);
    if (!value) return SLUICE_E_UNSUPPORTED;
    const std::scoped_lock lock(r->changing);
    r->own_meta.set(view(key), std::move(*value));
    return SLUICE_OK;
  });
}

sluice_status meta_each(const sluice_record* r, sluice_status (*fn)(void*, const sluice_kv*),
                        void* ctx) {
  for (const Record* level = r; level; level = level->parent) {
    for (const auto& entry : level->own_meta.entries()) {
      if (r->meta(entry.key) != &entry.value) continue;  // a chunk's own value hides its document's
      const sluice_kv kv{to_c(entry.key), entry.value.view()};
      if (const sluice_status s = fn(ctx, &kv); s != SLUICE_OK) return s;
    }
  }
  return SLUICE_OK;
}

// ---- vectors ----

sluice_status vector_new(sluice_record* r, sluice_str name, size_t dim, float** out) {
  return allocating([&]() -> sluice_status {
    sluice_record::Vector made{std::string(view(name)), std::make_shared<float[]>(dim), dim};
    *out = made.values.get();
    const std::scoped_lock lock(r->changing);
    for (auto& vector : r->vectors) {
      if (vector.name == made.name) {
        vector = std::move(made);
        return SLUICE_OK;
      }
    }
    r->vectors.push_back(std::move(made));
    return SLUICE_OK;
  });
}

sluice_f32s vector_get(const sluice_record* r, sluice_str name) {
  for (const auto& vector : r->vectors) {
    if (vector.name == view(name)) return {vector.values.get(), vector.size};
  }
  return {nullptr, 0};
}

// ---- batches ----

void tell(const sluice_batch* b, std::string_view kind, const std::string& sentence) {
  if (b->account && b->account->on_breach) b->account->on_breach(kind, sentence);
}

// The stage has given the batch back and must not touch it any more; whoever made it keeps it for
// a while all the same.
bool is_late(const sluice_batch* b, const char* function) {
  if (!b->is_completed.load(std::memory_order_acquire)) return false;
  try {
    tell(b, "late",
         std::string("it called ") + function +
             " for a batch that it had completed; batch_complete has to be the last call");
  } catch (const std::bad_alloc&) {
    return true;  // ignored all the same
  }
  return true;
}

uint32_t batch_size(const sluice_batch* b) {
  return is_late(b, "batch_size") ? 0 : static_cast<uint32_t>(b->slots.size());
}

sluice_record* batch_at(const sluice_batch* b, uint32_t i) {
  if (is_late(b, "batch_at")) return nullptr;
  return i < b->slots.size() ? b->slots[i].record.get() : nullptr;
}

sluice_status batch_emit(sluice_batch* b, uint32_t i, sluice_record* child) {
  if (child->account) {  // it was made with record_new; from here on it is the host's
    child->account->records.fetch_sub(1, std::memory_order_relaxed);
    child->account = nullptr;
  }
  auto owned = RecordRef::adopt(child);
  if (is_late(b, "batch_emit")) return SLUICE_E_INVALID;
  if (i >= b->slots.size()) return SLUICE_E_INVALID;
  return allocating([&]() -> sluice_status {
    b->slots[i].children.push_back(std::move(owned));
    return SLUICE_OK;
  });
}

bool is_verdict(sluice_status verdict) {
  return verdict == SLUICE_OK || verdict == SLUICE_DROPPED ||
         (verdict < 0 && verdict >= SLUICE_E_FATAL);
}

void settle_with_nonsense(const sluice_batch* b, sluice_batch::Slot& slot, sluice_status verdict) {
  slot.verdict = SLUICE_E_INTERNAL;
  try {
    slot.message = "the stage judged it with " + std::to_string(verdict) + ", which is no verdict";
    tell(b, "nonsense",
         "it settled a record with " + std::to_string(verdict) +
             ", which is no verdict; the record counts as not delivered");
  } catch (const std::bad_alloc&) {
    slot.message.clear();
  }
}

void settle(const sluice_batch* b, sluice_batch::Slot& slot, sluice_status verdict,
            const sluice_error* err) {
  if (!is_verdict(verdict)) return settle_with_nonsense(b, slot, verdict);
  slot.verdict = verdict;
  slot.retry_after_ms = 0;
  slot.message.clear();
  if (!err) return;
  if (SLUICE_HAS(err, retry_after_ms)) slot.retry_after_ms = err->retry_after_ms;
  if (SLUICE_HAS(err, message)) {
    try {
      slot.message = err->message;
    } catch (const std::bad_alloc&) {
      slot.message.clear();  // the verdict stands without its sentence
    }
  }
}

void batch_settle(sluice_batch* b, uint32_t i, sluice_status verdict, const sluice_error* err) {
  if (is_late(b, "batch_settle")) return;
  if (i < b->slots.size()) settle(b, b->slots[i], verdict, err);
}

void batch_settle_rest(sluice_batch* b, sluice_status verdict, const sluice_error* err) {
  if (is_late(b, "batch_settle_rest")) return;
  for (auto& slot : b->slots) {
    if (slot.verdict == SLUICE_PENDING) settle(b, slot, verdict, err);
  }
}

void batch_complete(sluice_batch* b) {
  if (is_late(b, "batch_complete")) return;
  if (b->is_completed.exchange(true, std::memory_order_acq_rel)) return;
  if (b->account) b->account->batches.fetch_sub(1, std::memory_order_relaxed);
  b->on_complete(b);
}

uint64_t batch_deadline(const sluice_batch* b) { return b->deadline_ns; }
uint32_t batch_attempt(const sluice_batch* b) { return b->attempt; }
uint32_t batch_abandoned(const sluice_batch* b) {
  return b->abandoned.load(std::memory_order_relaxed) ? 1 : 0;
}

}  // namespace

const sluice_records& records_table() {
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

}  // namespace sluice::data
