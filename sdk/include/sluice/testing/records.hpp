// sluice/testing/records.hpp - buffers, records and batches of the fake host. Handles stay readable
// after their end, so that whatever a component still does with them is a sentence in the books and
// not a crash.
#pragma once

#include <sluice/testing/books.hpp>
#include <sluice/testing/page.hpp>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace sluice {
inline namespace sdk_v1 {
namespace testing {

class Records;

namespace detail {

struct BufferBox {
  Records* records = nullptr;
  std::string own;
  sluice_str bytes{};
  void (*release)(void* ctx) = nullptr;
  void* ctx = nullptr;
  std::atomic<int> references{1};  // of the component and of the records
  std::atomic<int> owed{1};        // of these, what the component has to give back
};

enum class Owner : uint8_t {
  kPlugin,  // made by the component and not given away
  kStage,   // lent with a batch
  kHost,    // given away
  kFreed,
};

struct RecordBox {
  Records* records = nullptr;
  Owner owner = Owner::kPlugin;
  Page page;  // its text is empty when `buffer` has it
  BufferBox* buffer = nullptr;
  sluice_str text{};
  const RecordBox* parent = nullptr;
};

struct BatchBox {
  struct Slot {
    RecordBox* record = nullptr;
    sluice_status verdict = SLUICE_PENDING;
    std::string why;
    uint32_t retry_after_ms = 0;
    std::vector<RecordBox*> children;
  };
  Records* records = nullptr;
  std::vector<Slot> slots;
  uint64_t deadline_ns = 0;
  uint32_t attempt = 1;
  std::atomic<bool> is_abandoned{false};
  bool is_completed = false;  // guarded by Records
};

inline RecordBox& box(const sluice_record* r) {
  return *reinterpret_cast<RecordBox*>(const_cast<sluice_record*>(r));
}
inline BufferBox& box(const sluice_buffer* b) {
  return *reinterpret_cast<BufferBox*>(const_cast<sluice_buffer*>(b));
}
inline BatchBox& box(const sluice_batch* b) {
  return *reinterpret_cast<BatchBox*>(const_cast<sluice_batch*>(b));
}
inline sluice_record* handle(RecordBox* r) { return reinterpret_cast<sluice_record*>(r); }
inline sluice_buffer* handle(BufferBox* b) { return reinterpret_cast<sluice_buffer*>(b); }
inline sluice_batch* handle(BatchBox* b) { return reinterpret_cast<sluice_batch*>(b); }

}  // namespace detail

// Owns all handles of one fake host. Any thread.
class Records {
 public:
  explicit Records(Books& books) : books_(books) {}
  ~Records() {
    for (auto& record : records_) drop_text(*record);
    for (auto& buffer : buffers_)
      if (buffer->references > 0 && buffer->release) buffer->release(buffer->ctx);
  }
  Records(const Records&) = delete;
  Records& operator=(const Records&) = delete;

  Books& books() { return books_; }

  // ---- for the driver ----

  detail::BatchBox* lend(const std::vector<Page>& pages) {
    const std::scoped_lock lock(mutex_);
    auto& batch = *batches_.emplace_back(std::make_unique<detail::BatchBox>());
    batch.records = this;
    for (const Page& page : pages) {
      auto& slot = batch.slots.emplace_back();
      slot.record = keep(page, detail::Owner::kStage);
    }
    return &batch;
  }
  template <class Duration>
  bool wait_completed(const detail::BatchBox& batch, Duration patience) {
    std::unique_lock lock(mutex_);
    return completed_.wait_for(lock, patience, [&] { return batch.is_completed; });
  }
  // A batch that the stage did not take goes back to the host.
  void take_back(detail::BatchBox& batch) {
    const std::scoped_lock lock(mutex_);
    end(batch);
  }
  std::vector<Settled> result(const detail::BatchBox& batch) {
    const std::scoped_lock lock(mutex_);
    std::vector<Settled> out;
    for (const auto& slot : batch.slots) {
      auto& settled = out.emplace_back(
          Settled{slot.verdict, slot.why, slot.retry_after_ms, page_of(*slot.record), {}});
      for (const auto* child : slot.children) settled.children.push_back(page_of(*child));
    }
    return out;
  }
  // A record that was pushed: the host has it now.
  Page take(sluice_record* r) {
    const std::scoped_lock lock(mutex_);
    auto& record = detail::box(r);
    record.owner = detail::Owner::kHost;
    return page_of(record);
  }
  Page look(const sluice_record* r) {
    const std::scoped_lock lock(mutex_);
    return page_of(detail::box(r));
  }
  // Not: a record that was given away or freed is used again.
  bool may_give_away(const sluice_record* r, const char* function) {
    return expect(r, function, detail::Owner::kPlugin);
  }
  // What is owed is a breach from here on.
  void close() {
    std::size_t live_records = 0;
    int live_buffers = 0;
    std::size_t live_batches = 0;
    {
      const std::scoped_lock lock(mutex_);
      for (const auto& record : records_)
        if (record->owner == detail::Owner::kPlugin) ++live_records;
      for (const auto& buffer : buffers_) live_buffers += buffer->owed;
      for (const auto& batch : batches_)
        if (!batch->is_completed) ++live_batches;
    }
    if (live_records > 0) {
      books_.breach("leaked-record",
                    "records that it made and neither gave away nor freed by the "
                    "end of stop: " +
                        std::to_string(live_records) + "; call record_free");
    }
    if (live_buffers > 0) {
      books_.breach("leaked-buffer",
                    "references to buffers that it did not give back by the end "
                    "of stop: " +
                        std::to_string(live_buffers) + "; call buffer_unref");
    }
    if (live_batches > 0) {
      books_.breach("never-completed",
                    "batches that it took and did not complete by the end of stop: " +
                        std::to_string(live_batches) + "; call batch_complete once for each");
    }
  }

 private:
  friend struct RecordsTable;

  detail::RecordBox* keep(const Page& page, detail::Owner owner) {
    auto& record = *records_.emplace_back(std::make_unique<detail::RecordBox>());
    record.records = this;
    record.owner = owner;
    record.page = page;
    record.text = view_of(record.page.text);
    if (page.is_chunk()) {
      auto& parent = *records_.emplace_back(std::make_unique<detail::RecordBox>());
      parent.records = this;
      parent.owner = detail::Owner::kHost;
      parent.page.id = page.document_id;
      parent.page.group = page.group;
      parent.page.chunk_count = page.chunk_count;
      record.parent = &parent;
    }
    return &record;
  }
  static const detail::RecordBox& document(const detail::RecordBox& record) {
    const detail::RecordBox* root = &record;
    while (root->parent) root = root->parent;
    return *root;
  }
  static Page page_of(const detail::RecordBox& record) {
    Page page = record.page;
    page.text = string_of(record.text);
    page.document_id = document(record).page.id;
    page.group = document(record).page.group;
    for (const auto* level = record.parent; level; level = level->parent)
      for (const auto& [key, value] : level->page.meta) page.meta.emplace(key, value);
    return page;
  }
  // Reading is fine while the stage or the component has the record, and of its own parents.
  bool expect_readable(const sluice_record* r, const char* function) {
    const std::scoped_lock lock(mutex_);
    if (detail::box(r).owner != detail::Owner::kFreed) return true;
    books_.breach("read-after-free", std::string(function) + " was called for a freed record");
    return false;
  }
  bool expect_writable(const sluice_record* r, const char* function) {
    const std::scoped_lock lock(mutex_);
    const auto owner = detail::box(r).owner;
    if (owner == detail::Owner::kPlugin || owner == detail::Owner::kStage) return true;
    books_.breach("written-after-completing",
                  std::string(function) +
                      " was called for a record that is the host's: its batch was completed, or "
                      "it was pushed or emitted; write before that");
    return false;
  }
  bool expect(const sluice_record* r, const char* function, detail::Owner owner) {
    const std::scoped_lock lock(mutex_);
    if (detail::box(r).owner == owner) return true;
    books_.breach("not-your-record", std::string(function) +
                                         " was called for a record that this component did not "
                                         "make, or has given away or freed already");
    return false;
  }
  bool expect_open(const sluice_batch* b, const char* function) {
    const std::scoped_lock lock(mutex_);
    if (!detail::box(b).is_completed) return true;
    books_.breach("written-after-completing", std::string(function) +
                                                  " was called for a batch that was completed; "
                                                  "batch_complete has to be the last call");
    return false;
  }
  bool expect_slot(const sluice_batch* b, uint32_t i, const char* function) {
    if (i < detail::box(b).slots.size()) return true;
    books_.breach("no-such-slot", std::string(function) + " was called for record " +
                                      std::to_string(i) + " of a batch of " +
                                      std::to_string(detail::box(b).slots.size()));
    return false;
  }
  void settle(detail::BatchBox::Slot& slot, sluice_status verdict, const sluice_error* err) {
    const bool is_known = verdict == SLUICE_OK || verdict == SLUICE_DROPPED ||
                          (verdict < 0 && verdict >= SLUICE_E_FATAL);
    if (!is_known) {
      books_.breach("nonsense-verdict", "a record was settled with " + std::to_string(verdict) +
                                            ", which is no verdict; use SLUICE_OK, "
                                            "SLUICE_DROPPED, SLUICE_E_RETRY or SLUICE_E_REJECT");
    }
    slot.verdict = verdict;
    slot.why = err && SLUICE_HAS(err, message) ? std::string(err->message) : std::string();
    slot.retry_after_ms = err && SLUICE_HAS(err, retry_after_ms) ? err->retry_after_ms : 0;
  }
  // With the lock.
  void end(detail::BatchBox& batch) {
    batch.is_completed = true;
    for (auto& slot : batch.slots) slot.record->owner = detail::Owner::kHost;
    completed_.notify_all();
  }
  void complete(detail::BatchBox& batch) {
    bool is_twice = false;
    std::size_t pending = 0;
    {
      const std::scoped_lock lock(mutex_);
      is_twice = batch.is_completed;
      for (const auto& slot : batch.slots)
        if (slot.verdict == SLUICE_PENDING) ++pending;
      if (!is_twice) end(batch);
    }
    if (is_twice) {
      books_.breach("completed-twice",
                    "a batch was completed twice; once is owed, and the "
                    "handle is gone afterwards");
    } else if (pending > 0) {
      books_.breach("verdict-missing", std::to_string(pending) + " of " +
                                           std::to_string(batch.slots.size()) +
                                           " records had no verdict when their batch was "
                                           "completed; the host takes them for not delivered");
    }
  }
  // Without the lock: `release` is the component's.
  static void drop(detail::BufferBox* buffer) {
    if (buffer && --buffer->references == 0 && buffer->release)
      std::exchange(buffer->release, nullptr)(buffer->ctx);
  }
  static void drop_text(detail::RecordBox& record) {
    record.text = {};
    drop(std::exchange(record.buffer, nullptr));
  }
  detail::BufferBox* adopt(sluice_str bytes, void (*release)(void*), void* ctx) {
    const std::scoped_lock lock(mutex_);
    auto& buffer = *buffers_.emplace_back(std::make_unique<detail::BufferBox>());
    buffer.records = this;
    buffer.bytes = bytes;
    buffer.release = release;
    buffer.ctx = ctx;
    return &buffer;
  }

  Books& books_;
  mutable std::mutex mutex_;  // guards the boxes too, but for texts and metadata of lent records
  std::condition_variable completed_;
  std::deque<std::unique_ptr<detail::BufferBox>> buffers_;
  std::deque<std::unique_ptr<detail::RecordBox>> records_;
  std::deque<std::unique_ptr<detail::BatchBox>> batches_;
};

}  // namespace testing
}  // namespace sdk_v1
}  // namespace sluice
