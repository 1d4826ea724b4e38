// sluice_buffer: immutable bytes with counted references. The text of a page exists once, however
// many chunks look at it.
#pragma once

#include "data/account.hpp"

#include <sluice/abi/records.h>

#include <atomic>
#include <string>
#include <string_view>
#include <utility>

// Immutable after it was made; the count is the only thing that changes. Any thread.
struct sluice_buffer {
  std::string_view bytes;
  std::string own;  // behind `bytes`, unless it was adopted
  void (*release)(void* ctx) =
      nullptr;  // of an adopted one; runs once, on whichever thread lets go last
  void* ctx = nullptr;
  sluice::data::Account* account = nullptr;  // of the plugin that made it
  // Taking a reference needs no order; giving the last one back must see all that was read before.
  std::atomic<uint32_t> references{1};
};

namespace sluice::data {

// One counted reference of the host's own. Thread-compatible.
class BufferRef {
 public:
  BufferRef() = default;
  // Takes a reference of its own.
  explicit BufferRef(sluice_buffer* buffer) : buffer_(buffer) { acquire(buffer_); }
  BufferRef(const BufferRef& o) : BufferRef(o.buffer_) {}
  BufferRef(BufferRef&& o) noexcept : buffer_(std::exchange(o.buffer_, nullptr)) {}
  BufferRef& operator=(BufferRef o) noexcept {
    std::swap(buffer_, o.buffer_);
    return *this;
  }
  ~BufferRef() { give_back(buffer_); }

  std::string_view bytes() const { return buffer_ ? buffer_->bytes : std::string_view{}; }

  static void acquire(sluice_buffer* buffer) {
    if (buffer) buffer->references.fetch_add(1, std::memory_order_relaxed);
  }
  static void give_back(sluice_buffer* buffer) {
    if (!buffer || buffer->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    if (buffer->release) buffer->release(buffer->ctx);
    delete buffer;
  }

 private:
  sluice_buffer* buffer_ = nullptr;
};

// A buffer of the host's own with these bytes.
inline BufferRef make_buffer(std::string bytes) {
  auto* buffer = new sluice_buffer;
  buffer->own = std::move(bytes);
  buffer->bytes = buffer->own;
  BufferRef ref(buffer);
  BufferRef::give_back(buffer);  // the reference it was born with; `ref` holds the other
  return ref;
}

}  // namespace sluice::data
