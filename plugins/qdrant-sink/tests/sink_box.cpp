#include "sink_box.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

namespace qdrant_sink {
namespace {

void set_vector(sluice_record& record, const std::vector<float>& vector) {
  const std::shared_ptr<float[]> values(new float[vector.size()]);
  std::copy(vector.begin(), vector.end(), values.get());
  record.vectors.push_back({"dense", values, vector.size()});
}

}  // namespace

std::string yaml(const FakeQdrant& qdrant, const std::string& more) {
  return "url: " + qdrant.url() + "\ncollection: docs\n" + more;
}

std::unique_ptr<StageBox> started(const FakeQdrant& qdrant, const std::string& more) {
  auto box = std::make_unique<StageBox>(yaml(qdrant, more));
  EXPECT_EQ(box->configure().value_or("none"), "none");
  const auto outcome = box->start();
  EXPECT_TRUE(outcome) << outcome.error().message;
  return box;
}

RecordRef page(const std::string& id, const std::vector<float>& vector, const std::string& text) {
  RecordRef record = sluice::data::make_document(id, sluice::data::make_buffer(text));
  if (!vector.empty()) set_vector(*record, vector);
  return record;
}

RecordRef chunk(RecordRef& page, uint32_t ordinal, const std::vector<float>& vector) {
  RecordRef record = sluice::data::make_slice(*page, 0, page->text.size(), ordinal);
  set_vector(*record, vector);
  return record;
}

RecordRef deletion(const std::string& id) {
  RecordRef record = page(id, {}, "");
  record->op = SLUICE_DELETE;
  return record;
}

RecordRef trim(const std::string& id, uint32_t chunks) {
  RecordRef record = page(id, {}, "");
  record->op = SLUICE_TRIM;
  record->chunk_count = chunks;
  return record;
}

std::string sentence(const std::vector<sluice::fakes::RecordVerdict>& verdicts, std::size_t i) {
  return verdicts[i].status == SLUICE_OK ? "none" : verdicts[i].message;
}

void write(const StageBox& box, std::vector<RecordRef> records) {
  for (const auto& verdict : box.write(std::move(records)))
    EXPECT_EQ(verdict.status, SLUICE_OK) << verdict.message;
}

}  // namespace qdrant_sink
