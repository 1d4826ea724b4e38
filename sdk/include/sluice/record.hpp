// sluice/record.hpp - records and batches: a typed view over sluice.records/1.
#pragma once

#include <sluice/abi/records.h>
#include <sluice/host.hpp>

#include <concepts>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace sluice {
inline namespace sdk_v1 {

// A view of one record. Whoever owns the record may call the members that change it, from the
// thread that owns it now; views it returns live as long as the record.
class Record {
 public:
  Record(sluice_record* r, const Host& host) noexcept : r_(r), host_(&host) {}

  std::string_view id() const noexcept { return to_cpp(api().record_id(r_)); }
  std::string_view document_id() const noexcept { return to_cpp(api().record_document_id(r_)); }
  std::string_view group() const noexcept { return to_cpp(api().record_group(r_)); }
  std::string_view text() const noexcept { return to_cpp(api().record_text(r_)); }
  uint32_t op() const noexcept { return api().record_op(r_); }  // SLUICE_UPSERT, _DELETE, _TRIM
  uint32_t chunk_count() const noexcept { return api().record_chunk_count(r_); }

  // Where the chunk lies in its document; nothing for a document.
  std::optional<sluice_span> span() const noexcept {
    sluice_span s{};
    s.struct_size = sizeof s;
    if (api().record_span(r_, &s) != SLUICE_OK) return std::nullopt;
    return s;
  }
  // 0-based among the chunks of the document; 0 for a document that was not cut.
  uint32_t ordinal() const noexcept {
    const auto s = span();
    return s ? s->ordinal : 0;
  }

  // The value of a key, a chunk's own or its document's; nothing when it is not set.
  std::optional<sluice_value> meta(std::string_view key) const noexcept {
    sluice_value v{};
    if (api().meta_get(r_, to_c(key), &v) != SLUICE_OK || v.kind == SLUICE_NONE)
      return std::nullopt;
    return v;
  }
  // The same when it is text, else empty.
  std::string_view meta_text(std::string_view key) const noexcept {
    const auto v = meta(key);
    return v && v->kind == SLUICE_TEXT ? to_cpp(v->as.str) : std::string_view{};
  }
  void set_meta(std::string_view key, const sluice_value& value) {
    if (api().meta_set(r_, to_c(key), &value) != SLUICE_OK) throw std::bad_alloc{};
  }
  // Calls fn(std::string_view key, const sluice_value&) for every key, the document's included.
  template <std::invocable<std::string_view, const sluice_value&> F>
  void each_meta(F&& fn) const {
    detail::Visitor visit(fn);
    api().meta_each(
        r_,
        [](void* ctx, const sluice_kv* kv) -> sluice_status {
          return (*static_cast<decltype(visit)*>(ctx))(to_cpp(kv->key), kv->value);
        },
        &visit);
    visit.rethrow();
  }

  // Replaces the text; it is moved in, not copied.
  void set_text(std::string text) {
    auto keep = std::make_unique<std::string>(std::move(text));
    sluice_buffer* buffer = nullptr;
    if (api().buffer_adopt(
            host_->raw(), to_c(*keep), [](void* s) { delete static_cast<std::string*>(s); },
            keep.get(), &buffer) != SLUICE_OK)
      throw std::bad_alloc{};
    (void)keep.release();  // the buffer owns it now
    const sluice_status s = api().record_set_text(r_, buffer);
    api().buffer_unref(buffer);
    if (s != SLUICE_OK) throw std::bad_alloc{};
  }

  // Empty when the record has no such vector.
  std::span<const float> vector(std::string_view name) const noexcept {
    const sluice_f32s v = api().vector_get(r_, to_c(name));
    return {v.data, v.size};
  }
  // Room for a vector inside the record, written in place.
  std::span<float> new_vector(std::string_view name, std::size_t dim) {
    float* p = nullptr;
    if (api().vector_new(r_, to_c(name), dim, &p) != SLUICE_OK) throw std::bad_alloc{};
    return {p, dim};
  }
  sluice_record* raw() const noexcept { return r_; }

 private:
  const sluice_records& api() const noexcept { return host_->records(); }
  sluice_record* r_;
  const Host* host_;
};

// A document that this component made and has not given away yet; freed when it goes out of scope.
class OwnedRecord {
 public:
  // `id` is what a later crawl of the page will also be called. `text` is moved in, not copied.
  OwnedRecord(const Host& host, std::string_view id, std::string text) : host_(&host) {
    const auto& api = host.records();
    auto keep = std::make_unique<std::string>(std::move(text));
    sluice_buffer* buffer = nullptr;
    if (api.buffer_adopt(
            host.raw(), to_c(*keep), [](void* s) { delete static_cast<std::string*>(s); },
            keep.get(), &buffer) != SLUICE_OK)
      throw std::bad_alloc{};
    (void)keep.release();  // the buffer owns it now
    const sluice_status s = api.record_new(host.raw(), to_c(id), buffer, &r_);
    api.buffer_unref(buffer);
    if (s != SLUICE_OK) throw std::bad_alloc{};
  }
  OwnedRecord(OwnedRecord&& o) noexcept : host_(o.host_), r_(std::exchange(o.r_, nullptr)) {}
  OwnedRecord& operator=(OwnedRecord&& o) noexcept {
    std::swap(r_, o.r_);
    std::swap(host_, o.host_);
    return *this;
  }
  ~OwnedRecord() {
    if (r_) host_->records().record_free(r_);
  }

  Record view() const noexcept { return {r_, *host_}; }
  void set_group(std::string_view group) {
    if (host_->records().record_set_group(r_, to_c(group)) != SLUICE_OK) throw std::bad_alloc{};
  }
  void set_op(uint32_t op) {
    if (host_->records().record_set_op(r_, op) != SLUICE_OK) throw std::bad_alloc{};
  }
  sluice_record* raw() const noexcept { return r_; }
  sluice_record* release() noexcept { return std::exchange(r_, nullptr); }

 private:
  const Host* host_;
  sluice_record* r_ = nullptr;
};

// A batch a stage holds. Move-only: whoever holds it owes the host a completion, and the destructor
// gives it, with SLUICE_E_RETRY for records nobody judged. It cannot be forgotten and it cannot be
// completed twice.
class Batch {
 public:
  Batch(sluice_batch* b, const Host& host) noexcept : b_(b), host_(&host) {}
  Batch(Batch&& o) noexcept : b_(std::exchange(o.b_, nullptr)), host_(o.host_) {}
  Batch& operator=(Batch&&) = delete;
  ~Batch() {
    if (!b_) return;
    sluice_error e = detail::make_error();
    detail::fail(&e, SLUICE_E_RETRY, "the stage let go of the batch without a verdict");
    complete(SLUICE_E_RETRY, e);
  }

  uint32_t size() const noexcept { return api().batch_size(b_); }
  Record operator[](uint32_t i) const noexcept { return {api().batch_at(b_, i), *host_}; }
  bool abandoned() const noexcept { return api().batch_abandoned(b_) != 0; }
  // CLOCK_MONOTONIC nanoseconds, when the host gives the batch up; 0 for never.
  uint64_t deadline() const noexcept { return api().batch_deadline(b_); }
  uint32_t attempt() const noexcept { return api().batch_attempt(b_); }

  // Sends the slice [offset, offset+length) of record i on as one chunk of it. `set` may write the
  // chunk's own metadata before it goes.
  template <std::invocable<Record> F>
  void emit_slice(uint32_t i, const sluice_span& at, F&& set) {
    sluice_record* child = nullptr;
    if (api().record_slice((*this)[i].raw(), at.offset, at.length, at.ordinal, &child) != SLUICE_OK)
      throw std::bad_alloc{};
    try {
      std::forward<F>(set)(Record{child, *host_});
    } catch (...) {
      api().record_free(child);
      throw;
    }
    if (api().batch_emit(b_, i, child) != SLUICE_OK) throw std::bad_alloc{};
  }
  void emit_slice(uint32_t i, uint64_t offset, uint64_t length, uint32_t ordinal) {
    emit_slice(i, {sizeof(sluice_span), ordinal, offset, length}, [](Record) {});
  }

  void settle(uint32_t i, const Status& s) noexcept {
    sluice_error e = detail::make_error();
    api().batch_settle(b_, i, s.fill(&e), s.ok() ? nullptr : &e);
  }
  void drop(uint32_t i) noexcept { api().batch_settle(b_, i, SLUICE_DROPPED, nullptr); }
  // Of a page: with the reason it is counted under, in a-z, 0-9 and _ ("language_de").
  void drop(uint32_t i, std::string_view reason) noexcept {
    sluice_error e = detail::make_error();
    detail::fail(&e, SLUICE_DROPPED, reason);
    api().batch_settle(b_, i, SLUICE_DROPPED, &e);
  }

  // Gives every record without a verdict this one, and the batch back.
  void complete(const Status& rest = {}) noexcept {
    sluice_error e = detail::make_error();
    complete(rest.fill(&e), e);
  }
  // The same with a code and what to say when it is a failure; allocates nothing.
  void complete(sluice_status rest, const sluice_error& why) noexcept {
    if (!b_) return;
    api().batch_settle_rest(b_, rest, rest == SLUICE_OK ? nullptr : &why);
    api().batch_complete(std::exchange(b_, nullptr));
  }
  sluice_batch* disown() noexcept { return std::exchange(b_, nullptr); }

 private:
  const sluice_records& api() const noexcept { return host_->records(); }
  sluice_batch* b_;
  const Host* host_;
};

}  // namespace sdk_v1
}  // namespace sluice
