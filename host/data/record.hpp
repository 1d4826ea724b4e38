// sluice_record: a page, or a chunk of one. Text is a view into a shared buffer; a chunk keeps its
// document alive and inherits its metadata.
#pragma once

#include "data/account.hpp"
#include "data/buffer.hpp"
#include "data/metadata.hpp"

#include <sluice/abi/records.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace sluice::flow {
class Delivery;
}

namespace sluice::data {
class RecordRef;

// Of one record, for the few instructions of a change or a copy. A byte, as there are many records
// and hardly ever two who want the same one.
class RecordLock {
 public:
  void lock() noexcept {
    while (flag_.test_and_set(std::memory_order_acquire)) std::this_thread::yield();
  }
  void unlock() noexcept { flag_.clear(std::memory_order_release); }

 private:
  std::atomic_flag flag_;
};
}  // namespace sluice::data

// Written by its one owner at a time (abi/records.h); handed from thread to thread through queues,
// which order the writes. `references` and `chunk_count` alone are touched by several threads at
// once. And where a stage keeps its batch too long, the host copies what the stage still writes to:
// so the functions of the table change a record, and copy_record reads it, under `changing`.
struct sluice_record {
  sluice_record() = default;
  sluice_record(const sluice_record&) = delete;
  sluice_record& operator=(const sluice_record&) = delete;
  ~sluice_record();

  const sluice_record& document() const { return parent ? parent->document() : *this; }
  sluice_record& document() { return parent ? parent->document() : *this; }
  std::string_view group() const { return document().group_name; }
  // Own value, else the document's.
  const sluice::data::MetaValue* meta(std::string_view key) const;

  struct Vector {
    std::string name;
    std::shared_ptr<float[]>
        values;  // shared by the copies that fan-out makes; written before that
    std::size_t size = 0;
  };

  sluice_record* parent = nullptr;  // one counted reference; null for a document
  std::string id;
  std::string group_name;  // of a document; a chunk has its document's
  uint32_t op = SLUICE_UPSERT;
  uint32_t ordinal = 0;
  uint64_t offset = 0;  // into the parent's text
  sluice::data::BufferRef buffer;
  std::string_view text;  // into buffer
  sluice::data::Metadata own_meta;
  std::vector<Vector> vectors;
  sluice::data::Account* account = nullptr;  // of the plugin that made it and has not given it away
  sluice::flow::Delivery* delivery = nullptr;  // set and read by flow alone, on its loop
  uint32_t attempts = 0;  // failed ones in the stage it is in; flow's, on its loop
  mutable sluice::data::RecordLock changing;
  std::chrono::steady_clock::time_point failing_since{};  // of the first of them; flow's

  // Relaxed: whoever reads it got the record through a queue after the count was written.
  std::atomic<uint32_t> chunk_count{0};
  std::atomic<uint32_t> references{1};
};

namespace sluice::data {

using Record = sluice_record;

// One counted reference to a record. The count exists because chunks keep their document; a record
// still has one owner at a time. Thread-compatible.
class RecordRef {
 public:
  RecordRef() = default;
  // Takes over the reference that `record` was born with, or was handed over with.
  static RecordRef adopt(Record* record) {
    RecordRef ref;
    ref.record_ = record;
    return ref;
  }
  RecordRef(const RecordRef&) = delete;
  RecordRef& operator=(const RecordRef&) = delete;
  RecordRef(RecordRef&& o) noexcept : record_(std::exchange(o.record_, nullptr)) {}
  RecordRef& operator=(RecordRef&& o) noexcept {
    std::swap(record_, o.record_);
    return *this;
  }
  ~RecordRef() { give_back(record_); }

  Record* get() const { return record_; }
  Record* operator->() const { return record_; }
  Record& operator*() const { return *record_; }
  explicit operator bool() const { return record_ != nullptr; }
  Record* release() { return std::exchange(record_, nullptr); }

  static void give_back(Record* record) {
    if (record && record->references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete record;
  }

 private:
  Record* record_ = nullptr;
};

// A document of the host's own.
RecordRef make_document(std::string id, BufferRef text);

// The chunk [offset, offset + length) of `parent`, null when that is not inside its text.
RecordRef make_slice(Record& parent, uint64_t offset, uint64_t length, uint32_t ordinal);

// The same record a second time, for another branch or another attempt: shares text, document and
// vectors, has metadata of its own. Also of a record that a plugin has at this moment.
RecordRef copy_record(const Record& record);

// What it weighs in memory beside its document's text, in bytes; for limits and batch sizes.
uint64_t weight(const Record& record);

}  // namespace sluice::data
