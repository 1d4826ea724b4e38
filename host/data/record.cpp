// Making, slicing and copying records.
#include "data/record.hpp"

#include <mutex>

sluice_record::~sluice_record() { sluice::data::RecordRef::give_back(parent); }

const sluice::data::MetaValue* sluice_record::meta(std::string_view key) const {
  for (const sluice_record* r = this; r; r = r->parent) {
    if (const auto* value = r->own_meta.find(key)) return value;
  }
  return nullptr;
}

namespace sluice::data {

RecordRef make_document(std::string id, BufferRef text) {
  auto record = RecordRef::adopt(new Record);
  record->id = std::move(id);
  record->text = text.bytes();
  record->buffer = std::move(text);
  return record;
}

RecordRef make_slice(Record& parent, uint64_t offset, uint64_t length, uint32_t ordinal) {
  if (offset > parent.text.size() || length > parent.text.size() - offset) return {};
  auto record = RecordRef::adopt(new Record);
  parent.references.fetch_add(1, std::memory_order_relaxed);
  record->parent = &parent;
  record->id = parent.id + '#' + std::to_string(ordinal);
  record->ordinal = ordinal;
  record->offset = offset;
  record->buffer = parent.buffer;
  record->text = parent.text.substr(offset, length);
  record->op = parent.op;
  record->delivery = parent.delivery;
  return record;
}

RecordRef copy_record(const Record& record) {
  auto copy = RecordRef::adopt(new Record);
  const std::scoped_lock lock(record.changing);
  if (record.parent) {
    record.parent->references.fetch_add(1, std::memory_order_relaxed);
    copy->parent = record.parent;
  }
  copy->id = record.id;
  copy->group_name = record.group_name;
  copy->op = record.op;
  copy->ordinal = record.ordinal;
  copy->offset = record.offset;
  copy->buffer = record.buffer;
  copy->text = record.text;
  copy->own_meta = record.own_meta;
  copy->vectors = record.vectors;
  copy->delivery = record.delivery;
  copy->attempts = record.attempts;
  copy->chunk_count.store(record.chunk_count.load(std::memory_order_relaxed),
                          std::memory_order_relaxed);
  return copy;
}

uint64_t weight(const Record& record) {
  uint64_t bytes = sizeof(Record) + record.id.size();
  for (const auto& entry : record.own_meta.entries()) {
    bytes += sizeof entry + entry.key.size() + entry.value.text.size();
  }
  for (const auto& vector : record.vectors) bytes += vector.size * sizeof(float);
  if (!record.parent) bytes += record.text.size();
  return bytes;
}

}  // namespace sluice::data
